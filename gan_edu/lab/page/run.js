// One run: its pictures, the scale of the discriminator's map, its loss curves and its numbers.

import { node, setProperty, setText, written } from "./elements.js";
import { clear, drawImages, drawMap, drawPlane, floats, picture } from "./drawing.js";

const PLANE = 336; // page pixels
const CURVES = [336, 150];
const BEST = 128;
const LEFT = 30; // of the loss curves' box
const TOP = 18;
const HIGHEST = 8; // a higher peak of a loss is cut off

export function runView(name, points) {
  const legend = points ? "D*: the best D (densities blurred), from 0 to 1" : "real images";
  const plane = picture(PLANE, PLANE, "samples");
  const curves = picture(...CURVES, "loss curves");
  const best = picture(BEST, BEST, legend);
  plane.canvas.classList.add("gan-live-plane");
  curves.canvas.classList.add("gan-live-curves");
  const numbers = node("dl", { class: "gan-live-numbers" });
  const small = node("figure", { class: "gan-live-best" }, best.canvas, node("figcaption", {}, legend));
  const side = node("div", { class: "gan-live-side" }, curves.canvas, small, numbers);
  const scale = mapScale();
  const heading = node("h4", {}, name);
  heading.hidden = !name;
  const samples = node("div", { class: "gan-live-samples" }, plane.canvas, scale.root);
  const root = node("section", { class: "gan-live-run", "aria-label": name || "the run" }, heading, samples, side);

  function draw(run, status, { drawn, inWords, theme }) {
    const { arrays, shapes } = run;
    const shown = status.switched_on.includes("samples");
    if (points) {
      drawPlane(plane, run, status.switched_on, drawn, theme);
      if (arrays.best) drawMap(best, arrays.best, shapes.best, theme);
    } else if (shown) {
      drawImages(plane, run, "generated", theme);
      drawImages(best, run, "real", theme);
    } else clear(plane, theme);
    setProperty(small, "hidden", points ? !arrays.best : !shown);
    if (!inWords) return;
    setProperty(curves.canvas, "hidden", !status.switched_on.includes("losses"));
    if (!curves.canvas.hidden) drawCurves(curves, floats(arrays.losses), run.marks, status.shown, theme);
    scale.show(run, theme);
    showNumbers(numbers, run.numbers);
    if (status.playing) return;
    plane.canvas.setAttribute("aria-label", inSentences(name, run, status, scale));
    curves.canvas.setAttribute("aria-label", `${name} losses of D and G up to step ${status.step}`.trim());
  }
  return { root, draw, canvas: plane.canvas };
}

function inSentences(name, run, status, scale) {
  const words = run.numbers.map((pair) => pair.join(" ")).join(", ");
  const map = scale.root.hidden ? "" : ` ${scale.words()}.`;
  return `${name} samples at step ${status.shown}. ${words}.${map}`.trim();
}

// What the colours of the map stand for: both ends, beside a bar of these colours.
function mapScale() {
  const [low, high] = [node("span"), node("span")];
  const bar = node("span", { class: "gan-live-bar", "aria-hidden": "true" });
  const root = node("p", { class: "gan-live-scale" }, low, bar, high);
  const show = ({ arrays, said }, theme) => {
    setProperty(root, "hidden", !arrays.scale);
    if (!arrays.scale) return;
    const ends = [...floats(arrays.scale)].map(written);
    setText(low, `map: ${said} ${ends[0]}`);
    setText(high, ends[1]);
    const gradient = `linear-gradient(to right, ${theme.belief.join(", ")})`;
    if (bar.dataset.colours !== gradient) bar.style.background = bar.dataset.colours = gradient;
  };
  return { root, show, words: () => `${low.textContent} to ${high.textContent}` };
}

