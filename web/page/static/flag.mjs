// A button that appends the record and its answer to flagged.csv of the run.

import { button, element } from "./element.mjs";
import { call } from "./request.mjs";

/**
 * @param {string} model
 * @param {Object<string, *>} values As they were typed.
 * @param {string} answer In a few words.
 */
export function flag(model, values, answer) {
  const note = element("input", { type: "text", id: "note", maxlength: 1000, dir: "auto" });
  const said = element("span", { role: "status", class: "hint" });
  const send = button("Flag this answer", async () => {
    const content = JSON.stringify({ values, answer: answer.slice(0, 10000), note: note.value });
    try {
      const { file } = await call(`page/models/${encodeURIComponent(model)}/flags`, { content });
      said.textContent = `Appended to ${file}.`;
    } catch (problem) {
      said.textContent = problem.message;
    }
  });
  return element("div", { class: "flag" }, element("label", { for: "note" }, "Note, such as the right answer"), note, send, said);
}
