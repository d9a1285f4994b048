// The fields of a form: each shows a value of a record, takes another one, and says what the model wants to have.

import { element } from "./element.mjs";
import { clockOfMinutes, dateOfDays, daysOfDate, minutesOfClock, short } from "./numbers.mjs";
import { pictureField } from "./picture.mjs";

/**
 * What form.py says of a field, see tasks/schema.py.
 * @typedef {{name: string, label: string, kind: string, optional: boolean, smallest: number | string | null,
 *   largest: number | string | null, usual: [number, number] | null, choices: string[], other: boolean}} Description
 */

/**
 * A field of the page.
 * @typedef {{name: string, node: HTMLElement, read: () => *, write: (value: *) => void | Promise<void>,
 *   typed: () => *, file?: () => string, picture?: () => ImageBitmap}} Field
 *   read: gives what the model takes, null for a missing number; typed: the same as it was typed.
 */

/**
 * The field of a description.
 * @param {Description} description
 * @param {number} largest Side in pixels that larger pictures are scaled down to.
 * @returns {Field}
 */
export function field(description, largest) {
  const make = { picture: pictureField, choice: choiceField, text: textField, values: valuesField }[description.kind];
  return make ? make(description, largest) : inputField(description);
}

const INPUTS = {
  number: {
    attributes: { type: "number", step: "any", inputmode: "decimal" },
    read: Number,
    show: String,
  },
  time: { attributes: { type: "time" }, read: minutesOfClock, show: clockOfMinutes },
  date: { attributes: { type: "date", max: "9999-12-31" }, read: daysOfDate, show: (days) => dateOfDays(days, false) },
  moment: {
    attributes: { type: "datetime-local", max: "9999-12-31T23:59" },
    read: daysOfDate,
    show: (days) => dateOfDays(days, true),
  },
};

function inputField(description) {
  const { attributes, read, show } = INPUTS[description.kind];
  const input = element("input", { ...attributes, required: !description.optional });
  const node = labelled(description, input, range(description));
  const watch = () => node.classList.toggle("outside", isOutside(description, input.value, read));
  input.addEventListener("input", watch);
  return {
    name: description.name,
    node,
    read: () => (input.value === "" ? null : read(input.value)),
    typed: () => input.value,
    write(value) {
      input.value = value === null ? "" : show(value);
      watch();
    },
  };
}

/** The range of a field in words. */
function range({ kind, smallest, largest, usual, optional }) {
  const shown = kind === "time" ? clockOfMinutes : (end) => (typeof end === "string" ? end : short(end));
  const words = [];
  if (smallest !== null) words.push(`${shown(smallest)} to ${shown(largest)} in the data`);
  else if (usual) words.push(`mostly ${short(usual[0], 3)} to ${short(usual[1], 3)} in training`);
  if (optional) words.push("may be empty");
  return words.join("; ");
}

function isOutside({ smallest, largest }, text, read) {
  if (text === "" || smallest === null) return false;
  const value = typeof smallest === "string" ? text.slice(0, 10) : read(text);
  return value < smallest || value > largest;
}

function choiceField(description) {
  const { choices, optional, other } = description;
  const options = choices.map((choice) => option(choice, choice || "(empty)"));
  if (optional) options.push(option("", "(missing)"));
  if (other) options.push(option(unlike(choices), "(another one)"));
  const select = element("select", {}, ...options);
  return {
    name: description.name,
    node: labelled(description, select, ""),
    read: () => select.value,
    typed: () => select.value,
    write(value) {
      if (![...select.options].some((one) => one.value === value)) {
        select.append(option(value, `${value} (not in training)`));
      }
      select.value = value;
    },
  };
}

const option = (value, text) => element("option", { value }, text);

/** A word that is none of the choices. */
function unlike(choices) {
  let word = "another one";
  while (choices.includes(word)) word += "+";
  return word;
}

function textField(description) {
  const area = element("textarea", { rows: 3, dir: "auto", onkeydown: sendByEnter });
  return {
    name: description.name,
    node: labelled(description, area, ""),
    read: () => area.value,
    typed: () => area.value,
    write(value) {
      area.value = value;
    },
  };
}

/** A field of any shape, written as JSON. */
function valuesField(description) {
  const area = element("textarea", { rows: 3, required: true, spellcheck: false, onkeydown: sendByEnter });
  const check = () => {
    try {
      JSON.parse(area.value);
      area.setCustomValidity("");
    } catch {
      area.setCustomValidity("Write JSON, such as [0.5, 1].");
    }
  };
  area.addEventListener("input", check);
  return {
    name: description.name,
    node: labelled(description, area, "JSON, such as [0.5, 1]"),
    read: () => JSON.parse(area.value),
    typed: () => area.value,
    write(value) {
      area.value = JSON.stringify(value);
      check();
    },
  };
}

function sendByEnter(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}

let made = 0;

/** A control with its label, and what is to be said of it. */
function labelled({ label }, control, hint) {
  const id = `field-${++made}`;
  control.id = id;
  const node = element("div", { class: "field" }, element("label", { for: id, dir: "auto" }, label), control);
  if (hint) {
    control.setAttribute("aria-describedby", `${id}-hint`);
    node.append(element("span", { id: `${id}-hint`, class: "hint" }, hint));
  }
  return node;
}
