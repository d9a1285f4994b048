// The class of a picture and why it is that one; and why it is not another that is asked for.

import { element, paragraph } from "./element.mjs";
import { percent } from "./numbers.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function explanation({ answer, form, again }) {
  const place = element("p", { dir: "auto" }, answer.counter);
  const other = element("select", { id: "other" }, ...form.answer.classes.map((name) => element("option", {}, name)));
  other.value = answer.not;
  other.addEventListener("change", async () => {
    try {
      place.textContent = (await again("why_not", { class_name: other.value })).counter;
    } catch (problem) {
      if (problem.name !== "AbortError") place.textContent = problem.message;
    }
  });
  const nodes = [
    element("p", { class: "main", dir: "auto" }, answer.explanation),
    paragraph(`Probability of the class: ${percent(answer.probability)}`, "hint"),
    paragraph(`Of the class by the sentence alone: ${percent(answer.told)}`, "hint"),
  ];
  if (!answer.complete) nodes.push(paragraph("The limit of its length came before its end.", "hint"));
  nodes.push(element("p", {}, element("label", { for: "other" }, "Why not this one? "), other), place);
  return { nodes, told: answer.explanation };
}
