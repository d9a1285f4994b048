// Any answer, as the JSON that came.

import { element } from "./element.mjs";
import { write } from "./json.mjs";

const LONGEST = 20000; // characters

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function values({ answer }) {
  const outputs = answer !== null && typeof answer === "object" && !Array.isArray(answer) ? answer : { "": answer };
  const nodes = Object.entries(outputs).map(([name, value]) => {
    const text = write(value);
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters)` : text;
    return element("div", {}, element("b", { dir: "auto" }, name), element("pre", { tabindex: 0, "aria-label": name }, cut));
  });
  return { nodes, told: write(answer).slice(0, 1000) };
}
