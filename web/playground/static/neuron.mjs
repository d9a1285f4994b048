/** The dialog with the weights of a neuron, to be read and set by hand. */

const dialog = document.getElementById("neuron");
const list = document.getElementById("neuronWeights");
const title = document.getElementById("neuronTitle");

/**
 * @param {object} asked layer, unit; input, whose weight gets the focus
 * @param {object} description @param {object} picture
 * @param {(given: {layer: number, place: number[], value: number}) => void} set
 */
export function open({ layer, unit, input }, description, picture, set) {
  const last = layer === description.layers.length;
  title.textContent = last ? `Weights of ${description.outputs > 1 ? `output ${description.classes[unit]}` : "the output"}` : `Weights of neuron ${unit + 1}, hidden layer ${layer + 1}`;
  const names = layer ? Array.from({ length: description.layers[layer - 1] }, (_, at) => `Neuron ${at + 1}`) : description.inputs.map((name) => description.features.find((one) => one.name === name)?.label ?? name);
  const rows = names.map((name, at) => row(`From ${name}`, picture.weights[layer][at][unit], (value) => set({ layer, place: [at, unit], value })));
  const bias = picture.biases[layer];
  if (bias) rows.push(row("Bias", bias[unit], (value) => set({ layer, place: [unit], value })));
  list.replaceChildren(...rows);
  dialog.showModal();
  rows[input ?? 0].lastChild.select();
}

function row(name, value, set) {
  const label = document.createElement("label"), field = document.createElement("input");
  Object.assign(field, { type: "number", step: "0.1", value: value === null ? "" : Number(value.toFixed(4)) });
  field.addEventListener("change", () => { if (field.value !== "" && Number.isFinite(field.valueAsNumber)) set(field.valueAsNumber); });
  label.append(name, field);
  return label;
}
