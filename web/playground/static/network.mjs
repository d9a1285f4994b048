/** The network: features, neurons with their pictures, and weights as lines between them. */

import { css, onTheme, paint, shade } from "./colours.mjs";

const SIZE = 38, ROW = 50, TOP = 62, LEFT = 64, NARROWEST = 92;
const SVG = "http://www.w3.org/2000/svg";

export class Network {
  /**
   * @param {object} on What happens: feature(name), layers(list of units), neuron(layer, unit), look(layer, unit or
   * null): -1 is the layer of the features.
   */
  constructor(on) {
    this.on = on;
    this.area = document.getElementById("drawingArea");
    this.nodes = document.getElementById("nodes");
    this.edges = document.getElementById("edges");
    this.tip = document.getElementById("tip");
    this.description = null;
    this.picture = null;
    this.pointed = null;
    new ResizeObserver(() => this.place()).observe(document.getElementById("stage"));
    onTheme(() => this.draw(this.picture));
  }

  /** Make nodes and edges anew. @param {object} description */
  describe(description) {
    const focus = document.activeElement?.id;
    this.description = description;
    this.picture = null;
    this.pointed = null;
    this.tip.hidden = true;
    this.nodes.replaceChildren();
    this.edges.replaceChildren();
    const { features, further, inputs, layers, outputs } = description;
    this.inputs = [...features.map((one) => this.feature(one, inputs.includes(one.name))), ...further.map((name) => this.further(name))];
    this.units = layers.map((count, layer) => Array.from({ length: count }, (_, unit) => this.neuron(layer, unit)));
    this.outputs = Array.from({ length: outputs }, (_, unit) => this.neuron(layers.length, unit));
    this.heads = layers.map((count, layer) => this.head(layer, count));
    this.drawEdges();
    this.place();
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }

  feature({ name, label }, on) {
    const node = button("node", `feature-${name}`, `Input ${label}`);
    node.setAttribute("aria-pressed", String(on));
    node.classList.toggle("off", !on);
    node.append(canvas(), labelled(label));
    paintFeature(node.firstChild, name, this.description.half);
    node.addEventListener("click", () => this.on.feature(name));
    node.seen = on;
    return node;
  }

  further(name) {
    const node = button("node further", "", `Input ${name}, held at its median in pictures`);
    node.disabled = true;
    node.title = `${name}, held at its median in pictures`;
    node.append(canvas(), labelled(name));
    paint(node.firstChild, new Uint8Array(625).fill(128));
    node.seen = true;
    return node;
  }

  neuron(layer, unit) {
    const last = layer === this.description.layers.length;
    const name = last ? (this.description.outputs > 1 ? `Output for class ${this.description.classes[unit]}` : "Output") : `Neuron ${unit + 1} of hidden layer ${layer + 1}`;
    const node = button("node", `neuron-${layer}-${unit}`, `${name}: set its weights`);
    const bias = document.createElement("span");
    bias.className = "bias";
    node.append(canvas(), bias);
    node.addEventListener("click", () => this.on.neuron(layer, unit));
    for (const [event, at] of [["pointerenter", unit], ["focus", unit], ["pointerleave", null], ["blur", null]]) {
      node.addEventListener(event, () => this.on.look(at === null ? null : { layer, unit, name }));
    }
    return node;
  }

  head(layer, count) {
    const { layers } = this.description, head = document.createElement("div");
    head.className = "column";
    head.dataset.control = "numHiddenLayers";
    const sign = (text, change, allowed, what) => {
      const one = button("", `${change > 0 ? "more" : "fewer"}-${layer}`, `${what} neuron ${change > 0 ? "to" : "from"} hidden layer ${layer + 1}`);
      one.textContent = text;
      one.disabled = !allowed;
      one.addEventListener("click", () => this.on.layers(layers.map((units, at) => (at === layer ? units + change : units))));
      return one;
    };
    const told = document.createElement("span");
    told.className = "units";
    told.textContent = count === 1 ? "1 neuron" : `${count} neurons`;
    head.append(sign("−", -1, count > 1, "Remove a"), sign("+", 1, count < 16, "Add a"), told);
    this.nodes.append(head);
    return head;
  }

  /** Columns of nodes: those that are inputs, then each layer. */
  get columns() {
    return [this.inputs.filter((one) => one.seen), ...this.units, this.outputs];
  }

  drawEdges() {
    this.lines = [];
    this.columns.slice(1).forEach((to, layer) => {
      to.forEach((_, unit) => this.columns[layer].forEach((_, input) => {
        const hit = document.createElementNS(SVG, "path"), shown = document.createElementNS(SVG, "path");
        hit.setAttribute("class", "hit");
        shown.setAttribute("class", "shown");
        hit.addEventListener("pointermove", (event) => this.point({ layer, input, unit }, event));
        hit.addEventListener("pointerleave", () => this.point(null));
        hit.addEventListener("click", () => this.on.neuron(layer, unit, input));
        this.edges.append(hit, shown);
        this.lines.push({ layer, input, unit, hit, shown });
      }));
    });
  }

