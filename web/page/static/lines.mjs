// The lines that send the very request of the page from a shell and from Python.

import { button, element, folded } from "./element.mjs";
import { write } from "./json.mjs";
import { address, body, headers, predictPath } from "./request.mjs";

const LONGEST = 4000; // characters of a picture that stands in the line itself; a longer one is read from its file

/**
 * The lines, each with a button that copies it.
 * @param {string} name Of the model.
 * @param {Object<string, *>} instance
 * @param {Object<string, string>} files Names of the files of pictures, by field.
 */
export function lines(name, instance, files) {
  const url = address(predictPath(name));
  return folded(
    "This request as a command",
    line("In a shell", curl(url, instance, files)),
    line("In Python", python(url, instance, files)),
  );
}

/**
 * A command of curl.
 * @param {string} url
 * @param {Object<string, *>} instance
 * @param {Object<string, string>} files
 */
export function curl(url, instance, files) {
  const sent = Object.entries(headers()).map(([header, value]) => ` -H ${quoted(`${header}: ${value}`)}`).join("");
  const [marked, named] = withFiles(instance, files);
  if (!named.length) return `curl -s${sent} ${quoted(url)} -d ${quoted(write(body(instance)))}`;
  // Long content does not fit into an argument of a command; printf is part of the shell and has no such limit.
  const format = write(body(marked)).replaceAll("\\", "\\\\").replaceAll("%", "%%");
  const filled = named.reduce((text, { mark }) => text.replace(JSON.stringify(mark), '{"b64": "%s"}'), format);
  const contents = named.map(({ file }) => `"$(base64 < ${quoted(file)} | tr -d '\\n')"`).join(" ");
  return `printf ${quoted(filled)} ${contents} | curl -s${sent} ${quoted(url)} -d @-`;
}

/**
 * A program of Python's standard library.
 * @param {string} url
 * @param {Object<string, *>} instance
 * @param {Object<string, string>} files
 */
export function python(url, instance, files) {
  const [marked, named] = withFiles(instance, files);
  const read = ({ mark, file }) => [JSON.stringify(mark), `{"b64": base64.b64encode(open(${JSON.stringify(file)}, "rb").read()).decode()}`];
  const sent = literal({ ...headers(), "Content-Type": "application/json" });
  const content = named.map(read).reduce((text, [mark, code]) => text.replace(mark, () => code), literal(body(marked)));
  return [
    `import ${named.length ? "base64, " : ""}json, urllib.request`,
    `body = ${content}`,
    `request = urllib.request.Request(${JSON.stringify(url)}, json.dumps(body).encode(), ${sent})`,
    "print(json.load(urllib.request.urlopen(request)))",
  ].join("\n");
}

/** An instance whose long pictures are marks, and these marks with their files. */
function withFiles(instance, files) {
  const marked = { ...instance };
  const named = [];
  for (const [field, file] of Object.entries(files)) {
    if (!(field in instance) || instance[field].b64.length <= LONGEST) continue;
    const mark = `the content of ${field}`;
    marked[field] = mark;
    named.push({ mark, file });
  }
  return [marked, named];
}

/** A literal of Python. */
function literal(value) {
  const words = { true: "True", false: "False", NaN: 'float("nan")' };
  return write(value).replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|NaN)\b/g, (found) => words[found] ?? found);
}

/** A word of a POSIX shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function line(title, text) {
  const said = element("span", { role: "status" });
  const shown = element("pre", { tabindex: 0, "aria-label": title }, text);
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied.";
    } catch { // only pages of this machine and of https may write to the clipboard
      getSelection().selectAllChildren(shown);
      said.textContent = "Selected: press Ctrl+C.";
    }
  });
  return element("div", { class: "line" }, element("p", {}, element("b", {}, title), " ", copy, " ", said), shown);
}
