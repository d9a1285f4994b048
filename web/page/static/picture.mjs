// A field for a picture: dragged here, chosen as a file, or taken with the camera.

import { camera } from "./camera.mjs";
import { button, element } from "./element.mjs";

const TAKEN = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"]; // what exported models decode
const MOST_BYTES = 6e6; // of a file as it is; base64 makes a third more of it, and the server takes 10 MB
const LARGEST_SIDE = 2048; // pixels of a picture that is scaled down

/**
 * @param {import("./fields.mjs").Description} description
 * @returns {import("./fields.mjs").Field}
 */
export function pictureField(description) {
  let content = null;
  let name = "";
  let bitmap = null;
  const input = element("input", { type: "file", accept: "image/*", id: `picture-${description.name}` });
  const preview = element("canvas", { class: "picture", role: "img", "aria-label": "The picture", hidden: true });
  const said = element("p", { class: "hint", role: "status" });

  async function take(file) {
    said.textContent = "";
    try {
      const fitting = await fit(file);
      const decoded = await createImageBitmap(fitting.file);
      [content, name, bitmap] = [await base64(fitting.file), fitting.name, decoded];
      show(preview, decoded);
      said.textContent = `${name}: ${decoded.width} x ${decoded.height} pixels${fitting.note}`;
      input.setCustomValidity("");
    } catch {
      said.textContent = `${file.name || "This"} is no picture that this browser can read.`;
    }
  }

  input.addEventListener("change", () => input.files.length && take(input.files[0]));
  const live = element("div", { class: "camera" });
  const buttons = navigator.mediaDevices ? [button("Use the camera", () => camera(live, take))] : [];
  const node = element(
    "fieldset",
    { class: "field drop" },
    element("legend", {}, description.label),
    element("label", { for: input.id }, "Drag a picture here, or choose a file "),
    input,
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

/** A file as the server takes it: another kind, or a large one, is drawn anew. */
async function fit(file) {
  if (TAKEN.includes(file.type) && file.size <= MOST_BYTES) return { file, name: file.name, note: "" };
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST_SIDE / Math.max(whole.width, whole.height));
  const canvas = new OffscreenCanvas(Math.round(whole.width * scale), Math.round(whole.height * scale));
  canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
  const type = scale < 1 || file.size > MOST_BYTES ? "image/jpeg" : "image/png";
  const made = await canvas.convertToBlob({ type, quality: 0.92 });
  const name = `${file.name.replace(/\.[^.]*$/, "")}.${type === "image/png" ? "png" : "jpg"}`;
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
