// A record beside what an autoencoder makes of it.

import { element, folded, paragraph, table } from "./element.mjs";
import { clockOfMinutes, dateOfDays, short } from "./numbers.mjs";
import { show } from "./picture.mjs";

/**
 * @param {import("./answer.mjs").Asked} asked
 * @returns {import("./answer.mjs").Shown}
 */
export function reconstruction({ answer, form, instance, picture }) {
  const score = short(answer.anomaly_score, 3);
  return {
    nodes: [
      answer.image ? pictures(picture, answer.image) : columns(form, instance, answer),
      paragraph(`Anomaly score, the mean squared error of the prepared record: ${score}`),
      folded(`Code of ${answer.code.length} numbers`, element("p", { class: "numbers" }, answer.code.map((one) => short(one)).join(", "))),
    ],
    told: `anomaly score ${score}`,
  };
}

function pictures(given, made) {
  const [height, width] = [made.length, made[0].length];
  const pixels = new ImageData(width, height);
  made.flat().forEach((pixel, place) => {
    const [red, green = red, blue = red] = [pixel].flat();
    pixels.data.set([red, green, blue, 255], 4 * place); // the array rounds and clips
  });
  const one = element("canvas", { class: "picture", role: "img", "aria-label": "The picture that was given" });
  const other = element("canvas", { class: "picture", role: "img", "aria-label": "The picture that was made of it" });
  show(one, given);
  [other.width, other.height] = [width, height];
  other.classList.toggle("small", width < 100);
  other.getContext("2d").putImageData(pixels, 0, 0);
  const figure = (canvas, words) => element("figure", {}, canvas, element("figcaption", {}, words));
  return element("div", { class: "pair" }, figure(one, "given"), figure(other, "reconstructed"));
}

function columns(form, instance, answer) {
  const fields = Object.fromEntries(form.fields.map((one) => [one.name, one]));
  const rows = form.answer.columns.map(([name, made]) => {
    const { label, kind } = fields[name];
    return [label, told(instance[name], kind), told(answer[made], kind)];
  });
  return table(["column", "given", "reconstructed"], rows);
}

function told(value, kind) {
  if (typeof value !== "number") return value || "(missing)";
  if (kind === "date" || kind === "moment") return dateOfDays(value, kind === "moment");
  return kind === "time" ? clockOfMinutes(value) : short(value);
}
