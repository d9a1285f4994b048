// Elements of the page. All text goes through here as text: nothing is ever parsed as HTML.

/**
 * A new element.
 * @param {string} tag
 * @param {Object<string, string | number | boolean | EventListener>} attributes Names that begin with "on" are
 *   listeners; true is an attribute without a value, false none.
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * A paragraph.
 * @param {string} text
 * @param {string} kind Its class.
 */
export const paragraph = (text, kind = "") => element("p", { class: kind, dir: "auto" }, text);

/**
 * A button that does not send the form.
 * @param {string} text
 * @param {EventListener} onclick
 */
export const button = (text, onclick) => element("button", { type: "button", onclick }, text);

/**
 * A table with a header.
 * @param {string[]} header
 * @param {(Node | string)[][]} rows
 */
export function table(header, rows) {
  const cells = (row, tag) => row.map((cell) => element(tag, tag === "th" ? { scope: "col" } : { dir: "auto" }, cell));
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...cells(header, "th"))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row, "td")))),
    ),
  );
}

/**
 * What is folded away until it is wanted.
 * @param {string} title
 * @param {...(Node | string)} children
 */
export const folded = (title, ...children) => element("details", {}, element("summary", {}, title), ...children);
