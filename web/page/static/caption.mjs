// A caption, and where in the picture each piece of it looked.

import { element, paragraph } from "./element.mjs";
import { piece } from "./pieces.mjs";
import { show } from "./picture.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function caption({ answer, picture, again }) {
  const nodes = [element("p", { class: "main", dir: "auto" }, answer.caption || "(nothing)")];
  if (!answer.complete) nodes.push(paragraph("The limit of its length came before its end.", "hint"));
  const place = element("div", {});
  again("attention").then(
    (found) => place.replaceChildren(...looked(found, picture)),
    (problem) => problem.name === "AbortError" || place.replaceChildren(paragraph(problem.message, "trouble")),
  );
  return { nodes: [...nodes, place], told: answer.caption };
}

/** The picture, and a button for each piece that lights up where it looked. */
function looked({ pieces, attention }, picture) {
  const canvas = element("canvas", { class: "picture", role: "img", "aria-label": "The picture" });
  show(canvas, picture);
  const words = pieces.filter(Boolean).map((one, place) => {
    const word = element("button", { type: "button", "aria-pressed": "false", dir: "auto" }, piece(one));
    const light = () => {
      for (const other of words) other.setAttribute("aria-pressed", String(other === word));
      draw(canvas, picture, attention[place]);
      canvas.setAttribute("aria-label", `Where it looked for ${piece(one)}: ${centre(attention[place])}`);
    };
    for (const type of ["click", "focus", "pointerenter"]) word.addEventListener(type, light);
    return word;
  });
  return [paragraph("Where it looked for", "hint"), element("div", { class: "words" }, ...words), canvas];
}

/** Darkens the picture where a piece did not look. */
function draw(canvas, picture, weights) {
  show(canvas, picture);
  const [rows, columns] = [weights.length, weights[0].length];
  const most = Math.max(...weights.flat()) || 1;
  const veil = new OffscreenCanvas(columns, rows);
  const pixels = new ImageData(columns, rows);
  weights.flat().forEach((weight, place) => {
    pixels.data[4 * place + 3] = Math.round(200 * (1 - weight / most));
  });
  veil.getContext("2d").putImageData(pixels, 0, 0);
  canvas.getContext("2d").drawImage(veil, 0, 0, canvas.width, canvas.height);
}

/** The third of the picture that the middle of the weights is in, in words. */
function centre(weights) {
  let [total, down, across] = [0, 0, 0];
  weights.forEach((row, y) =>
    row.forEach((weight, x) => {
      total += weight;
      down += (weight * (y + 0.5)) / weights.length;
      across += (weight * (x + 0.5)) / row.length;
    }),
  );
  const third = (share, names) => names[Math.min(2, Math.floor((3 * share) / total))];
  return `${third(down, ["top", "middle", "bottom"])} ${third(across, ["left", "centre", "right"])}`;
}
