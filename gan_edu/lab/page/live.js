// The widget on the page. It sends commands and confirms which frame it has drawn; it never writes a trait.
// The kernel answers with `frame` (arrays), `status` and `settings`; a page that is opened later finds them all there.

import { button, menu, node, ownPoints, range, row, setProperty, setText, settingView, unique } from "./elements.js";
import { readTheme } from "./drawing.js";
import { runView } from "./run.js";

const COLOURS =
  "Blue dots: real. Orange crosses: generated. Background: blue where the discriminator believes in real, orange " +
  "where in fake. Purple arrows: where the generator's loss falls. Olive lines: a square grid of noise, bent by the " +
  "generator.";
const NO_ANSWER = 3000; // milliseconds, as all that follow
const WORDS_EVERY = 120; // as fast as one reads words and curves
const CONFIRM_EVERY = 500;
const GREET_AFTER = 1000; // by then JupyterLab has made the thread of the kernel that receives messages of widgets
const THEME_AFTER = 1000; // JupyterLab hides the page while it changes the theme
const CONFIRM_FRAMES = 8; // a confirmation costs JupyterLab and the kernel more than a frame, so it is sent for several

// Commands are numbered; the kernel says which one it has executed last.
function connection(model) {
  const page = unique("page");
  const words = "The kernel does not answer. It is busy, or it was restarted: then run this cell again.";
  const silence = node("p", { class: "gan-live-error gan-live-silence", role: "alert", hidden: "" }, words);
  let sent = 0;
  const executed = () => {
    const [from, number] = (model.get("status").executed || "").split(":");
    return from === page ? Number(number) : sent;
  };
  const tell = (message) => {
    try {
      model.send(message);
    } catch {
      silence.hidden = false; // the kernel to which this lab belonged is gone
    }
  };
  const send = (command, given = {}) => {
    sent += 1;
    const number = sent;
    tell({ do: command, with: given, number: `${page}:${number}` });
    setTimeout(() => executed() < number && (silence.hidden = false), NO_ANSWER);
  };
  return { silence, tell, send, upToDate: () => executed() >= sent };
}

function transport(send) {
  // The kernel knows which way a switch stands when its turn comes, so that no press of many is lost.
  const play = button("Play", "play", () => send("play_or_pause"));
  const slow = button("Slow motion", "slow", () => send("slow_motion"));
  const root = row(
    "Training",
    play,
    button("Step", "step", () => send("step_once", { who: "both" })),
    button("Step D only", "step-d", () => send("step_once", { who: "discriminator" })),
    button("Step G only", "step-g", () => send("step_once", { who: "generator" })),
    slow,
    button("Reset", "reset", () => send("reset", { further: 0 })),
    button("New seed", "seed", () => send("reset", { further: 1 })),
  );
  const show = (status) => {
    setText(play, status.playing ? "Pause" : "Play");
    setProperty(slow, "ariaPressed", String(status.slow));
  };
  return { root, show };
}

function statusLine(silence) {
  const say = node("p", { class: "gan-live-say", role: "status" });
  const place = node("span", { class: "gan-live-place" });
  const error = node("p", { class: "gan-live-error", role: "alert", hidden: "" });
  const show = (status) => {
    const speed = status.playing && status.rate && !status.slow ? ` · ${status.rate} steps/s` : "";
    setText(place, `step ${status.step.toLocaleString("en")}${speed} · seed ${status.seed}`);
    setText(say, status.message);
    setText(error, status.error);
    setProperty(error, "hidden", !status.error);
  };
  return { roots: [node("div", { class: "gan-live-row" }, say, place), error, silence], show };
}

function rewind(send) {
  const past = range(unique("past"), "past", 0);
  past.addEventListener("input", () => send("show_moment", { moment: past.valueAsNumber }));
  const moment = node("span", { class: "gan-live-value", "aria-hidden": "true" });
  const back = button("Go on from here", "return", () => send("go_on_from_here"));
  const film = node("a", { class: "gan-live-film", hidden: "" }, "save again");
  const save = button("Save as GIF", "gif", () => send("make_film"));
  const root = row("Rewind", node("label", { for: past.id }, "Rewind"), past, moment, back, save, film);
  const show = (status, upToDate) => {
    if (upToDate) {
      setProperty(past, "max", String(Math.max(0, status.kept - 1)));
      setProperty(past, "value", String(status.moment));
    }
    setText(moment, `step ${status.shown.toLocaleString("en")}`);
    if (!status.playing) setProperty(past, "ariaValueText", `step ${status.shown}`);
    setProperty(back, "disabled", status.moment >= status.kept - 1);
  };
  return { root, show, film };
}

function receiveFilm(film, message, buffers) {
  if (!message.film) return;
  if (film.href) URL.revokeObjectURL(film.href);
  film.href = URL.createObjectURL(new Blob(buffers, { type: "image/gif" }));
  film.download = message.film;
  film.hidden = false;
  film.click();
}

// With two runs, a menu says which of them the settings change.
function settingsPanel({ names, settings }, send, showAgain) {
  const whom = menu(unique("whom"), "whom", ["both", ...names]);
  const run = () => (whom.selectedIndex > 0 ? whom.selectedIndex - 1 : null);
  const change = (values) => send("change_settings", { values, run: run() });
  const named = settings[0].map((each) => [each.name, settingView(each, (name, value) => change({ [name]: value }))]);
  const root = node("fieldset", { class: "gan-live-settings" }, node("legend", {}, "Settings"));
  if (names.length > 1) {
    root.append(node("label", { for: whom.id }, "they change"), whom);
    whom.addEventListener("change", showAgain);
  }
  root.append(...named.flatMap(([, { parts }]) => parts));
  const show = (all) => {
    const some = run() === null ? all : [all[run()]];
    for (const [name, view] of named) {
      const values = some.filter((one) => name in one).map((one) => one[name]); // one run may not have this setting
      if (values.length) view.show([...new Set(values)]);
    }
  };
  return { root, show, change };
}

