// The page's elements: buttons, menus, sliders, and the fields for points of the reader's own.

const APART = 0.08; // between points drawn with the mouse, in the plane's half side
const TAKES_KEYS = ["button", "input", "select", "textarea", "summary"];

export function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  // JupyterLab would take the arrow keys, Enter and many letters as its own shortcuts.
  if (TAKES_KEYS.includes(tag)) element.dataset.lmSuppressShortcuts = "true";
  element.append(...children);
  return element;
}

export const unique = (word) => `gan-live-${word}-${Math.random().toString(36).slice(2)}`;

// A change costs a layout, even to what was there before.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setProperty(element, name, value) {
  if (element[name] !== value) element[name] = value;
}

export const written = (value) => (typeof value === "string" ? value : String(Number(value.toPrecision(3))));

export function row(label, ...children) {
  const attributes = label ? { role: "group", "aria-label": label } : {};
  return node("div", { class: "gan-live-row", ...attributes }, ...children);
}

export function button(text, word, act) {
  return node("button", { type: "button", class: `gan-live-button gan-live-${word}`, onclick: act }, text);
}

export function menu(id, word, choices) {
  return node("select", { id, class: `gan-live-${word}` }, ...choices.map((choice) => node("option", {}, choice)));
}

export function range(id, word, last) {
  return node("input", { id, class: `gan-live-${word}`, type: "range", min: 0, max: last, step: 1 });
}

// One setting: a label, and a slider over its values or a menu of them. `show` displays the kernel's value; where two
// runs differ it gets both values.
export function settingView(setting, change) {
  return typeof setting.values[0] === "string" ? menuView(setting, change) : sliderView(setting, change);
}

function menuView({ name, label, values }, change) {
  const id = unique(name);
  const select = menu(id, name, values);
  const both = node("option", { value: "", disabled: "", hidden: "" }); // to be read, not to be chosen
  select.addEventListener("change", () => change(name, select.value));
  const show = ([value, other]) => {
    if (other === undefined) both.remove();
    else if (!both.isConnected) select.append(both);
    setText(both, `${value} and ${other}`);
    setProperty(select, "value", other === undefined ? value : "");
  };
  return { parts: [node("label", { for: id }, label), select], show };
}

function sliderView({ name, label, values }, change) {
  const id = unique(name);
  const input = range(id, name, values.length - 1);
  const output = node("span", { class: "gan-live-value", "aria-hidden": "true" }); // the slider itself says its value
  const show = (all) => {
    const gaps = values.map((each) => Math.abs(each - all[0]));
    setProperty(input, "value", String(gaps.indexOf(Math.min(...gaps))));
    setProperty(input, "ariaValueText", all.map(written).join(" and "));
    setText(output, all.map(written).join(", "));
  };
  input.addEventListener("input", () => {
    const value = values[input.valueAsNumber];
    show([value]);
    change(name, value);
  });
  return { parts: [node("label", { for: id }, label), input, output], show };
}

// Points of the reader's own, drawn with the mouse on the plane, or written as numbers.
export function ownPoints({ change, canvases, extent, redraw }) {
  const id = unique("points");
  const text = node("textarea", { id, class: "gan-live-points", rows: 4, placeholder: "0.5, -1" });
  const state = { edited: false }; // else the kernel's points, which are still in use, would come back
  const pencil = button("Draw with the mouse", "draw", () => {
    pencil.setAttribute("aria-pressed", !drawing());
    for (const canvas of canvases) canvas.classList.toggle("gan-live-drawing", drawing());
    redraw();
  });
  const drawing = () => pencil.getAttribute("aria-pressed") === "true";
  pencil.setAttribute("aria-pressed", "false");
  text.addEventListener("input", () => (state.edited = true));
  const use = () => change({ points: text.value, data: "your points" });
  const empty = () => {
    text.value = "";
    state.edited = true;
    redraw();
  };
  const add = (x, y) => {
    const before = text.value && !text.value.endsWith("\n") ? `${text.value}\n` : text.value;
    text.value = `${before}${x.toFixed(2)}, ${y.toFixed(2)}\n`;
    state.edited = true;
    redraw();
  };
  for (const canvas of canvases) listenForDrawing(canvas, { drawing, extent, add, use });
  const buttons = row("", button("Use points", "use", use), pencil, button("Clear", "clear", empty));
  return {
    root: ownPointsFields(id, text, buttons),
    drawn: () => (drawing() ? pairs(text.value) : []),
    show: (points) => {
      if (text.value === points) state.edited = false;
      if (!state.edited && document.activeElement !== text) setProperty(text, "value", points);
    },
  };
}

function ownPointsFields(id, text, buttons) {
  const words = "Points, one pair of numbers in each line; a small blob grows around each";
  const summary = node("summary", {}, "Your own data");
  return node("details", { class: "gan-live-own" }, summary, node("label", { for: id }, words), text, buttons);
}

function pairs(text) {
  const numbers = text.split("\n").map((line) => line.split(/[\s,]+/).map(Number));
  return numbers.filter((pair) => pair.length === 2);
}

function listenForDrawing(canvas, { drawing, extent, add, use }) {
  let last = null;
  const draw = (event) => {
    const box = canvas.getBoundingClientRect();
    const half = extent();
    const x = half * ((2 * (event.clientX - box.left)) / box.width - 1);
    const y = half * (1 - (2 * (event.clientY - box.top)) / box.height);
    if (last && Math.hypot(x - last[0], y - last[1]) < APART * half) return;
    last = [x, y];
    add(x, y);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!drawing()) return;
    canvas.setPointerCapture(event.pointerId);
    last = null;
    draw(event);
  });
  canvas.addEventListener("pointermove", (event) => drawing() && event.buttons && draw(event));
  canvas.addEventListener("pointerup", () => drawing() && use());
}
