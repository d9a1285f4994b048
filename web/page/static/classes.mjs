// Classes with their probabilities, as bars.

import { element, folded } from "./element.mjs";
import { percent } from "./numbers.mjs";

const SHOWN = 10;

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function classes({ answer, form }) {
  const names = form.answer.classes;
  const order = names.map((_, place) => place).sort((one, other) => answer.probabilities[other] - answer.probabilities[one]);
  const bars = order.map((place) => bar(names[place], answer.probabilities[place]));
  const nodes = [
    element("p", { class: "main", dir: "auto" }, form.answer.target ? `${form.answer.target}: ` : "", element("b", {}, answer.label)),
    list(bars.slice(0, SHOWN)),
  ];
  if (bars.length > SHOWN) nodes.push(folded(`${bars.length - SHOWN} more`, list(bars.slice(SHOWN))));
  return { nodes, told: `${answer.label} (${percent(answer.probability)})` };
}

const list = (bars) => element("ol", { class: "bars" }, ...bars);

/** A name, a share, and a bar as long as the share. */
export function bar(name, share) {
  const length = element("span", { class: "length" });
  length.style.width = `${100 * share}%`;
  return element(
    "li",
    {},
    element("span", { class: "name", dir: "auto" }, name),
    " ",
    element("span", { class: "share" }, percent(share)),
    element("span", { class: "track", "aria-hidden": "true" }, length),
  );
}
