/** What can be taken home. */

const FILES = [
  ["archive", "Rows, script and command (zip)", "train.py repeats this training to the digit, from the same weights in the same batches; train.csv and test.csv are its rows."],
  ["html", "One HTML file", "Shows this network anywhere, without a server or a network connection: its forward pass in plain JavaScript."],
  ["keras", "Keras model (.keras)", "The network with its weights; its inputs are the features in the order of the page."],
  ["saved_model", "SavedModel (zip)", "For TensorFlow Serving and others; it takes x and y and computes the features itself."],
  ["config", "config.json", "The settings of the application."],
];

/** Fill the menu when it is opened. @param {() => import("./server.mjs").Session} session @param {(path: string) => Promise<object>} read */
export function offerExports(session, read, told) {
  const menu = document.getElementById("exports"), body = document.getElementById("exportBody");
  const fill = async () => {
    const { command, differences, exact, train_loss: loss } = await read(session().exported("command").split("?")[0]);
    const list = document.createElement("dl");
    for (const [kind, name, words] of FILES) {
      const term = document.createElement("dt"), link = document.createElement("a"), about = document.createElement("dd");
      Object.assign(link, { href: session().exported(kind), textContent: name, download: "" });
      link.dataset.kind = kind;
      term.append(link);
      about.textContent = kind === "archive" && !exact ? `${words} Not quite here: data, layers or optimizer were changed while it trained.` : words;
      list.append(term, about);
    }
    const line = document.createElement("pre"), copy = document.createElement("button"), near = document.createElement("p"), now = document.createElement("p");
    line.id = "command";
    line.textContent = command;
    copy.type = "button";
    copy.textContent = "Copy the command";
    copy.addEventListener("click", async () => { await navigator.clipboard.writeText(command); copy.textContent = "Copied"; });
    near.className = now.className = "quiet";
    near.textContent = `The application's command for the rows in the zip file. Its losses are near those of the page, not the same: it ${differences.join(", ")}.`;
    now.textContent = `Training loss now: ${loss}`;
    body.replaceChildren(list, line, copy, near, now);
  };
  const safely = () => fill().catch((failure) => told(failure.message));
  menu.addEventListener("toggle", () => { if (menu.open) safely(); });
  return () => { if (menu.open) safely(); };
}
