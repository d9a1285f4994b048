// The class of each pixel, as a veil of colours over the picture.

import { element, folded } from "./element.mjs";
import { percent } from "./numbers.mjs";
import { show } from "./picture.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function mask({ answer, form, picture }) {
  const { classes, palette } = form.answer;
  const [height, width] = answer.size;
  const ids = answer.ids.slice(0, height).flatMap((row) => row.slice(0, width));
  const veil = new OffscreenCanvas(width, height);
  veil.getContext("2d").putImageData(coloured(ids, palette, width, height), 0, 0);

  const canvas = element("canvas", { class: "picture", role: "img" });
  const draw = (strength) => {
    show(canvas, picture);
    const context = canvas.getContext("2d");
    context.globalAlpha = strength;
    context.imageSmoothingEnabled = false;
    context.drawImage(veil, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  };
  const strength = element("input", { type: "range", min: 0, max: 1, step: 0.05, value: 0.6, id: "strength" });
  strength.addEventListener("input", () => draw(Number(strength.value)));
  draw(0.6);

  const found = shares(ids, answer.confidence, classes, width);
  const told = found.map(({ place, share }) => `${classes[place]} ${percent(share)}`).join(", ");
  canvas.setAttribute("aria-label", `The picture under its classes: ${told}`);
  const legend = (rows) => element("ul", { class: "legend" }, ...rows.map((row) => entry(row, classes, palette)));
  return {
    nodes: [
      canvas,
      element("p", {}, element("label", { for: "strength" }, "Colours over the picture "), strength),
      legend(found.slice(0, 12)),
      ...(found.length > 12 ? [folded(`${found.length - 12} more`, legend(found.slice(12)))] : []),
    ],
    told,
  };
}

/** The picture stays clear where its class is black, which most palettes have for the ground. */
const isClear = (colour) => colour.every((part) => part === 0);

function coloured(ids, palette, width, height) {
  const pixels = new ImageData(width, height);
  const colours = palette.map((colour) => [...colour, isClear(colour) ? 0 : 255]);
  ids.forEach((id, place) => pixels.data.set(colours[id], 4 * place));
  return pixels;
}

/** The classes of a picture with their share of it and the mean confidence, the largest first. */
function shares(ids, confidence, classes, width) {
  const counts = classes.map(() => 0);
  const sums = classes.map(() => 0);
  ids.forEach((id, place) => {
    counts[id] += 1;
    sums[id] += confidence[Math.floor(place / width)][place % width];
  });
  return counts
    .map((count, place) => ({ place, share: count / ids.length, confidence: sums[place] / count }))
    .filter(({ share }) => share > 0)
    .sort((one, other) => other.share - one.share);
}

function entry({ place, share, confidence }, classes, palette) {
  const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
  if (!isClear(palette[place])) swatch.style.backgroundColor = `rgb(${palette[place].join(" ")})`;
  const said = ` ${percent(share)} of the picture, confidence ${confidence.toFixed(2)}`;
  return element("li", {}, swatch, element("span", { dir: "auto" }, classes[place]), element("span", { class: "hint" }, said));
}
