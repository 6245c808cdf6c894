// Drawing the samples: each function draws one thing into a canvas, in page pixels.

import { node, written } from "./elements.js";

const LONGEST_ARROW = 0.25; // of the plane's half side, for the steepest slopes
const LABEL_WIDTH = 18; // page pixels, left of rows of images

export function picture(width, height, label) {
  const sharpness = Math.max(1, window.devicePixelRatio || 1);
  const canvas = node("canvas", { role: "img", "aria-label": label });
  [canvas.width, canvas.height] = [width * sharpness, height * sharpness];
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.maxWidth = `${width}px`;
  const pen = canvas.getContext("2d");
  pen.scale(sharpness, sharpness);
  pen.font = "11px sans-serif";
  return { canvas, pen, width, height };
}

// The kernel's colours for the notebook's light or dark theme, and what maps and images are painted with.
export function readTheme(colours) {
  const named = colours[document.body.dataset.jpThemeLight === "false" ? "dark" : "light"];
  const [fake, half, real] = named.belief.map(levels);
  const [paper, ink] = [levels(named.paper), levels(named.ink)];
  const mapped = (share) => (share < 0.5 ? between(fake, half, 2 * share) : between(half, real, 2 * share - 1));
  return { ...named, map: palette(mapped), shades: palette((share) => between(paper, ink, share)) };
}

const levels = (colour) => [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
const between = (from, to, part) => from.map((level, i) => level + part * (to[i] - level));
// A pixel as one number: red in its lowest byte, full opacity in its highest.
const packed = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
const palette = (colour) =>
  Uint32Array.from({ length: 256 }, (_, share) => packed(...colour(share / 255).map(Math.round)));

export const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// A map or an image of bytes, from the top row down, in a box of the canvas. Three channels are drawn as they are.
export function drawPixels(shape, view, [rows, columns, channels], colours, { left, width, height, smooth }) {
  const values = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (shape.small?.width !== columns || shape.small.height !== rows) shape.small = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  if (channels === 3)
    for (let i = 0; i < pixels.length; i++) pixels[i] = packed(values[3 * i], values[3 * i + 1], values[3 * i + 2]);
  else for (let i = 0; i < pixels.length; i++) pixels[i] = colours[values[i]];
  shape.small.getContext("2d").putImageData(image, 0, 0);
  shape.pen.imageSmoothingEnabled = smooth;
  shape.pen.drawImage(shape.small, left, 0, width, height);
}

export function drawMap(shape, view, sizes, theme) {
  drawPixels(shape, view, sizes, theme.map, { left: 0, width: shape.width, height: shape.height, smooth: true });
}

export function clear({ pen, width, height }, theme) {
  Object.assign(pen, { globalAlpha: 1, fillStyle: theme.paper, textAlign: "left" });
  pen.fillRect(0, 0, width, height);
}

// Images in a square; or in one row for each label, with the labels beside the rows.
export function drawImages(shape, { arrays, shapes }, name, theme) {
  const { pen } = shape;
  const labels = arrays.labels && name === "generated" ? floats(arrays.labels) : [];
  const left = labels.length ? LABEL_WIDTH : 0;
  const [rows, columns] = shapes[name];
  const scale = Math.min((shape.width - left) / columns, shape.height / rows);
  const [width, height] = [scale * columns, scale * rows];
  clear(shape, theme);
  drawPixels(shape, arrays[name], shapes[name], theme.shades, { left, width, height, smooth: false });
  pen.fillStyle = theme.ink;
  labels.forEach((label, i) => pen.fillText(written(label), 4, (height * (i + 0.5)) / labels.length + 4));
}

function drawTicks({ pen, width, height }, extent, theme) {
  const step = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].find((size) => extent / size < 4) || 10;
  const last = Math.floor(extent / step);
  Object.assign(pen, { fillStyle: theme.ink, strokeStyle: theme.faint, globalAlpha: 1, lineWidth: 1 });
  pen.beginPath();
  for (let number = -last; number <= last; number++) {
    const tick = number * step;
    const [x, y] = [(width / 2) * (1 + tick / extent), (height / 2) * (1 - tick / extent)];
    pen.moveTo(x, height);
    pen.lineTo(x, height - 4);
    pen.moveTo(0, y);
    pen.lineTo(4, y);
    if (x < 24 || x > width - 14) continue; // no room for the number
    pen.textAlign = "center";
    pen.fillText(written(tick), x, height - 7);
    pen.textAlign = "left";
    pen.fillText(written(tick), 7, y + 4);
  }
  pen.stroke();
  pen.strokeRect(0.5, 0.5, width - 1, height - 1);
}

function dots(pen, points, at, radius) {
  pen.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = at(points[i], points[i + 1]);
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 7);
  }
  pen.fill();
}

function crosses(pen, points, at, radius) {
  pen.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = at(points[i], points[i + 1]);
    pen.moveTo(x - radius, y - radius);
    pen.lineTo(x + radius, y + radius);
    pen.moveTo(x - radius, y + radius);
    pen.lineTo(x + radius, y - radius);
  }
  pen.stroke();
}

