/** Lessons: settings with words, beside the rows of the lectures. */

const list = document.getElementById("lessonList");
const shown = document.getElementById("lesson");

/** @param {object[]} lessons @param {(address: string) => void} take */
export function offerLessons(lessons, take) {
  list.replaceChildren(...lessons.map((one) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.dataset.lesson = one.name;
    button.textContent = one.title;
    button.addEventListener("click", () => take(one.address));
    item.append(button);
    return item;
  }));
}

/** Show the words of the lesson that the address names. @param {object[]} lessons @param {string} name */
export function showLesson(lessons, name) {
  const one = lessons.find((lesson) => lesson.name === name);
  shown.hidden = !one;
  if (!one || shown.dataset.name === name) return;
  shown.dataset.name = name;
  const title = document.createElement("strong"), words = document.createElement("p"), rows = document.createElement("p"), line = document.createElement("code");
  title.textContent = one.title;
  words.textContent = one.words;
  line.textContent = `python -m apps.lectures ${one.rows.join(" ")}`;
  rows.className = "quiet";
  rows.append("Why: ", line);
  shown.replaceChildren(title, words, rows);
}
