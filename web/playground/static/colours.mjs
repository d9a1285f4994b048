/** Colours of values and of classes, in light and in dark, and maps painted with them. */

const dark = matchMedia("(prefers-color-scheme: dark)");
const SHADES = 30;

/** @param {string} name Of a custom property of the style sheet. @returns {number[]} red, green, blue */
function colour(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

const CLASSES = ["#f59322", "#0877bd", "#009e73", "#cc79a7", "#b8a400", "#7a4fbf", "#d55e00", "#56b4e9"];
let ends;

function mixed(one, other, share) {
  return one.map((value, at) => Math.round(value + (other[at] - value) * share));
}

function ramp() {
  if (!ends) ends = ["--negative", "--zero", "--positive"].map(colour);
  return ends;
}

dark.addEventListener("change", () => { ends = undefined; });

/** Call `then` when light turns to dark, or back. */
export function onTheme(then) {
  dark.addEventListener("change", then);
}

/** Of a value from -1 to 1. @param {number} value @param {boolean} steps Whether there are but 30 shades, or two. */
export function shade(value, discretize = false) {
  const [negative, zero, positive] = ramp();
  let at = Math.max(-1, Math.min(1, value));
  at = discretize ? (at >= 0 ? 1 : -1) : (Math.round((at + 1) / 2 * (SHADES - 1)) / (SHADES - 1)) * 2 - 1;
  return at < 0 ? mixed(zero, negative, -at) : mixed(zero, positive, at);
}

/** @param {number} index */
export function ofClass(index) {
  return [1, 3, 5].map((at) => parseInt(CLASSES[index % CLASSES.length].slice(at, at + 2), 16));
}

/** @param {number[]} parts */
export function css(parts) {
  return `rgb(${parts.join(" ")})`;
}

/** Bytes of a base64 text. @param {string} text */
export function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Paint a square map into a canvas of its own size.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} values 0-255 for -1 to 1 @param {boolean} discretize
 */
export function paint(canvas, values, discretize = false) {
  const side = Math.round(Math.sqrt(values.length));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const table = Array.from({ length: 256 }, (_, at) => shade((at - 127.5) / 127.5, discretize));
  fill(canvas, values.length, (at) => table[values[at]]);
}

/** Paint the likeliest class, the paler the less sure. @param {Uint8Array} best @param {Uint8Array} sure */
export function paintClasses(canvas, best, sure, discretize = false) {
  const side = Math.round(Math.sqrt(best.length));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const zero = ramp()[1];
  fill(canvas, best.length, (at) => (discretize ? ofClass(best[at]) : mixed(zero, ofClass(best[at]), sure[at] / 255 * 0.8)));
}

function fill(canvas, count, of) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < count; at++) {
    const [red, green, blue] = of(at);
    image.data.set([red, green, blue, 255], at * 4);
  }
  context.putImageData(image, 0, 0);
}
