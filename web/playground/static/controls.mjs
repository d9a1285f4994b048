/** The controls: what they offer, what they are at, and what a change of them asks for. */

import { css, ofClass, paint, shade } from "./colours.mjs";

const RATES = ["0.00001", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"];
const CHOICES = {
  problem: { classification: "Classification", regression: "Regression" },
  activation: { relu: "ReLU", tanh: "Tanh", sigmoid: "Sigmoid", linear: "Linear", leaky_relu: "Leaky ReLU", softplus: "Softplus", elu: "ELU" },
  learningRate: named(RATES),
  regularization: { none: "None", L1: "L1", L2: "L2" },
  regularizationRate: named(["0", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"]),
  optimizer: { sgd: "SGD", momentum: "Momentum", adagrad: "AdaGrad", rmsprop: "RMSprop", adadelta: "Adadelta", adam: "Adam", adamax: "Adamax", adamw: "AdamW" },
  schedule: { constant: "Constant", inverse_time: "Inverse time", exponential: "Exponential", cosine: "Cosine", inverse_sqrt: "Inverse root" },
  decay: named(["0.5", "0.9", "0.95", "0.99", "0.999"]),
  scheduleEpochs: named(["20", "50", "100", "200", "500", "1000"]),
  initializer: { uniform: "Uniform ±0.5", lecun: "LeCun", glorot: "Glorot", he: "He", zeros: "Zeros" },
  speed: named(["1", "2", "5", "10", "25", "100"]),
};
const LOSSES = {
  classification: { squared: "Squared", cross_entropy: "Cross-entropy" },
  regression: { squared: "Squared", absolute: "Absolute", huber: "Huber" },
};
const DATASETS = {
  classification: { circle: "Circle", xor: "XOR", gauss: "Gauss", spiral: "Spiral", points: "Draw", table: "Table" },
  regression: { "reg-plane": "Plane", "reg-gauss": "Hills", table: "Table" },
};
const RANGES = ["percTrainData", "noise", "batchSize", "classes"];
const CHECKS = ["showTestData", "discretize"];
const HIDEABLE = {
  playButton: "Play", stepButton: "Step", resetButton: "Rewind", newWeights: "New weights", speed: "Epochs a picture", problem: "Problem",
  learningRate: "Learning rate", activation: "Activation", regularization: "Penalty", regularizationRate: "Penalty rate", loss: "Loss",
  optimizer: "Optimizer", schedule: "Schedule", initializer: "First weights", dataset: "Data", classes: "Classes", percTrainData: "Training share",
  noise: "Noise", batchSize: "Batch size", regenerate: "Regenerate", numHiddenLayers: "Layers", showTestData: "Test data", discretize: "Discretize",
  lessons: "Lessons", layers: "Each layer", collectStats: "Statistics", export: "Take it home", hide: "This list",
};

const $ = (id) => document.getElementById(id);

/** @param {string[]} values */
function named(values) {
  return new Map(values.map((one) => [one, one]));
}

/** Fill a select, with its value among the options. @param {HTMLSelectElement} select */
export function offer(select, choices, value) {
  const entries = choices instanceof Map ? [...choices] : Object.entries(choices);
  if (value !== undefined && !entries.some(([one]) => one === String(value))) entries.push([String(value), String(value)]);
  select.replaceChildren(...entries.map(([one, text]) => new Option(text, one)));
  if (value !== undefined) select.value = String(value);
}

export const ACTIVATIONS = CHOICES.activation;

export class Controls {
  /** @param {(changes: object) => void} change @param {Object<string, number[][]>} thumbnails */
  constructor(change, thumbnails) {
    this.change = change;
    this.thumbnails = thumbnails;
    for (const name of [...Object.keys(CHOICES), "loss"]) $(name).addEventListener("change", (event) => this.picked(name, event.target.value));
    for (const name of CHECKS) $(name).addEventListener("change", (event) => change({ [name]: event.target.checked }));
    for (const name of RANGES) {
      $(name).addEventListener("input", (event) => { event.target.previousElementSibling.textContent = event.target.value; });
      $(name).addEventListener("change", (event) => this.picked(name, event.target.value));
    }
    for (const name of ["columnX", "columnY", "target"]) $(name).addEventListener("change", (event) => change({ [name]: event.target.value }));
    $("regenerate").addEventListener("click", () => change({ seed: drawn(), weights: this.settings.weights || this.settings.seed }));
    $("newWeights").addEventListener("click", () => change({ weights: drawn() }));
    $("fewerLayers").addEventListener("click", () => change({ networkShape: this.settings.networkShape.slice(0, -1).join(",") }));
    $("moreLayers").addEventListener("click", () => change({ networkShape: [...this.settings.networkShape, this.settings.networkShape.at(-1) ?? 4].join(",") }));
    $("statistics").addEventListener("toggle", () => { if ($("statistics").open !== this.settings.collectStats) change({ collectStats: $("statistics").open }); });
  }

  picked(name, value) {
    if (name === "classes" && Number(value) > 2) return this.change({ classes: value, loss: "cross_entropy" });
    if (name === "problem") return this.change({ problem: value, loss: "squared" });
    if (name === "initializer") return this.change({ initializer: value, initZero: "" });
    return this.change({ [name]: value });
  }

  /** Put every control where the description has it. @param {object} description */
  describe(description) {
    const { settings, table } = description;
    this.settings = settings;
    for (const [name, choices] of Object.entries(CHOICES)) offer($(name), choices, settings[name]);
    offer($("loss"), LOSSES[settings.problem], settings.loss);
    for (const name of CHECKS) $(name).checked = settings[name];
    for (const name of RANGES) {
      $(name).value = settings[name];
      $(name).previousElementSibling.textContent = settings[name];
    }
    const regression = settings.problem === "regression", data = regression ? settings.regDataset : settings.dataset;
    this.datasets(settings.problem, data);
    $("own").hidden = data !== "table";
    $("drawing").hidden = data !== "points";
    $("classesLabel").hidden = regression || data === "points" || data === "table";
    for (const name of ["noiseLabel", "regenerate"]) $(name).hidden = data === "points" || data === "table";
    if (data === "table") $("regenerate").hidden = false;
    $("regenerate").textContent = data === "table" ? "Split anew" : "Regenerate";
    $("columns").hidden = !table;
    if (table) this.columns(table, description);
    offer($("pen"), new Map(Array.from({ length: 8 }, (_, at) => [String(at), String(at)])), $("pen").value || "1");
    const count = settings.networkShape.length;
    $("layerCount").textContent = count === 1 ? "1 hidden layer" : `${count} hidden layers`;
    $("fewerLayers").disabled = count === 0;
    $("moreLayers").disabled = count === 6;
    $("decayLabel").hidden = !["inverse_time", "exponential"].includes(settings.schedule);
    $("scheduleEpochsLabel").hidden = !["cosine", "inverse_sqrt"].includes(settings.schedule);
    if (settings.collectStats) $("statistics").open = true;
    $("text").hidden = settings.hideText;
    this.layers(settings, description.activations);
    this.hide(description.hidden);
  }

  datasets(problem, data) {
    const key = problem === "regression" ? "regDataset" : "dataset";
    if ($("datasets").dataset.key !== key) {
      $("datasets").dataset.key = key;
      $("datasets").replaceChildren(...Object.entries(DATASETS[problem]).map(([name, text]) => this.dataset(key, name, text)));
    }
    for (const one of $("datasets").querySelectorAll("input")) one.checked = one.value === data;
  }

  dataset(key, name, text) {
    const label = document.createElement("label"), radio = document.createElement("input"), picture = document.createElement("canvas");
    Object.assign(radio, { type: "radio", name: "dataset", value: name });
    radio.addEventListener("change", () => this.choose(key, name));
    picture.width = picture.height = 44;
    const pen = picture.getContext("2d"), points = this.thumbnails[name];
    for (const [x, y, value] of points || []) {
      pen.fillStyle = css(shade(key === "dataset" ? 2 * value - 1 : value));
      pen.fillRect((x / 12 + 0.5) * 42, (0.5 - y / 12) * 42, 3, 3);
    }
    if (!points) {
      pen.font = "24px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--quiet");
      pen.fillText(name === "points" ? "✎" : "▦", 22, 31);
    }
    label.append(radio, picture, text);
    return label;
  }

  choose(key, name) {
    if (name === "table" && !this.table) {
      $("own").hidden = false;
      $("file").focus();
      return;
    }
    if (name === "points" && !this.settings.points) {
      this.change({ dataset: "points", points: "-2,2,0;2,-2,1" });
      return;
    }
    this.change({ [key]: name });
  }

  columns(table, description) {
    this.table = table;
    const choices = new Map(table.columns.map((one) => [one, one])), { settings, axes } = description;
    const own = description.classes.length ? settings.dataset : settings.regDataset;
    if (own !== "table") return;
    offer($("columnX"), choices, axes[0].name);
    offer($("columnY"), choices, axes[1].name);
    offer($("target"), choices, description.value.name);
  }

  /** A line of controls for each hidden layer. */
  layers(settings, activations) {
    const count = activations.length, filled = (values, usual) => Array.from({ length: count }, (_, at) => values[at] ?? usual);
    const dropout = filled(settings.dropout, 0), norms = filled(settings.batchNorm, 0), own = filled(settings.activations, "");
    const replaced = (values, at, value) => values.map((one, place) => (place === at ? value : one)).join(",");
    const focus = document.activeElement?.id;
    $("layerRows").replaceChildren(...activations.map((name, at) => {
      const row = document.createElement("tr"), head = document.createElement("th");
      head.scope = "row";
      head.textContent = `Hidden ${at + 1}`;
      const activation = chosen(`activation-${at}`, `Activation of hidden layer ${at + 1}`, { "": "as above", ...CHOICES.activation }, own[at]);
      activation.addEventListener("change", () => this.change({ activations: replaced(own, at, activation.value) }));
      const rate = chosen(`dropout-${at}`, `Dropout of hidden layer ${at + 1}`, named(["0", "0.1", "0.2", "0.3", "0.5", "0.8"]), dropout[at]);
      rate.addEventListener("change", () => this.change({ dropout: replaced(dropout, at, rate.value) }));
      const norm = Object.assign(document.createElement("input"), { type: "checkbox", id: `norm-${at}`, checked: Boolean(norms[at]) });
      norm.setAttribute("aria-label", `Batch norm of hidden layer ${at + 1}`);
      norm.addEventListener("change", () => this.change({ batchNorm: replaced(norms, at, norm.checked ? 1 : 0) }));
      row.append(head, ...[activation, rate, norm].map((one) => { const cell = document.createElement("td"); cell.append(one); return cell; }));
      return row;
    }));
    if (focus && /^(activation|dropout|norm)-/.test(focus)) $(focus)?.focus();
  }

  hide(hidden) {
    for (const one of document.querySelectorAll("[data-control]")) one.classList.toggle("hiddenControl", hidden.includes(one.dataset.control));
    if ($("hideList").children.length) return;
    $("hideList").replaceChildren(...Object.entries(HIDEABLE).map(([name, text]) => {
      const label = document.createElement("label"), box = document.createElement("input");
      Object.assign(box, { type: "checkbox", checked: hidden.includes(name) });
      box.addEventListener("change", () => this.change({ [`${name}_hide`]: box.checked || "" }));
      label.append(box, text);
      return label;
    }));
  }
}

function chosen(id, label, choices, value) {
  const select = document.createElement("select");
  select.id = id;
  select.setAttribute("aria-label", label);
  offer(select, choices, value);
  return select;
}

/** A seed, as the original writes them. */
function drawn() {
  return Math.random().toFixed(5);
}

/** What the colours mean. @param {object} description */
export function legend(description) {
  const { classes, several, value, probability } = description;
  if (several) {
    $("legend").replaceChildren(...classes.map((name, at) => {
      const one = document.createElement("span"), swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.background = css(ofClass(at));
      one.append(swatch, name);
      return one;
    }));
    return;
  }
  const strip = document.createElement("canvas");
  const round = (one) => Number((value.mean + one * value.scale).toPrecision(3));
  const named = classes.length && (probability || classes[1] !== "1");
  const ends = named ? classes : [round(-1), round(1)];
  strip.width = 60;
  strip.height = 1;
  const whole = document.createElement("canvas");
  paint(whole, Uint8Array.from({ length: 3600 }, (_, at) => (at % 60) / 59 * 255));
  strip.getContext("2d").drawImage(whole, 0, 0);
  $("legend").replaceChildren(String(ends[0]), strip, String(ends[1]));
}
