// The page: a form of a model, its examples, and its answers.

import { shown } from "./answer.mjs";
import { element, paragraph } from "./element.mjs";
import { examples } from "./examples.mjs";
import { field } from "./fields.mjs";
import { flag } from "./flag.mjs";
import { lines } from "./lines.mjs";
import { duration } from "./numbers.mjs";
import { ask, call } from "./request.mjs";

const [title, menu, select, trouble, form, result, answer, after] = [
  "title", "menu", "model", "trouble", "form", "result", "answer", "after",
].map((id) => document.getElementById(id));

const LARGEST = 2048; // pixels, the longer side of a picture that is sent
const LARGEST_MASKED = 1024; // the same where each of its pixels comes back as text

let model; // what form.py says of the model that is shown
let fields = []; // its `Field`s
let asking = new AbortController();

async function start() {
  const models = await loaded();
  select.replaceChildren(...models.map((name) => element("option", { value: name }, name)));
  menu.hidden = models.length < 2;
  select.addEventListener("change", () => {
    location.hash = encodeURIComponent(select.value);
  });
  const named = () => decodeURIComponent(location.hash.slice(1));
  window.addEventListener("hashchange", () => guarded(() => open(named())));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(send);
  });
  await open(models.includes(named()) ? named() : models[0]);
}

/** The names of the models; waits for the first one that is loaded. */
async function loaded() {
  for (;;) {
    const { models } = await call("page/models");
    if (models.length) return models;
    title.textContent = "Loading …";
    await new Promise((wait) => setTimeout(wait, 1000));
  }
}

/** Shows the form of a model. */
async function open(name) {
  asking.abort();
  [form.hidden, result.hidden] = [true, true];
  select.value = name;
  model = await call(`page/models/${encodeURIComponent(name)}`);
  title.textContent = model.task ? `${model.task}: ${model.data}` : model.name;
  document.title = `${title.textContent} – try a model`;
  const largest = model.answer.kind === "mask" ? LARGEST_MASKED : LARGEST;
  fields = model.fields.map((one) => field(one, largest));
  document.getElementById("fields").replaceChildren(...fields.map(({ node }) => node));
  document.getElementById("examples").replaceChildren(examples(name, model.examples, model.fields, (values) => guarded(() => choose(values))));
  const [first] = model.examples;
  if (first && !Object.values(first).some((value) => value?.picture)) await fill(first);
  form.hidden = false;
}

async function fill(values) {
  for (const one of fields) await one.write(values[one.name]);
}

/** Fills the form with an example, and asks. */
async function choose(values) {
  await fill(values);
  await send();
}

/** Asks the model about the record of the form, and shows what it answers. */
async function send() {
  if (!form.reportValidity()) return;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const instance = Object.fromEntries(fields.map((one) => [one.name, one.read()]));
  result.hidden = false;
  answer.setAttribute("aria-busy", "true");
  try {
    const found = await ask(model.name, instance, "", signal);
    const again = async (signature, more = {}) =>
      (await ask(model.name, { ...instance, ...more }, signature, signal)).answer;
    const picture = fields.map((one) => one.picture?.()).find(Boolean) ?? null;
    show(shown({ answer: found.answer, form: model, instance, picture, again }), found.seconds, instance);
  } finally {
    if (!signal.aborted) answer.removeAttribute("aria-busy");
  }
}

function show({ nodes, told }, seconds, instance) {
  answer.replaceChildren(...nodes, paragraph(`Answered in ${duration(seconds)}.`, "hint"));
  const files = Object.fromEntries(fields.filter((one) => one.file).map((one) => [one.name, one.file()]));
  const typed = Object.fromEntries(fields.map((one) => [one.name, one.typed()]));
  after.replaceChildren(lines(model.name, instance, files), ...(model.flags ? [flag(model.name, typed, told)] : []));
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  result.scrollIntoView({ block: "nearest", behavior: reduced ? "auto" : "smooth" });
}

/** Runs an action; what stops it is said on the page. */
async function guarded(action) {
  trouble.hidden = true;
  try {
    await action();
  } catch (problem) {
    if (problem.name === "AbortError") return;
    result.hidden = true;
    [trouble.hidden, trouble.textContent] = [false, problem.message];
  }
}

guarded(start);
