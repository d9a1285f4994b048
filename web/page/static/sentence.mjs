// A translation, and where each piece of it looked.

import { element, folded, paragraph } from "./element.mjs";
import { piece } from "./pieces.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function sentence({ answer, form, again }) {
  const text = element("p", { class: "main", dir: "auto" }, answer.translation || "(nothing)");
  if (/^[a-z]{2,3}(-\w+)*$/i.test(form.answer.target)) text.lang = form.answer.target;
  const nodes = [text];
  if (!answer.complete) nodes.push(paragraph("The limit of its length came before its end.", "hint"));
  if (answer.unknown) nodes.push(paragraph(`Pieces of the sentence that the dictionary lacks: ${answer.unknown}`, "hint"));
  const place = element("div", {}, paragraph("…"));
  const looked = folded("Where it looked", place);
  let drawn = false;
  looked.addEventListener("toggle", async () => {
    if (drawn) return;
    drawn = true;
    try {
      place.replaceChildren(matrix(await again("attention")));
    } catch (problem) {
      place.replaceChildren(paragraph(problem.message, "trouble"));
    }
  });
  return { nodes: [...nodes, looked], told: answer.translation };
}

/** A row for each piece of the translation, a column for each of the sentence. */
function matrix({ source_pieces: source, target_pieces: target, attention }) {
  const sources = source.filter(Boolean).length;
  const targets = target.filter(Boolean).length;
  const head = source.slice(0, sources).map((one) => element("th", { scope: "col", dir: "auto" }, element("span", {}, piece(one))));
  const rows = target.slice(0, targets).map((one, row) => {
    const cells = attention[row].slice(0, sources).map((weight) => {
      const cell = element("td", { title: weight.toFixed(2) }, element("span", { class: "hidden" }, weight.toFixed(2)));
      cell.style.setProperty("--weight", `${Math.round(100 * weight)}%`);
      return cell;
    });
    return element("tr", {}, element("th", { scope: "row", dir: "auto" }, piece(one)), ...cells);
  });
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Attention: a row for each piece of the translation" },
    element("table", { class: "attention" }, element("thead", {}, element("tr", {}, element("td"), ...head)), element("tbody", {}, ...rows)),
  );
}