  /** Put everything where the width of the window allows. */
  place() {
    if (!this.description) return;
    const shown = [this.inputs, ...this.units, this.outputs];
    const wide = Math.max(this.area.parentElement.clientWidth, LEFT + SIZE + NARROWEST * (shown.length - 1) + 10);
    const gap = (wide - LEFT - SIZE - 10) / (shown.length - 1);
    const height = TOP + ROW * Math.max(...shown.map((one) => one.length)) + 6;
    this.area.style.width = `${wide}px`;
    this.area.style.height = `${height}px`;
    shown.forEach((column, at) => column.forEach((node, row) => {
      node.style.left = `${LEFT + gap * at}px`;
      node.style.top = `${TOP + ROW * row}px`;
    }));
    this.heads.forEach((head, at) => { head.style.left = `${LEFT + gap * (at + 1) + SIZE / 2}px`; });
    const middle = (node) => [parseFloat(node.style.left), parseFloat(node.style.top) + SIZE / 2];
    for (const { layer, input, unit, hit, shown } of this.lines) {
      const [left, from] = middle(this.columns[layer][input]), [right, to] = middle(this.columns[layer + 1][unit]);
      const start = left + SIZE, bend = (right - start) / 2;
      const path = `M${start} ${from}C${start + bend} ${from} ${right - bend} ${to} ${right} ${to}`;
      hit.setAttribute("d", path);
      shown.setAttribute("d", path);
    }
  }

  /** Show the weights and every neuron's answers. @param {object|null} picture With `maps`, bytes of the neurons. */
  draw(picture) {
    if (!picture || !this.description) return;
    this.picture = picture;
    for (const { layer, input, unit, shown } of this.lines) {
      const weight = picture.weights[layer][input][unit];
      shown.style.stroke = css(shade(Math.sign(weight ?? 0) * Math.min(1, 0.25 + Math.abs(weight ?? 0))));
      shown.style.strokeWidth = `${(1 + 9 * Math.min(5, Math.abs(weight ?? 0)) / 5).toFixed(2)}px`;
    }
    const each = this.description.sides.coarse ** 2;
    [...this.units.flat(), ...this.outputs].forEach((node, at) => {
      paint(node.firstChild, picture.maps.subarray(at * each, (at + 1) * each));
    });
    [...this.units, this.outputs].forEach((column, layer) => column.forEach((node, unit) => {
      const bias = picture.biases[layer]?.[unit];
      node.lastChild.hidden = bias === undefined || bias === null;
      node.lastChild.style.background = css(shade(bias ?? 0));
      node.lastChild.title = `Bias ${bias}`;
    }));
    this.tell();
  }

  /** The 25 x 25 answers of a neuron. */
  answers(layer, unit) {
    const before = [...this.units, this.outputs].slice(0, layer).flat().length, each = this.description.sides.coarse ** 2;
    return this.picture?.maps.subarray((before + unit) * each, (before + unit + 1) * each);
  }

  point(edge, event) {
    this.pointed = edge;
    this.tip.hidden = !edge;
    if (!edge) return;
    const box = this.area.getBoundingClientRect();
    this.tip.style.left = `${Math.min(event.clientX - box.left + 12, box.width - 120)}px`;
    this.tip.style.top = `${event.clientY - box.top - 30}px`;
    this.tell();
  }

  tell() {
    if (!this.pointed || !this.picture) return;
    const { layer, input, unit } = this.pointed, weight = this.picture.weights[layer]?.[input]?.[unit];
    this.tip.textContent = `Weight ${weight === null || weight === undefined ? "is no number" : weight.toFixed(2)}`;
  }
}

function button(kind, id, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  if (id) made.id = id;
  made.setAttribute("aria-label", label);
  if (kind) document.getElementById("nodes").append(made);
  return made;
}

function canvas() {
  const made = document.createElement("canvas");
  made.width = made.height = 25;
  return made;
}

function labelled(text) {
  const made = document.createElement("span");
  made.className = "label";
  made.textContent = text;
  return made;
}

const FORMULAS = {
  x: (x) => x, y: (_, y) => y, xSquared: (x) => x * x, ySquared: (_, y) => y * y, xTimesY: (x, y) => x * y,
  sinX: (x) => Math.sin(x), sinY: (_, y) => Math.sin(y), cosX: (x) => Math.cos(x), cosY: (_, y) => Math.cos(y),
};

function paintFeature(target, name, half) {
  const side = 25, values = new Uint8Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) / side * 2 - 1) * half, y = (1 - (row + 0.5) / side * 2) * half;
      values[row * side + column] = Math.max(0, Math.min(255, FORMULAS[name](x, y) * 127.5 + 127.5));
    }
  }
  paint(target, values);
}
