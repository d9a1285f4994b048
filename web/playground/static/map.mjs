/** The picture of the output: its map, the points on it, its axes, and the pen that draws points. */

import { css, ofClass, onTheme, paint, paintClasses, shade } from "./colours.mjs";
import { nice } from "./chart.mjs";

const LEFT = 34, BOTTOM = 34, EDGE = 6;

export class OutputMap {
  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} told @param {(x: number, y: number) => void} draws */
  constructor(canvas, told, draws) {
    Object.assign(this, { canvas, told, draws, description: null, maps: null, neuron: null, cross: null });
    this.small = document.createElement("canvas");
    this.rest = "";
    canvas.addEventListener("pointermove", (event) => this.tell(this.inside(event)));
    canvas.addEventListener("pointerleave", () => this.tell(null));
    canvas.addEventListener("click", (event) => { const at = this.inside(event); if (at) this.draws(...at); });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => { this.cross = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(canvas);
    onTheme(() => this.draw());
  }

  describe(description) {
    this.description = description;
    this.neuron = null;
    this.draw();
  }

  /** @param {Uint8Array} maps One map of 0-255, or the likeliest class and its probability. */
  show(maps) {
    this.maps = maps;
    this.draw();
  }

  /** Show a neuron's answers instead; null for the output. @param {Uint8Array|null} answers */
  look(answers, name = "") {
    this.neuron = answers;
    this.rest = answers ? name : "";
    this.told.textContent = this.rest;
    this.draw();
  }

  /** The maps, where they are of the network that was described last: a picture of the one before may still come. */
  get answers() {
    const { several, sides } = this.description ?? {};
    return this.maps && this.maps.length === sides?.fine ** 2 * (several ? 2 : 1) ? this.maps : null;
  }

  get side() {
    return (this.canvas.clientWidth || 300) - LEFT - EDGE;
  }

  inside(event) {
    const box = this.canvas.getBoundingClientRect(), { half } = this.description;
    const x = ((event.clientX - box.left - LEFT) / this.side * 2 - 1) * half;
    const y = (1 - (event.clientY - box.top - EDGE) / this.side * 2) * half;
    return Math.abs(x) <= half && Math.abs(y) <= half ? [x, y] : null;
  }

  key(event) {
    const { half } = this.description, step = half / (event.shiftKey ? 5 : 30);
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key in moves) {
      const at = this.cross || [0, 0];
      this.cross = moves[event.key].map((one, place) => Math.max(-half, Math.min(half, at[place] + one * step)));
      this.tell(this.cross);
    } else if (event.key === "Enter") {
      this.draws(...(this.cross || [0, 0]));
    } else return;
    event.preventDefault();
    this.draw();
  }

  /** What the output is at a place. */
  tell(at) {
    const maps = this.answers;
    if (!at || !maps) {
      this.told.textContent = this.rest;
      return;
    }
    const { half, axes, several, classes, sides, value, probability } = this.description, side = sides.fine;
    const column = Math.min(side - 1, Math.floor((at[0] / half + 1) / 2 * side)), row = Math.min(side - 1, Math.floor((1 - at[1] / half) / 2 * side));
    const here = axes.map((axis, place) => `${axis.name} ${short(axis.mean + axis.scale * at[place])}`).join(", ");
    const found = maps[row * side + column], signed = (found - 127.5) / 127.5;
    let answer = short(signed * value.scale + value.mean);
    if (several) answer = `${classes[found]} (${Math.round(maps[side * side + row * side + column] / 2.55)}%)`;
    else if (probability) answer = `${classes[signed > 0 ? 1 : 0]} (${Math.round((1 + Math.abs(signed)) * 50)}%)`;
    this.told.textContent = `${here}: ${answer}`;
  }

  draw() {
    const { canvas, description, side } = this;
    if (!description) return;
    const scale = devicePixelRatio || 1, style = getComputedStyle(document.documentElement);
    const width = side + LEFT + EDGE, height = side + BOTTOM + EDGE;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const maps = this.answers;
    const discretize = description.settings.discretize && !this.neuron, each = description.sides.fine ** 2;
    if (this.neuron) paint(this.small, this.neuron);
    else if (maps && description.several) paintClasses(this.small, maps.subarray(0, each), maps.subarray(each), discretize);
    else if (maps) paint(this.small, maps, discretize);
    pen.imageSmoothingEnabled = false;
    if (this.neuron || maps) pen.drawImage(this.small, LEFT, EDGE, side, side);
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.strokeRect(LEFT, EDGE, side, side);
    this.drawAxes(pen, style.getPropertyValue("--quiet"));
    const { showTestData, problem, dataset } = description.settings;
    if (showTestData || (problem === "classification" && dataset === "points")) this.drawPoints(pen, description.test, true);
    this.drawPoints(pen, description.train, false);
    if (this.cross) this.drawCross(pen, style.getPropertyValue("--ink"));
  }

  at(x, y) {
    const { half } = this.description;
    return [LEFT + (x / half + 1) / 2 * this.side, EDGE + (1 - y / half) / 2 * this.side];
  }

  drawAxes(pen, ink) {
    const { half, axes } = this.description;
    pen.fillStyle = ink;
    pen.font = "11px system-ui, sans-serif";
    axes.forEach(({ name, mean, scale }, place) => {
      const low = mean - half * scale, high = mean + half * scale, step = nice((high - low) / 4.5);
      for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
        const at = (tick - mean) / scale, text = short(Math.abs(tick) < step / 1e6 ? 0 : tick);
        const [x, y] = place ? this.at(-half, at) : this.at(at, -half);
        pen.textAlign = place ? "right" : "center";
        pen.textBaseline = place ? "middle" : "top";
        if (place) pen.fillText(text, x - 4, Math.max(y, 8), LEFT - 4);
        else pen.fillText(text, x, y + 4);
      }
      const [x, y] = this.at(0, -half);
      pen.save();
      pen.textAlign = "center";
      pen.textBaseline = "bottom";
      if (place) { pen.translate(10, EDGE + this.side / 2); pen.rotate(-Math.PI / 2); pen.fillText(name.slice(0, 30), 0, 0); }
      else pen.fillText(name.slice(0, 30), x, y + BOTTOM);
      pen.restore();
    });
  }

  drawPoints(pen, points, test) {
    const { classes, half } = this.description, size = points.length > 600 ? 2 : 3.2;
    pen.lineWidth = 1;
    for (const [x, y, label] of points) {
      if (Math.abs(x) > half || Math.abs(y) > half) continue;
      const inner = css(classes.length === 0 ? shade(label) : classes.length === 2 ? shade(2 * label - 1) : ofClass(label));
      pen.beginPath();
      pen.arc(...this.at(x, y), size, 0, 2 * Math.PI);
      pen.fillStyle = inner;
      pen.fill();
      pen.strokeStyle = test ? "#000000" : "#ffffff";
      pen.stroke();
    }
  }

  drawCross(pen, ink) {
    const [x, y] = this.at(...this.cross);
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x - 8, y); pen.lineTo(x + 8, y);
    pen.moveTo(x, y - 8); pen.lineTo(x, y + 8);
    pen.stroke();
  }
}

/** A number for readers. @param {number} value */
export function short(value) {
  if (Math.abs(value) < 1e-9) return "0";
  return Math.abs(value) >= 1e5 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
