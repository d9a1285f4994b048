/** Joins the parts of the page: what the user does goes to the server, what the server sends is drawn. */

import * as place from "./address.mjs";
import { Chart, written } from "./chart.mjs";
import { bytes, onTheme } from "./colours.mjs";
import { Controls, legend } from "./controls.mjs";
import { offerExports } from "./exports.mjs";
import { offerLessons, showLesson } from "./lessons.mjs";
import { OutputMap } from "./map.mjs";
import { Network } from "./network.mjs";
import { open } from "./neuron.mjs";
import { read, Session } from "./server.mjs";

const $ = (id) => document.getElementById(id);

/** @type {Session} */ let session;
let description, picture, playing = false, looked = null, away = false, troubled = false, due = null;

function tell(text, rate = null, kind = "trouble") {
  $("message").hidden = !text;
  $("message").className = kind;
  $("message").firstElementChild.textContent = text;
  $("useRate").hidden = !rate;
  $("useRate").textContent = rate ? `Rewind with a rate of ${rate}` : "";
  $("useRate").dataset.rate = rate ?? "";
}

/** Do something that the server may refuse; its reason is told. */
async function tried(task) {
  try {
    return await task();
  } catch (failure) {
    if (failure.status === 404) await begin();
    else tell(failure.message);
    return null;
  }
}

let waiting = Promise.resolve();
/** One after the other, so that the last change is the one that stays. */
function inTurn(task) {
  waiting = waiting.then(() => tried(task));
  return waiting;
}

function describe(found) {
  const notes = found.notes.join(" ");
  description = found;
  place.show(found.address);
  controls.describe(found);
  network.describe(found);
  map.describe(found);
  legend(found);
  showLesson(lessons, found.settings.tutorial);
  looked = null;
  tell(notes, null, "note");
  if (due ?? picture) draw(due ?? picture);
  refreshExports();
}

function change(changes) {
  return inTurn(async () => describe(await session.send("settings", { address: place.changed(changes) })));
}

function enter(address) {
  return inTurn(async () => describe(await session.send("settings", { address })));
}

function draw(sent) {
  due = null;
  picture = sent;
  if (sent.version !== description.version) return;
  sent.maps ??= bytes(sent.neurons);
  sent.bytes ??= bytes(sent.output);
  $("epoch").textContent = sent.epoch.toLocaleString("en");
  chart.draw();
  network.draw(sent);
  map.show(sent.bytes);
  if (looked) look(looked);
  const [train, test, right, tested] = chart.last;
  $("trainLoss").textContent = written(train);
  $("testLoss").textContent = written(test);
  const share = (one) => (one === null ? "–" : `${(100 * one).toFixed(1)}%`);
  $("accuracies").textContent = description.classes.length ? `Right: ${share(right)} of the training points, ${share(tested)} of the test points. Loss: ${description.loss}.` : `Loss: ${description.loss}.`;
  $("map").setAttribute("aria-label", `The output in the plane after ${sent.epoch} epochs, training loss ${written(train)}, test loss ${written(test)}`);
  $("chart").setAttribute("aria-label", `Losses by epoch; now training ${written(train)}, test ${written(test)}`);
  if (sent.trouble) tell(sent.trouble.sentence, sent.trouble.rate);
  else if (troubled) tell("");
  troubled = Boolean(sent.trouble);
  showPlaying(sent.playing);
  statistics(sent.statistics);
}

function statistics(rows) {
  if (!rows) return;
  const cell = (value, text) => { const one = document.createElement("td"); one.textContent = value === null ? "–" : text(value); return one; };
  const size = (value) => (value === 0 || Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(1)), share = (value) => `${Math.round(100 * value)}%`;
  $("statisticRows").replaceChildren(...rows.map((one, at) => {
    const row = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = at < description.layers.length ? `Hidden ${at + 1}` : "Output";
    row.append(head, ...["weights", "gradients", "mean", "deviation"].map((name) => cell(one[name], size)), cell(one.dead, share), cell(["tanh", "sigmoid"].includes(description.activations[at]) ? one.saturated : null, share));
    return row;
  }));
}

function showPlaying(now) {
  if (now === playing && $("play").dataset.shown) return;
  if (playing && !now) refreshExports();
  playing = now;
  $("play").dataset.shown = "yes";
  $("play").textContent = playing ? "❚❚ Pause" : "▶ Play";
  document.body.classList.toggle("playing", playing);
}

function order(name) {
  showPlaying(name === "play");
  return inTurn(() => session.send(name));
}

function look(at) {
  looked = at;
  const answers = at && picture?.version === description.version ? network.answers(at.layer, at.unit) : null;
  map.look(answers, at ? `${at.name}: its answer` : "");
}

function drawn(sent) {
  if (away) tell("");
  away = false;
  chart.add(sent.start, sent.curve);
  if (!due) requestAnimationFrame(() => { if (due) draw(due); });
  due = sent;
}

async function begin(address = place.address()) {
  const begun = await Session.begin(address);
  session = begun.session;
  describe(begun.description);
  session.watch(drawn, () => tell("The server has ended this session, as it does after ten idle minutes. The next click begins it anew."), () => {
    away = true;
    tell("The server does not answer; this page tries again every second.");
  });
}

const chart = new Chart($("chart"), $("chartValue"));
const map = new OutputMap($("map"), $("mapValue"), (x, y) => {
  if (description.settings.problem !== "classification" || description.settings.dataset !== "points") return;
  const point = `${Math.round(x * 100) / 100 + 0},${Math.round(y * 100) / 100 + 0},${$("pen").value}`;
  change({ points: [...description.settings.points.split(";").filter(Boolean), point].join(";") });
});
const network = new Network({
  feature: (name) => change({ [name]: !description.settings[name] }),
  layers: (units) => change({ networkShape: units.join(",") }),
  neuron: (layer, unit, input) => {
    if (picture?.version === description.version) open({ layer, unit, input }, description, picture, (given) => inTurn(() => session.send("weight", given)));
  },
  look,
});
const refreshExports = offerExports(() => session, read, tell);
let controls, lessons = [];

$("play").addEventListener("click", () => order(playing ? "pause" : "play"));
$("step").addEventListener("click", () => order("step"));
$("rewind").addEventListener("click", () => { tell(""); order("rewind"); });
$("dismiss").addEventListener("click", () => tell(""));
$("useRate").addEventListener("click", (event) => inTurn(async () => {
  describe(await session.send("settings", { address: place.changed({ learningRate: event.target.dataset.rate }) }));
  await session.send("rewind");
}));
$("undo").addEventListener("click", () => change({ points: description.settings.points.split(";").slice(0, -1).join(";") }));
$("clear").addEventListener("click", () => change({ points: "-2,2,0;2,-2,1" }));
$("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const data = description.settings.problem === "regression" ? { regDataset: "table" } : { dataset: "table" };
  inTurn(async () => describe(await session.bring(file, place.changed({ ...data, columnX: "", columnY: "", target: "" }))));
  event.target.value = "";
});
addEventListener("keydown", (event) => {
  const busy = event.target.closest?.("button, input, select, summary, dialog, a, [tabindex='0']");
  if (event.key !== " " || busy) return;
  event.preventDefault();
  $("play").click();
});
place.onEntered(enter);
onTheme(() => { chart.draw(); controls.describe(description); });

try {
  const thumbnails = await read("thumbnails");
  lessons = await read("presets");
  controls = new Controls(change, thumbnails);
  offerLessons(lessons, (address) => {
    scrollTo({ top: 0 });
    enter(address);
  });
  await begin();
} catch (failure) {
  tell(failure.message);
}