// Arrows from (x, y) along (dx, dy); a slope of 1 gets half the longest arrow, so that flat stays visible as flat.
function arrows(pen, rows, at, longest) {
  pen.beginPath();
  for (let i = 0; i < rows.length; i += 4) {
    const [x, y] = at(rows[i], rows[i + 1]);
    const length = longest / (1 + Math.hypot(rows[i + 2], rows[i + 3]));
    const [dx, dy, head] = [rows[i + 2] * length, -rows[i + 3] * length, 0.3];
    pen.moveTo(x, y);
    pen.lineTo(x + dx, y + dy);
    pen.lineTo(x + dx - head * (dx - dy / 2), y + dy - head * (dy + dx / 2));
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(x + dx - head * (dx + dy / 2), y + dy - head * (dy - dx / 2));
  }
  pen.stroke();
}

function segments(pen, from, to, at) {
  pen.beginPath();
  for (let i = 0; i < from.length; i += 2) {
    pen.moveTo(...at(from[i], from[i + 1]));
    pen.lineTo(...at(to[i], to[i + 1]));
  }
  pen.stroke();
}

function bentGrid(pen, grid, at) {
  const side = Math.sqrt(grid.length / 2);
  const corner = (line, place) => at(grid[2 * (line * side + place)], grid[2 * (line * side + place) + 1]);
  pen.beginPath();
  for (let line = 0; line < side; line++)
    for (let place = 0; place < side; place++) {
      if (place + 1 < side) {
        pen.moveTo(...corner(line, place));
        pen.lineTo(...corner(line, place + 1));
      }
      if (line + 1 < side) {
        pen.moveTo(...corner(line, place));
        pen.lineTo(...corner(line + 1, place));
      }
    }
  pen.stroke();
}

function pointLabels(pen, labels, points, at) {
  labels.forEach((label, i) => {
    const [x, y] = at(points[2 * i], points[2 * i + 1]);
    pen.fillText(written(label), x + 3, y - 3);
  });
}

export function drawPlane(shape, { arrays, extent, shapes }, switchedOn, drawn, theme) {
  const { pen, width, height } = shape;
  const at = (x, y) => [(width / 2) * (1 + x / extent), (height / 2) * (1 - y / extent)];
  const style = (colour, globalAlpha, lineWidth = 1) =>
    Object.assign(pen, { fillStyle: colour, strokeStyle: colour, globalAlpha, lineWidth });
  const layer = { pen, at, style, theme, longest: (LONGEST_ARROW * width) / 2 };
  const slow = Boolean(arrays.noise || arrays.fakes); // slow motion follows a few points, and the rest is paler
  clear(shape, theme);
  if (arrays.map) drawMap(shape, arrays.map, shapes.map, theme);
  if (arrays.grid && !slow) {
    style(theme.generator, 0.65);
    bentGrid(pen, floats(arrays.grid), at);
  }
  if (switchedOn.includes("samples")) drawSamples(layer, arrays, slow);
  if (arrays.arrows && !slow) {
    style(theme.discriminator, 0.95, 1.2);
    arrows(pen, floats(arrays.arrows), at, layer.longest);
  }
  if (slow) drawParts(layer, arrays);
  style(theme.ink, 1, 1.5);
  for (const [x, y] of drawn) pen.strokeRect(at(x, y)[0] - 3, at(x, y)[1] - 3, 6, 6);
  drawTicks(shape, extent, theme);
}

function drawSamples({ pen, at, style, theme }, arrays, slow) {
  const [real, generated] = [floats(arrays.real), floats(arrays.generated)];
  style(theme.real, slow ? 0.25 : 0.55);
  dots(pen, real, at, 1.8);
  style(theme.generated, slow ? 0.25 : 1);
  crosses(pen, generated, at, 2);
  if (!arrays.labels) return;
  pointLabels(pen, floats(arrays.labels), generated, at);
  style(theme.real, 1);
  pointLabels(pen, floats(arrays.labels), real, at);
}

// What slow motion follows: noise, where the generator takes it, the slope there, and where it leads after the step.
function drawParts({ pen, at, style, theme, longest }, arrays) {
  const part = (name) => arrays[name] && floats(arrays[name]);
  const [noise, fakes, pulls, moved] = ["noise", "fakes", "pulls", "moved"].map(part);
  style(theme.ink, 1, 1.5);
  if (noise && !pulls) {
    if (fakes) segments(pen, noise, fakes, at);
    dots(pen, noise, at, 3.5);
  }
  if (moved) {
    segments(pen, fakes, moved, at);
    dots(pen, fakes, at, 2);
  }
  style(theme.generated, 1, 2.6);
  if (moved || fakes) crosses(pen, moved || fakes, at, 4.5);
  style(theme.discriminator, 1, 2.2);
  if (pulls) arrows(pen, pulls, at, 2 * longest);
}