function viewsPanel({ views }, send) {
  const boxes = views.map(({ name }) =>
    node("input", { type: "checkbox", class: `gan-live-view-${name}`, value: name, onchange: () => switchViews() }),
  );
  const switchViews = () => {
    send("switch", { on: boxes.filter((box) => box.checked).map((box) => box.value) });
  };
  const labels = boxes.map((box, i) => node("label", {}, box, ` ${views[i].title}`));
  const fields = node("fieldset", {}, node("legend", {}, "Show"), ...labels);
  const root = node("details", { class: "gan-live-views" }, node("summary", {}, "Views"), fields);
  const show = (status) => boxes.forEach((box) => setProperty(box, "checked", status.switched_on.includes(box.value)));
  return { root, show };
}

// All parts of the page, put together; `showWords` shows what the kernel says beside the pictures.
function assemble(model, schedule) {
  const about = model.get("about");
  const { silence, tell, send, upToDate } = connection(model);
  const showSettings = () => {
    if (!upToDate()) return; // a newer value is under way: it must not be overwritten
    panel.show(model.get("settings"));
    own.show(model.get("settings")[0].points || "");
  };
  const [controls, line, past] = [transport(send), statusLine(silence), rewind(send)];
  const [panel, views] = [settingsPanel(about, send, showSettings), viewsPanel(about, send)];
  const runs = about.names.map((name) => runView(name, about.points));
  const extent = () => model.get("frame").runs[0].extent;
  const own = ownPoints({ change: panel.change, canvases: runs.map((run) => run.canvas), extent, redraw: schedule });
  const stage = node("div", { class: `gan-live-stage gan-live-of-${runs.length}` }, ...runs.map((run) => run.root));
  const title = node("p", { class: "gan-live-title" }, model.get("title"));
  const legend = about.points ? [node("p", { class: "gan-live-colours" }, COLOURS)] : [];
  const root = node("div", { class: "gan-live", role: "region", "aria-label": model.get("title") });
  root.append(title, controls.root, ...line.roots, stage, ...legend, past.root, panel.root, views.root);
  if ("points" in model.get("settings")[0]) root.append(own.root);

  const showWords = () => {
    const status = model.get("status");
    controls.show(status);
    line.show(status);
    past.show(status, upToDate());
    if (upToDate()) {
      views.show(status);
      setProperty(silence, "hidden", true);
    }
    showSettings();
  };
  return { root, runs, drawn: own.drawn, showWords, tell, film: past.film };
}

// All arrays of a frame come as one piece of memory.
function withArrays(run, bytes) {
  const view = ([start, length]) => new DataView(bytes.buffer, bytes.byteOffset + start, length);
  return { ...run, arrays: Object.fromEntries(Object.entries(run.arrays).map(([name, place]) => [name, view(place)])) };
}

// Draws the newest frame when the page is next painted, and confirms it to the kernel.
function drawer(model, parts, theme) {
  let [confirmed, confirmedAt, toldAt] = [-1, 0, 0];
  return (time) => {
    const { root } = parts;
    if (!root.isConnected || root.offsetParent === null) return; // out of sight: no confirmation, the kernel will pause
    const [status, frame] = [model.get("status"), model.get("frame")];
    const { number } = frame;
    const changed = String(status.playing) !== root.dataset.playing;
    const inWords = changed || !status.playing || time > toldAt + WORDS_EVERY;
    const options = { drawn: parts.drawn(), inWords, theme: theme() };
    frame.runs.forEach((run, i) => parts.runs[i].draw(withArrays(run, frame.bytes), status, options));
    if (inWords) {
      toldAt = time;
      parts.showWords();
    }
    Object.assign(root.dataset, { frame: number, step: status.step, playing: status.playing });
    if (number >= confirmed + CONFIRM_FRAMES || (number > confirmed && time > confirmedAt + CONFIRM_EVERY)) {
      [confirmed, confirmedAt] = [number, time];
      parts.tell({ drawn: number });
    }
  };
}

function render({ model, el }) {
  let [scheduled, theme] = [false, readTheme(model.get("about").colours)];
  const schedule = () => {
    if (!scheduled)
      requestAnimationFrame((time) => {
        scheduled = false;
        draw(time);
      });
    scheduled = true;
  };
  const parts = assemble(model, schedule);
  const draw = drawer(model, parts, () => theme);
  const receive = (message, buffers) => receiveFilm(parts.film, message, buffers);
  el.append(parts.root);
  // Back on the screen, or no longer hidden: draw what has come meanwhile.
  const appearing = [new IntersectionObserver(schedule), new ResizeObserver(schedule)];
  for (const observer of appearing) observer.observe(parts.root);
  const themed = new MutationObserver(() => {
    theme = readTheme(model.get("about").colours);
    schedule();
    setTimeout(schedule, THEME_AFTER);
  });
  themed.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  const heard = { "change:frame": schedule, "change:status": schedule, "msg:custom": receive };
  for (const [name, act] of Object.entries(heard)) model.on(name, act);
  schedule();
  const greeting = setTimeout(() => parts.tell({ greeting: true }), GREET_AFTER);
  return () => {
    clearTimeout(greeting);
    for (const observer of appearing) observer.disconnect();
    themed.disconnect();
    for (const [name, act] of Object.entries(heard)) model.off(name, act);
    if (parts.film.href) URL.revokeObjectURL(parts.film.href);
  };
}

export default { render };
