// A number with its interval, on the range of the data.

import { element, paragraph } from "./element.mjs";
import { short } from "./numbers.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function number({ answer, form }) {
  const { target, level, smallest, largest } = form.answer;
  const { prediction, lower, upper } = answer;
  const interval = `${Math.round(100 * level)}% interval: ${short(lower)} to ${short(upper)}`;
  const nodes = [
    element("p", { class: "main", dir: "auto" }, `${target}: `, element("b", {}, short(prediction))),
    paragraph(interval),
  ];
  if (smallest !== null) {
    const [from, to] = [Math.min(smallest, lower), Math.max(largest, upper)];
    const place = (value) => `${(100 * (value - from)) / (to - from || 1)}%`;
    const band = element("span", { class: "length" });
    [band.style.left, band.style.right] = [place(lower), `${100 - parseFloat(place(upper))}%`];
    const mark = element("span", { class: "mark" });
    mark.style.left = place(prediction);
    nodes.push(
      element("div", { class: "track interval", "aria-hidden": "true" }, band, mark),
      paragraph(`The data has ${short(smallest)} to ${short(largest)}.`, "hint"),
    );
  }
  return { nodes, told: `${short(prediction)} (${short(lower)} to ${short(upper)})` };
}
