// The page's half of discriminate.py: images to judge one by one or in a grid, by mouse and keyboard.
// The page writes `wanted`, the number of a round, and `answers` once all are given; the kernel answers with the
// `pixels` of that `round`, and with the `verdict`. Which images are real is not on the page before.

const GLANCE = 1000; // milliseconds that an image is shown for, against the clock
const GRID_TIME = 60_000; // and the whole grid
const NO_ANSWER = 3000;
const NOT_MARKED = "·";

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  // JupyterLab would take arrow keys and letters as its own shortcuts (some of them delete cells).
  if (tag === "button" || tag === "input") element.dataset.lmSuppressShortcuts = "true";
  element.append(...children);
  return element;
}

const button = (text, word, act) =>
  node("button", { type: "button", class: `gan-discriminate-${word}`, onclick: act }, text);

// One image of the round as a canvas of its own pixels, scaled up by the style sheet.
function picture(model, place, word = "") {
  const [, height, width] = model.get("size");
  const pixels = new Uint8Array(model.get("pixels").buffer, model.get("pixels").byteOffset);
  const canvas = node("canvas", { width, height, "aria-hidden": "true" });
  if (word) canvas.className = word;
  const image = new ImageData(width, height);
  for (let at = 0; at < height * width; at += 1) {
    image.data.fill(pixels[place * height * width + at], 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// One by one: `done(answers)` is called after the last. `say` tells what happened.
function oneByOne(model, timed, say, done) {
  const [count] = model.get("size");
  const answers = [];
  const stage = node("div");
  let cover = 0;
  const show = () => {
    clearTimeout(cover);
    const canvas = picture(model, answers.length, "gan-discriminate-one");
    stage.replaceChildren(canvas);
    if (timed) cover = setTimeout(() => canvas.classList.add("gan-discriminate-covered"), GLANCE);
    back.disabled = answers.length === 0;
    const last = answers.length ? `You said ${answers.at(-1) ? "real" : "fake"}. ` : "";
    say(`${last}Image ${answers.length + 1} of ${count}.`);
  };
  const answer = (real) => {
    if (answers.length === count) return;
    answers.push(real);
    if (answers.length < count) show();
    else done(answers);
  };
  const undo = () => {
    answers.pop();
    if (back === document.activeElement && !answers.length) real.focus();
    show();
  };
  const real = button("Real (R)", "real", () => answer(true));
  const back = button("Take back (Backspace)", "back", undo);
  const buttons = node("div", { class: "gan-discriminate-row" }, real);
  buttons.append(button("Fake (F)", "fake", () => answer(false)), back);
  const root = node("div", {}, stage, buttons);
  root.addEventListener("keydown", (event) => {
    const act = { r: () => answer(true), f: () => answer(false), Backspace: () => back.disabled || undo() }[event.key];
    if (!act || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  show();
  return { root, start: () => real.focus(), stop: () => clearTimeout(cover) };
}

// In a grid: whatever is not marked as fake counts as real.
function inGrid(model, timed, say, done) {
  const [[count], columns] = [model.get("size"), model.get("columns")];
  const fake = Array(count).fill(false);
  const finish = () => done(fake.map((marked) => !marked));
  const mark = (place, marked) => {
    fake[place] = marked;
    cells[place].setAttribute("aria-pressed", marked);
    cells[place].lastChild.textContent = marked ? "fake" : NOT_MARKED;
    say(`Image ${place + 1} ${marked ? "marked as fake" : "not marked"}; ${fake.filter(Boolean).length} marked.`);
  };
  const cells = fake.map((_, place) => {
    const cell = button(picture(model, place), "cell-button", () => mark(place, !fake[place]));
    for (const [name, value] of Object.entries({ "aria-pressed": false, "aria-label": `image ${place + 1} is a fake` }))
      cell.setAttribute(name, value);
    cell.append(node("span", { "aria-hidden": "true" }, NOT_MARKED));
    cell.tabIndex = place ? -1 : 0; // one stop for Tab; the arrow keys go on from there
    return cell;
  });
  const go = (place) => {
    for (const cell of cells) cell.tabIndex = -1;
    cells[place].tabIndex = 0;
    cells[place].focus();
  };
  const grid = node("div", { class: "gan-discriminate-grid", role: "group", "aria-label": "images" }, ...cells);
  grid.style.gridTemplateColumns = `repeat(${columns}, auto)`;
  grid.addEventListener("keydown", (event) => {
    const place = cells.indexOf(event.target.closest("button"));
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    if (event.key in moves) go(Math.min(Math.max(place + moves[event.key], 0), count - 1));
    else if (event.key === "f" || event.key === "r") mark(place, event.key === "f");
    else return;
    event.preventDefault();
  });
  say("Mark the fakes: click them, or go there with the arrow keys and press F. Then press Done.");
  const root = node("div", {}, grid, node("div", { class: "gan-discriminate-row" }, button("Done", "done", finish)));
  const clock = timed ? setTimeout(finish, GRID_TIME) : 0;
  return { root, start: () => cells[0].focus(), stop: () => clearTimeout(clock) };
}

// The rates of all judges, and each image with the truth, the reader's answer and D's belief.
function judged(model) {
  const { real, beliefs, rows } = model.get("verdict");
  const answers = model.get("answers");
  const headings = ["", "sensitivity: real ones called real", "specificity: fakes called fake"];
  const head = node("tr", {}, ...headings.map((words) => node("th", { scope: "col" }, words)));
  const lines = rows.map(([judge, ...shares]) =>
    node("tr", {}, node("th", { scope: "row" }, judge), ...shares.map((share) => node("td", {}, share))),
  );
  const words = "Right answers, with 95 % confidence intervals. Dashed below: where you were wrong.";
  const caption = node("caption", {}, words);
  const cells = real.map((truth, place) => {
    const wrong = answers[place] !== truth ? " gan-discriminate-wrong" : "";
    const cell = node("div", { class: `gan-discriminate-cell${wrong}`, role: "img" }, picture(model, place));
    const said = answers[place] ? "real" : "fake";
    const label = `image ${place + 1}: ${truth ? "real" : "fake"}; you said ${said}; D believes ${beliefs[place]}`;
    cell.setAttribute("aria-label", label);
    cell.append(truth ? "real" : "fake", node("br"), `D ${beliefs[place].toFixed(2)}`);
    return cell;
  });
  const grid = node("div", { class: "gan-discriminate-grid" }, ...cells);
  grid.style.gridTemplateColumns = `repeat(${model.get("columns")}, auto)`;
  return node("div", {}, node("table", {}, caption, head, ...lines), grid);
}

function choices() {
  const name = `gan-discriminate-${Math.random().toString(36).slice(2)}`;
  const radio = (word, text) => {
    const input = node("input", { type: "radio", name, class: `gan-discriminate-${word}` });
    return [input, node("label", {}, input, ` ${text}`)];
  };
  const [single, singleLabel] = radio("single", "one by one");
  const [grid, gridLabel] = radio("all", "in a grid");
  const clock = node("input", { type: "checkbox", class: "gan-discriminate-clock" });
  single.checked = true;
  const words = " against the clock (a second for each image, or a minute for the grid)";
  const root = node("div", { class: "gan-discriminate-row", role: "group", "aria-label": "How to play" });
  root.append(singleLabel, gridLabel, node("label", {}, clock, words));
  return { root, kind: () => (grid.checked ? inGrid : oneByOne), timed: () => clock.checked };
}

// Writes a trait, and says so if the kernel does not answer for a while.
function connection(model) {
  const words = "The kernel does not answer. It is busy, or it was restarted: then run this cell again.";
  const error = node("p", { class: "gan-discriminate-error", role: "alert", hidden: "" }, words);
  let waiting = 0;
  const ask = (name, value) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (error.hidden = false), NO_ANSWER);
    model.set(name, value);
    model.save_changes();
  };
  const answered = () => {
    clearTimeout(waiting);
    error.hidden = true;
  };
  return { error, ask, answered };
}

// Where the game stands: before it, within, or judged. The button starts the next round.
function assemble(model) {
  const status = node("p", { role: "status" });
  const [how, stage, { error, ask, answered }] = [choices(), node("div"), connection(model)];
  const say = (words) => (status.textContent = words);
  const over = () => Object.keys(model.get("verdict")).length > 0;
  let [playing, began, after] = [null, 0, ""];
  const done = (answers) => {
    playing.stop();
    say("All answered.");
    after = `After ${Math.round((performance.now() - began) / 1000)} s. `;
    ask("answers", answers);
  };
  const begin = () => {
    answered();
    playing?.stop();
    began = performance.now();
    playing = how.kind()(model, how.timed(), say, done);
    stage.replaceChildren(playing.root);
    start.hidden = how.root.hidden = true;
    playing.start();
  };
  const start = button("Start", "start", () => (over() ? ask("wanted", model.get("wanted") + 1) : begin()));
  const show = () => {
    if (!over()) return;
    answered();
    const inside = stage.contains(document.activeElement);
    stage.replaceChildren(judged(model));
    start.textContent = "New images";
    start.hidden = how.root.hidden = false;
    if (inside) start.focus();
    const [[, real, fakes]] = model.get("verdict").rows;
    say(`${after}Right about real ones: ${real}; about fakes: ${fakes}.`);
  };
  const title = node("p", { class: "gan-discriminate-title" }, model.get("title"));
  const root = node("div", { class: "gan-discriminate", role: "region", "aria-label": model.get("title") });
  root.append(title, how.root, start, error, status, stage);
  return { root, begin, show, stop: () => playing?.stop() };
}

function render({ model, el }) {
  const { root, begin, show, stop } = assemble(model);
  el.append(root);
  model.on("change:round", begin);
  model.on("change:verdict", show);
  show();
  return () => {
    stop();
    model.off("change:round", begin);
    model.off("change:verdict", show);
  };
}

export default { render };
