// A field for a picture: dragged here, chosen as a file, or taken with the camera.

import { camera } from "./camera.mjs";
import { button, element } from "./element.mjs";

const TAKEN = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"]; // what exported models decode
const MOST_BYTES = 6e6; // of a file as it is; base64 makes a third more of it, and the server takes 10 MB

/**
 * @param {import("./fields.mjs").Description} description
 * @param {number} largest Side in pixels that larger pictures are scaled down to.
 * @returns {import("./fields.mjs").Field}
 */
export function pictureField(description, largest) {
  let content = null;
  let name = "";
  let bitmap = null;
  const input = element("input", { type: "file", accept: "image/*", class: "hidden" });
  const preview = element("canvas", { class: "picture", role: "img", "aria-label": "The picture", hidden: true });
  const said = element("p", { class: "hint", role: "status" });
  const saved = element("a", {}, "save"); // the commands of the request read this file

  async function take(file) {
    said.textContent = "";
    try {
      const fitting = await fit(file, largest);
      const decoded = await createImageBitmap(fitting.file);
      [content, name, bitmap] = [await base64(fitting.file), fitting.name, decoded];
      show(preview, decoded);
      URL.revokeObjectURL(saved.href);
      [saved.href, saved.download] = [URL.createObjectURL(fitting.file), name];
      said.replaceChildren(`${name}: ${decoded.width} x ${decoded.height} pixels${fitting.note} `, saved);
      input.setCustomValidity("");
    } catch {
      said.textContent = `${file.name || "This"} is no picture that this browser can read.`;
    }
  }

  input.addEventListener("change", () => input.files.length && take(input.files[0]));
  const live = element("div", { class: "camera" });
  const buttons = navigator.mediaDevices ? [" ", button("use the camera", () => camera(live, take))] : [];
  const node = element(
    "fieldset",
    { class: "field drop" },
    element("legend", {}, description.label),
    "Drag a picture here, or ",
    element("label", { class: "button" }, "choose a file", input),
    ...buttons,
    live,
    preview,
    said,
  );
  const over = (event) => {
    event.preventDefault();
    node.classList.toggle("over", event.type === "dragover");
  };
  for (const type of ["dragover", "dragleave", "drop"]) node.addEventListener(type, over);
  node.addEventListener("drop", (event) => event.dataTransfer.files.length && take(event.dataTransfer.files[0]));
  input.setCustomValidity("Choose a picture.");

  return {
    name: description.name,
    node,
    read: () => ({ b64: content }),
    typed: () => ({ b64: content }),
    file: () => name,
    picture: () => bitmap,
    write: take,
  };
}

/** Draws a picture at its own size; small ones stay sharp when they are enlarged. */
export function show(canvas, bitmap) {
  canvas.hidden = false;
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.classList.toggle("small", bitmap.width < 100);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
}

/** A file as the server takes it: a large one, or one of another kind, is drawn anew. */
async function fit(file, largest) {
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, largest / Math.max(whole.width, whole.height));
  if (TAKEN.includes(file.type) && file.size <= MOST_BYTES && scale === 1) return { file, name: file.name, note: "" };
  const canvas = new OffscreenCanvas(Math.ceil(whole.width * scale), Math.ceil(whole.height * scale));
  canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
  const type = scale < 1 || file.size > MOST_BYTES ? "image/jpeg" : "image/png";
  const made = await canvas.convertToBlob({ type, quality: 0.92 });
  const name = `${file.name.replace(/\.[^.]*$/, "")}-${canvas.width}.${type === "image/png" ? "png" : "jpg"}`;
  return { file: made, name, note: scale < 1 ? ", scaled down for sending" : ", written anew for sending" };
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 32768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32768));
  }
  return btoa(text);
}
