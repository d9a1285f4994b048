// The records of the run, each a button that asks the model about it.

import { element } from "./element.mjs";
import { dateOfDays, short } from "./numbers.mjs";
import { file } from "./request.mjs";

const SHOWN = 60; // characters of a record

/**
 * Buttons, one a record.
 * @param {string} model
 * @param {Object<string, *>[]} records
 * @param {import("./fields.mjs").Description[]} fields
 * @param {(values: Object<string, *>) => void} choose Is given the values of a record, pictures as files.
 * @returns {HTMLElement | string} "" where there are none.
 */
export function examples(model, records, fields, choose) {
  if (!records.length) return "";
  const buttons = records.map((record, row) => {
    const pictures = fields.filter(({ name }) => record[name]?.picture);
    const label = `Example ${row + 1}`;
    const made = element("button", { type: "button", class: pictures.length ? "thumbnail" : "record", dir: "auto" });
    made.addEventListener("click", async () => choose(await values(model, record, row)));
    if (pictures.length) {
      made.setAttribute("aria-label", label);
      thumbnail(model, row, pictures[0].name).then((image) => made.append(image), () => made.append(label));
    } else {
      made.append(summary(record, fields));
    }
    return made;
  });
  return element("fieldset", { class: "examples" }, element("legend", {}, "Examples of the run"), ...buttons);
}

const path = (model, row, name) =>
  `page/models/${encodeURIComponent(model)}/examples/${row}/${encodeURIComponent(name)}`;

async function thumbnail(model, row, name) {
  const image = element("img", { alt: "" });
  const content = await file(path(model, row, name));
  image.src = URL.createObjectURL(content);
  await image.decode();
  image.classList.toggle("small", image.naturalWidth < 100);
  return image;
}

async function values(model, record, row) {
  const found = {};
  for (const [name, value] of Object.entries(record)) {
    found[name] = value?.picture ? await picture(model, row, name) : value;
  }
  return found;
}

async function picture(model, row, name) {
  const content = await file(path(model, row, name));
  const ending = content.type.replace("image/", "").replace("jpeg", "jpg");
  return new File([content], `example-${row + 1}.${ending}`, { type: content.type });
}

/** A record in a few words. */
function summary(record, fields) {
  const words = fields.map(({ name, kind }) => {
    const value = record[name];
    if (value === null || value === "") return "–";
    if (kind === "date" || kind === "moment") return dateOfDays(value, false);
    return typeof value === "number" ? short(value) : value;
  });
  const text = words.join(", ");
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
