// The camera: what it sees, and a button that takes a picture of it.

import { button, element, paragraph } from "./element.mjs";

/**
 * Shows the camera until a picture is taken or it is closed.
 * @param {HTMLElement} place
 * @param {(file: File) => void} take
 */
export async function camera(place, take) {
  if (place.childElementCount) return;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (problem) {
    place.replaceChildren(paragraph(`No camera: ${problem.message}`, "hint"));
    setTimeout(() => place.replaceChildren(), 5000);
    return;
  }
  const video = element("video", { autoplay: true, playsinline: true, "aria-label": "What the camera sees" });
  video.muted = true;
  video.srcObject = stream;
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    place.replaceChildren();
  };
  const shoot = button("Take the picture", async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0);
    close();
    take(new File([await canvas.convertToBlob()], "camera.png", { type: "image/png" }));
  });
  place.replaceChildren(video, element("p", {}, shoot, " ", button("Close the camera", close)));
  shoot.focus();
}
