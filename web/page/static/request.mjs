// Calls to the server that this page came from.

import { parse, write } from "./json.mjs";

const token = new URLSearchParams(location.search).get("token") ?? "";

/** An answer that is a refusal, in the server's words. */
export class Refusal extends Error {}

/** Headers that let a request in. @returns {Object<string, string>} */
export const headers = () => (token ? { Authorization: `Bearer ${token}` } : {});

/** The whole address of a path of the server. @param {string} path */
export const address = (path) => new URL(path, document.baseURI.split(/[?#]/)[0]).href;

/** The path that asks a model. @param {string} name */
export const predictPath = (name) => `v1/models/${encodeURIComponent(name)}:predict`;

/**
 * The body that asks for one record.
 * @param {Object<string, *>} instance
 * @param {string} signature "" for the usual one.
 */
export function body(instance, signature = "") {
  return signature ? { signature_name: signature, instances: [instance] } : { instances: [instance] };
}

/**
 * Asks a model about one record.
 * @param {string} name
 * @param {Object<string, *>} instance
 * @param {string} signature
 * @param {AbortSignal} signal
 * @returns {Promise<{answer: *, seconds: number}>}
 */
export async function ask(name, instance, signature, signal) {
  const started = performance.now();
  const { predictions } = await call(predictPath(name), { content: write(body(instance, signature)), signal });
  return { answer: predictions[0], seconds: (performance.now() - started) / 1000 };
}

/**
 * Calls the server and reads its JSON.
 * @param {string} path
 * @param {{content?: string, signal?: AbortSignal}} options With content it is a POST.
 */
export async function call(path, { content, signal } = {}) {
  const answer = await send(path, { content, signal });
  try {
    return parse(await answer.text());
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Refusal("The server sent no JSON.");
  }
}

/** The bytes of a file of the server. @param {string} path @returns {Promise<Blob>} */
export const file = async (path) => (await send(path)).blob();

async function send(path, { content, signal } = {}) {
  const given = content === undefined ? {} : { method: "POST", body: content };
  const type = content === undefined ? {} : { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(address(path), { ...given, headers: { ...headers(), ...type }, signal });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Refusal("The server does not answer. Is it still running?");
  }
  if (!answer.ok) throw new Refusal(await sentence(answer));
  return answer;
}

async function sentence(answer) {
  try {
    return parse(await answer.text()).error ?? `${answer.status} ${answer.statusText}`;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}
