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

/** A colour as canvases hold it in 32 bits. @param {number[]} parts */
function packed([red, green, blue]) {
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

const tables = new Map();
dark.addEventListener("change", () => tables.clear());

/** 256 colours, made once for light and once for dark. @param {string} name @param {(at: number) => number[]} of */
function table(name, of) {
  if (!tables.has(name)) tables.set(name, Int32Array.from({ length: 256 }, (_, at) => packed(of(at))));
  return tables.get(name);
}

/**
 * Paint a square map into a canvas of its own size.
 * @param {HTMLCanvasElement} canvas @param {Uint8Array} values 0-255 for -1 to 1 @param {boolean} discretize
 */
export function paint(canvas, values, discretize = false) {
  const colours = table(`values ${discretize}`, (at) => shade((at - 127.5) / 127.5, discretize));
  fill(canvas, values.length, (at) => colours[values[at]]);
}

/** Paint the likeliest class, the paler the less sure. @param {Uint8Array} best @param {Uint8Array} sure */
export function paintClasses(canvas, best, sure, discretize = false) {
  const zero = ramp()[1];
  const colours = CLASSES.map((_, one) => table(`class ${one} ${discretize}`, (at) => (discretize ? ofClass(one) : mixed(zero, ofClass(one), at / 255 * 0.8))));
  fill(canvas, best.length, (at) => colours[best[at]][sure[at]]);
}

function fill(canvas, count, of) {
  const side = Math.round(Math.sqrt(count));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d"), image = pen.createImageData(side, side), pixels = new Int32Array(image.data.buffer);
  for (let at = 0; at < count; at++) pixels[at] = of(at);
  pen.putImageData(image, 0, 0);
}