function showNumbers(list, rows) {
  setProperty(list, "hidden", !rows.length);
  while (list.children.length > rows.length) list.lastChild.remove();
  rows.forEach(([word, value], i) => {
    if (!list.children[i]) list.append(node("div", {}, node("dt"), node("dd")));
    const [dt, dd] = list.children[i].children;
    setText(dt, word);
    setText(dd, value);
  });
}

// The lowest and the highest loss to show, in whole numbers.
function lossRange(rows, marks) {
  const values = [0, 2, ...marks];
  for (let i = 0; i < rows.length; i += 3) values.push(rows[i + 1], rows[i + 2]);
  const finite = values.filter(Number.isFinite);
  return [Math.max(Math.floor(Math.min(...finite)), -HIGHEST), Math.min(Math.ceil(Math.max(...finite)), HIGHEST)];
}

function drawCurves(shape, rows, allMarks, shown, theme) {
  const { pen, width, height } = shape;
  const marks = allMarks.filter((mark) => mark !== null);
  const bottom = height - 16;
  const [low, high] = lossRange(rows, marks);
  const last = rows.length ? rows[rows.length - 3] : 0;
  const first = rows.length ? rows[0] : 0;
  const end = Math.max(first + 10, last);
  const x = (step) => LEFT + ((width - LEFT - 6) * (step - first)) / (end - first);
  const y = (loss) => TOP + ((bottom - TOP) * (high - Math.min(Math.max(loss, low), high))) / (high - low);
  clear(shape, theme);
  drawCurve(pen, rows, { x, y, column: 1, colour: theme.discriminator, dash: [] });
  drawCurve(pen, rows, { x, y, column: 2, colour: theme.generator, dash: [5, 3] });
  drawMark(pen, allMarks[0], { y, width, colour: theme.discriminator });
  drawMark(pen, allMarks[1], { y, width, colour: theme.generator });
  pen.setLineDash([]);
  Object.assign(pen, { strokeStyle: theme.faint, lineWidth: 1 });
  pen.strokeRect(LEFT + 0.5, TOP + 0.5, width - LEFT - 6, bottom - TOP);
  if (shown < end && shown > first) pen.strokeRect(x(shown), TOP, 0.5, bottom - TOP);
  writeAround(shape, { low, high, y, first, end, marked: marks.length > 0, theme });
}

function drawCurve(pen, rows, { x, y, column, colour, dash }) {
  Object.assign(pen, { strokeStyle: colour, lineWidth: 1.4 });
  pen.setLineDash(dash);
  pen.beginPath();
  for (let i = 0; i < rows.length; i += 3)
    if (Number.isFinite(rows[i + column])) pen.lineTo(x(rows[i]), y(rows[i + column]));
  pen.stroke();
}

// The loss where nobody can tell real from fake; null where the kind of loss does not fix it.
function drawMark(pen, mark, { y, width, colour }) {
  if (mark === null) return;
  Object.assign(pen, { strokeStyle: colour, lineWidth: 1 });
  pen.setLineDash([1, 3]);
  pen.beginPath();
  pen.moveTo(LEFT, y(mark));
  pen.lineTo(width - 6, y(mark));
  pen.stroke();
}

function writeAround({ pen, width, height }, { low, high, y, first, end, marked, theme }) {
  const write = (text, left, top, colour, textAlign) => {
    Object.assign(pen, { fillStyle: colour, textAlign });
    pen.fillText(text, left, top);
  };
  write("— loss of D", LEFT, 12, theme.discriminator, "left");
  write("- - loss of G", LEFT + 80, 12, theme.generator, "left");
  if (marked) write("··· at equilibrium", LEFT + 165, 12, theme.ink, "left");
  const gap = Math.ceil((high - low) / 4);
  for (let tick = low; tick <= high; tick += gap) write(String(tick), LEFT - 4, y(tick) + 4, theme.ink, "right");
  write(`step ${end.toLocaleString("en")}`, width - 6, height - 3, theme.ink, "right");
  write(first.toLocaleString("en"), LEFT, height - 3, theme.ink, "left");
}
