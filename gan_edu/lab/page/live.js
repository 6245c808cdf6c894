// The page's half of live.py. The page sends commands and says which frame it has drawn; it never writes a trait.
// The kernel answers with `frame` (arrays), `status` and `settings`; a page that is opened later finds them all there.

const REAL = "#0072B2", GENERATED = "#D55E00", DISCRIMINATOR = "#7F3C8D", GENERATOR = "#8C6D00"; // as in plots.py
const INK = "#333333", FAINT = "#8a8a8a", PAPER = "#ffffff";
const BELIEF = [[244, 177, 131], [255, 255, 255], [156, 201, 230]]; // D = 0, ½, 1
const COLOURS =
  "Blue dots: real. Orange crosses: generated. Background: blue where the discriminator believes in real, orange where in " +
  "fake. Purple arrows: where the generator's loss falls. Olive lines: a square grid of noise, bent by the generator.";
const PLANE = 336, CURVES = [336, 150], BEST = 128; // CSS pixels
const APART = 0.08; // between points drawn with the mouse, in the plane's half side
const LONGEST_ARROW = 0.25; // of the plane's half side, for the steepest slopes
const NO_ANSWER = 3000, WORDS_EVERY = 120, ANSWER_EVERY = 500; // milliseconds
const HELLO_AFTER = 1000; // milliseconds: by then JupyterLab has made the thread of the kernel that hears widgets
const ANSWER_FRAMES = 8; // an answer costs JupyterLab and the kernel more than a frame, so it is given for some at once

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  // JupyterLab would take the arrow keys, Enter and many letters as its own shortcuts.
  if (["button", "input", "select", "textarea", "summary"].includes(tag)) element.dataset.lmSuppressShortcuts = "true";
  element.append(...children);
  return element;
}

const unique = (word) => `gan-live-${word}-${Math.random().toString(36).slice(2)}`;

// A change costs a layout, even to what was there before.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setProperty(element, name, value) {
  if (element[name] !== value) element[name] = value;
}

// ---- Drawing: each function draws one thing into a canvas, in page pixels.

function picture(width, height, label) {
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

const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// Colours of the shares 0 to 255, each as one number: red in its lowest byte, full opacity in its highest.
const palette = (colour) =>
  Uint32Array.from({ length: 256 }, (_, share) => {
    const [red, green, blue] = colour(share / 255).map(Math.round);
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
const between = (from, to, part) => from.map((level, i) => level + part * (to[i] - level));
const BELIEF_COLOURS = palette((share) =>
  share < 0.5 ? between(BELIEF[0], BELIEF[1], 2 * share) : between(BELIEF[1], BELIEF[2], 2 * share - 1),
);
const INK_COLOURS = palette((share) => between([255, 255, 255], [0, 0, 0], share));

// Shares from 0 to 255, from the top row down, over the whole canvas.
function drawShares(shape, view, rows, colours, smooth) {
  const values = bytes(view), columns = values.length / rows;
  if (!shape.small || shape.small.width !== columns) shape.small = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < values.length; i++) pixels[i] = colours[values[i]];
  shape.small.getContext("2d").putImageData(image, 0, 0);
  shape.pen.imageSmoothingEnabled = smooth;
  shape.pen.drawImage(shape.small, 0, 0, shape.width, shape.height);
}

function drawTicks({ pen, width, height }, extent) {
  const step = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].find((size) => extent / size < 4) || 10;
  const last = Math.floor(extent / step);
  pen.fillStyle = INK;
  pen.strokeStyle = FAINT;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let number = -last; number <= last; number++) {
    const tick = number * step, x = (width / 2) * (1 + tick / extent), y = (height / 2) * (1 - tick / extent);
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
function arrows(pen, rows, at, scale) {
  pen.beginPath();
  for (let i = 0; i < rows.length; i += 4) {
    const [x, y] = at(rows[i], rows[i + 1]);
    const steep = Math.hypot(rows[i + 2], rows[i + 3]), length = scale / (1 + steep);
    const dx = rows[i + 2] * length, dy = -rows[i + 3] * length, head = 0.3;
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
  pen.beginPath();
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const here = 2 * (row * side + column), below = here + 2 * side;
      const point = at(grid[here], grid[here + 1]);
      if (column + 1 < side) {
        pen.moveTo(...point);
        pen.lineTo(...at(grid[here + 2], grid[here + 3]));
      }
      if (row + 1 < side) {
        pen.moveTo(...point);
        pen.lineTo(...at(grid[below], grid[below + 1]));
      }
    }
  pen.stroke();
}

function drawPlane(shape, { arrays, extent, sides }, on, drawn) {
  const { pen, width, height } = shape;
  const at = (x, y) => [(width / 2) * (1 + x / extent), (height / 2) * (1 - y / extent)];
  const style = (colour, globalAlpha, lineWidth = 1) =>
    Object.assign(pen, { fillStyle: colour, strokeStyle: colour, globalAlpha, lineWidth });
  style(PAPER, 1);
  pen.fillRect(0, 0, width, height);
  style(PAPER, 0.8); // the map is a pale background
  if (arrays.belief) drawShares(shape, arrays.belief, sides.belief, BELIEF_COLOURS, true);
  const slow = Boolean(arrays.noise || arrays.fakes); // slow motion follows a few points, and the rest steps back
  if (arrays.grid && !slow) {
    style(GENERATOR, 0.65);
    bentGrid(pen, floats(arrays.grid), at);
  }
  if (on.includes("samples")) {
    style(REAL, slow ? 0.25 : 0.55);
    dots(pen, floats(arrays.real), at, 1.8);
    style(GENERATED, slow ? 0.25 : 1);
    crosses(pen, floats(arrays.generated), at, 2);
  }
  if (arrays.wishes && !slow) {
    style(DISCRIMINATOR, 0.95, 1.2);
    arrows(pen, floats(arrays.wishes), at, (LONGEST_ARROW * width) / 2);
  }
  if (slow) drawParts(pen, arrays, at, style, width);
  style(INK, 1, 1.5);
  for (const [x, y] of drawn) pen.strokeRect(at(x, y)[0] - 3, at(x, y)[1] - 3, 6, 6);
  style(INK, 1);
  drawTicks(shape, extent);
}

// What slow motion follows: noise, where the generator takes it, the slope there, and where it leads after the step.
function drawParts(pen, arrays, at, style, width) {
  const part = (name) => arrays[name] && floats(arrays[name]);
  const [noise, fakes, pulls, moved] = ["noise", "fakes", "pulls", "moved"].map(part);
  style(INK, 1, 1.5);
  if (noise && !pulls) {
    if (fakes) segments(pen, noise, fakes, at);
    dots(pen, noise, at, 3.5);
  }
  if (moved) {
    segments(pen, fakes, moved, at);
    dots(pen, fakes, at, 2);
  }
  style(GENERATED, 1, 2.6);
  if (moved || fakes) crosses(pen, moved || fakes, at, 4.5);
  style(DISCRIMINATOR, 1, 2.2);
  if (pulls) arrows(pen, pulls, at, (2 * LONGEST_ARROW * width) / 2);
}

function drawCurves({ pen, width, height }, rows, marks, shown) {
  const last = rows.length - 3, [left, top, bottom] = [30, 18, height - 16];
  Object.assign(pen, { globalAlpha: 1, fillStyle: PAPER, textAlign: "left" });
  pen.fillRect(0, 0, width, height);
  let low = Math.min(0, ...marks), high = Math.max(2, ...marks);
  for (let i = 0; i < rows.length; i += 3)
    for (const value of [rows[i + 1], rows[i + 2]])
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  [low, high] = [Math.max(Math.floor(low), -8), Math.min(Math.ceil(high), 8)]; // a higher peak is cut off
  const first = last < 0 ? 0 : rows[0], end = Math.max(first + 10, last < 0 ? 0 : rows[last]);
  const x = (step) => left + ((width - left - 6) * (step - first)) / (end - first);
  const y = (loss) => top + ((bottom - top) * (high - Math.min(Math.max(loss, low), high))) / (high - low);
  const curve = (column, colour, dash) => {
    Object.assign(pen, { strokeStyle: colour, lineWidth: 1.4 });
    pen.setLineDash(dash);
    pen.beginPath();
    for (let i = 0; i < rows.length; i += 3)
      if (Number.isFinite(rows[i + column])) pen.lineTo(x(rows[i]), y(rows[i + column]));
    pen.stroke();
    pen.lineWidth = 1;
    pen.setLineDash([1, 3]); // where nobody can tell real from fake
    pen.beginPath();
    pen.moveTo(left, y(marks[column - 1]));
    pen.lineTo(width - 6, y(marks[column - 1]));
    pen.stroke();
  };
  curve(1, DISCRIMINATOR, []);
  curve(2, GENERATOR, [5, 3]);
  pen.setLineDash([]);
  Object.assign(pen, { strokeStyle: FAINT, lineWidth: 1 });
  pen.strokeRect(left + 0.5, top + 0.5, width - left - 6, bottom - top);
  if (shown < end && shown > first) pen.strokeRect(x(shown), top, 0.5, bottom - top);
  pen.fillStyle = DISCRIMINATOR;
  pen.fillText("— loss of D", left, 12);
  pen.fillStyle = GENERATOR;
  pen.fillText("- - loss of G", left + 80, 12);
  pen.fillStyle = INK;
  pen.fillText("··· at equilibrium", left + 165, 12);
  pen.textAlign = "right";
  const gap = Math.ceil((high - low) / 4);
  for (let tick = low; tick <= high; tick += gap) pen.fillText(String(tick), left - 4, y(tick) + 4);
  pen.fillText(`step ${end.toLocaleString("en")}`, width - 6, height - 3);
  pen.textAlign = "left";
  pen.fillText(first.toLocaleString("en"), left, height - 3);
}

// ---- One run: its pictures and its numbers.

function runView(name, points) {
  const legend = points ? "D*: the best D (densities blurred)" : "real images";
  const plane = picture(PLANE, PLANE, "samples");
  const curves = picture(...CURVES, "loss curves");
  const best = picture(BEST, BEST, legend);
  const numbers = node("dl", { class: "gan-live-numbers" });
  const small = node("figure", { class: "gan-live-best" }, best.canvas, node("figcaption", {}, legend));
  const side = node("div", { class: "gan-live-side" }, curves.canvas, small, numbers);
  const heading = node("h4", {}, name);
  heading.hidden = !name;
  const root = node("section", { class: "gan-live-run", "aria-label": name || "the run" }, heading, plane.canvas, side);
  plane.canvas.classList.add("gan-live-plane");
  curves.canvas.classList.add("gan-live-curves");

  function draw(run, status, drawn, inWords) {
    const { arrays, sides } = run;
    if (points) {
      drawPlane(plane, run, status.on, drawn);
      if (arrays.best) drawShares(best, arrays.best, sides.best, BELIEF_COLOURS, true);
    } else {
      plane.pen.clearRect(0, 0, PLANE, PLANE);
      if (status.on.includes("samples")) {
        drawShares(plane, arrays.generated, sides.generated, INK_COLOURS, false);
        drawShares(best, arrays.real, sides.real, INK_COLOURS, false);
      }
    }
    setProperty(small, "hidden", points ? !arrays.best : !status.on.includes("samples"));
    setProperty(curves.canvas, "hidden", !status.on.includes("losses"));
    if (!curves.canvas.hidden) drawCurves(curves, floats(arrays.losses), run.marks, status.shown);
    if (!inWords) return;
    setProperty(numbers, "hidden", !run.numbers.length);
    while (numbers.children.length > run.numbers.length) numbers.lastChild.remove();
    run.numbers.forEach(([word, value], i) => {
      if (!numbers.children[i]) numbers.append(node("div", {}, node("dt"), node("dd")));
      const [dt, dd] = numbers.children[i].children;
      setText(dt, word);
      setText(dd, value);
    });
    if (!status.playing) {
      const words = run.numbers.map((row) => row.join(" ")).join(", ");
      plane.canvas.setAttribute("aria-label", `${name} samples at step ${status.shown}. ${words}`.trim());
      curves.canvas.setAttribute("aria-label", `${name} losses of D and G up to step ${status.step}`.trim());
    }
  }
  return { root, draw, canvas: plane.canvas };
}

// ---- Controls.

function button(text, word, act) {
  return node("button", { type: "button", class: `gan-live-button gan-live-${word}`, onclick: act }, text);
}

function menu(id, word, choices) {
  return node("select", { id, class: `gan-live-${word}` }, ...choices.map((choice) => node("option", {}, choice)));
}

function range(id, word, last) {
  return node("input", { id, class: `gan-live-${word}`, type: "range", min: 0, max: last, step: 1 });
}

const written = (value) => (typeof value === "string" ? value : String(Number(value.toPrecision(3))));

// One row: a label, and a range over the values or a menu of them. `show` puts it where the kernel says; where two
// runs differ it is given both values, and a menu is empty.
function dialView({ name, label, values }, move) {
  const id = unique(name);
  if (typeof values[0] === "string") {
    const select = menu(id, name, values);
    select.addEventListener("change", () => move(name, select.value));
    const parts = [node("label", { for: id }, label), select];
    return { parts, show: ([value, other]) => setProperty(select, "value", other === undefined ? value : "") };
  }
  const input = range(id, name, values.length - 1);
  const output = node("span", { class: "gan-live-value", "aria-hidden": "true" }); // the range itself says its value
  const show = (all) => {
    const gaps = values.map((each) => Math.abs(each - all[0]));
    setProperty(input, "value", String(gaps.indexOf(Math.min(...gaps))));
    setProperty(input, "ariaValueText", all.map(written).join(" and "));
    setText(output, all.map(written).join(", "));
  };
  input.addEventListener("input", () => {
    const value = values[input.valueAsNumber];
    show([value]);
    move(name, value);
  });
  return { parts: [node("label", { for: id }, label), input, output], show };
}

function render({ model, el }) {
  const { names, points, views, dials } = model.get("about");
  const page = unique("page");
  let sent = 0;

  // Every command has a number; the kernel says which one it has heard last.
  const heard = () => {
    const [from, number] = (model.get("status").heard || "").split(":");
    return from === page ? Number(number) : sent;
  };
  const send = (command, given = {}) => {
    const number = ++sent;
    tell({ do: command, with: given, number: `${page}:${number}` });
    setTimeout(() => heard() < number && (silence.hidden = false), NO_ANSWER);
  };
  const tell = (message) => {
    try {
      model.send(message);
    } catch {
      silence.hidden = false; // the kernel to which this lab belonged is gone
    }
  };

  const status = () => model.get("status");
  // The kernel knows which way a switch stands when its turn comes, so that no press of many is lost.
  const play = button("Play", "play", () => send("play_or_pause"));
  const slow = button("Slow motion", "slow", () => send("slow_motion"));
  const place = node("span", { class: "gan-live-place" });
  const transport = node(
    "div",
    { class: "gan-live-row", role: "group", "aria-label": "Training" },
    play,
    button("Step", "step", () => send("step_once", { who: "both" })),
    button("Step D only", "step-d", () => send("step_once", { who: "discriminator" })),
    button("Step G only", "step-g", () => send("step_once", { who: "generator" })),
    slow,
    button("Reset", "reset", () => send("reset", { further: 0 })),
    button("New seed", "seed", () => send("reset", { further: 1 })),
  );

  const say = node("p", { class: "gan-live-say", role: "status" });
  const state = node("div", { class: "gan-live-row" }, say, place);
  const error = node("p", { class: "gan-live-error", role: "alert", hidden: "" });
  const silence = node("p", { class: "gan-live-error gan-live-silence", role: "alert", hidden: "" });
  silence.textContent = "The kernel does not answer. It is busy, or it was restarted: then run this cell again.";

  const runs = names.map((name) => runView(name, points));
  const stage = node("div", { class: `gan-live-stage gan-live-of-${names.length}` }, ...runs.map((run) => run.root));

  const past = range(unique("past"), "past", 0);
  past.addEventListener("input", () => send("look_back", { moment: past.valueAsNumber }));
  const moment = node("span", { class: "gan-live-value", "aria-hidden": "true" });
  const back = button("Go on from here", "return", () => send("go_on_from_here"));
  const film = node("a", { class: "gan-live-film", hidden: "" }, "save again");
  const rewind = node(
    "div",
    { class: "gan-live-row", role: "group", "aria-label": "Rewind" },
    node("label", { for: past.id }, "Rewind"),
    past,
    moment,
    back,
    button("Save as GIF", "gif", () => send("make_film")),
    film,
  );

  // With two runs, a menu says which of them the dials move.
  const whom = menu(unique("whom"), "whom", ["both", ...names]);
  const steered = () => (whom.selectedIndex > 0 ? whom.selectedIndex - 1 : null);
  const steer = (values) => send("steer", { values, run: steered() });
  const dialViews = dials[0].map((dial) => [dial.name, dialView(dial, (name, value) => steer({ [name]: value }))]);
  const steering = node("fieldset", { class: "gan-live-dials" }, node("legend", {}, "Steer"));
  if (names.length > 1) {
    steering.append(node("label", { for: whom.id }, "the settings steer"), whom);
    whom.addEventListener("change", () => showSettings());
  }
  steering.append(...dialViews.flatMap(([, { parts }]) => parts));

  const boxes = views.map(({ name, label }) => {
    const box = node("input", { type: "checkbox", class: `gan-live-view-${name}`, value: name });
    box.addEventListener("change", switchViews);
    return box;
  });
  function switchViews() {
    send("switch", { on: boxes.filter((box) => box.checked).map((box) => box.value) });
  }
  const viewing = node("details", { class: "gan-live-views" }, node("summary", {}, "Views"));
  const labelled = boxes.map((box, i) => node("label", {}, box, ` ${views[i].label}`));
  viewing.append(node("fieldset", {}, node("legend", {}, "Show"), ...labelled));

  const own = ownPoints(steer, runs, () => model.get("frame").runs[0].extent, () => schedule());
  const root = node("div", { class: "gan-live", role: "region", "aria-label": model.get("title") });
  const title = node("p", { class: "gan-live-title" }, model.get("title"));
  root.append(title, transport, state, error, silence, stage, rewind, steering, viewing);
  if (points) {
    stage.after(node("p", { class: "gan-live-colours" }, COLOURS));
    root.append(own.root);
  }
  el.append(root);

  // ---- What the kernel says.

  function showSettings() {
    if (heard() < sent) return; // a newer value is under way: the reader's hand wins
    const all = model.get("settings"), some = steered() === null ? all : [all[steered()]];
    for (const [name, { show }] of dialViews) {
      const standing = some.filter((one) => name in one).map((one) => one[name]); // one run may not have this setting
      if (standing.length) show([...new Set(standing)]);
    }
    own.show(some[0].points || "");
  }

  function showStatus() {
    const now = status();
    setText(play, now.playing ? "Pause" : "Play");
    setProperty(slow, "ariaPressed", String(now.slow));
    const speed = now.playing && now.rate && !now.slow ? ` · ${now.rate} steps/s` : "";
    setText(place, `step ${now.step.toLocaleString("en")}${speed} · seed ${now.seed}`);
    setText(say, now.say);
    setText(error, now.error);
    setProperty(error, "hidden", !now.error);
    if (heard() >= sent) {
      setProperty(past, "max", String(Math.max(0, now.kept - 1)));
      setProperty(past, "value", String(now.moment));
      boxes.forEach((box) => setProperty(box, "checked", now.on.includes(box.value)));
      setProperty(silence, "hidden", true);
    }
    setText(moment, `step ${now.shown.toLocaleString("en")}`);
    if (!now.playing) setProperty(past, "ariaValueText", `step ${now.shown}`);
    setProperty(back, "disabled", now.moment >= now.kept - 1);
  }

  let scheduled = false, answered = -1, answeredAt = 0, toldAt = 0;
  function draw(time) {
    scheduled = false;
    if (!root.isConnected || root.offsetParent === null) return; // unseen: no answer, and the kernel will pause
    const now = status(), { number, runs: seen } = model.get("frame");
    const changed = String(now.playing) !== root.dataset.playing;
    const inWords = changed || !now.playing || time > toldAt + WORDS_EVERY; // as fast as one reads
    seen.forEach((run, i) => runs[i].draw(run, now, own.drawn(), inWords));
    if (inWords) {
      toldAt = time;
      showStatus();
      showSettings();
    }
    Object.assign(root.dataset, { frame: number, step: now.step, playing: now.playing });
    if (number >= answered + ANSWER_FRAMES || (number > answered && time > answeredAt + ANSWER_EVERY)) {
      [answered, answeredAt] = [number, time];
      tell({ drawn: number });
    }
  }
  function schedule() {
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  }

  function receive(message, buffers) {
    if (!message.film) return;
    if (film.href) URL.revokeObjectURL(film.href);
    film.href = URL.createObjectURL(new Blob(buffers, { type: "image/gif" }));
    film.download = message.film;
    film.hidden = false;
    film.click();
  }

  const appearing = new IntersectionObserver(schedule); // back on the screen: draw what has come meanwhile
  appearing.observe(root);
  model.on("change:frame", schedule);
  model.on("change:status", schedule);
  model.on("msg:custom", receive);
  schedule();
  const greeting = setTimeout(() => tell({ hello: true }), HELLO_AFTER);
  return () => {
    clearTimeout(greeting);
    appearing.disconnect();
    model.off("change:frame", schedule);
    model.off("change:status", schedule);
    model.off("msg:custom", receive);
    if (film.href) URL.revokeObjectURL(film.href);
  };
}

// Data of the reader's own: drawn with the mouse on the plane, or written as numbers.
function ownPoints(steer, runs, extent, redraw) {
  const id = unique("points");
  const text = node("textarea", { id, class: "gan-live-points", rows: 4, placeholder: "0.5, -1" });
  let edited = false, last = null;
  const use = () => steer({ points: text.value, data: "your points" });
  const clear = () => {
    text.value = "";
    edited = true; // else the kernel's points, which are still in use, would come back
    redraw();
  };
  const drawing = () => pencil.getAttribute("aria-pressed") === "true";
  const toggle = () => {
    pencil.setAttribute("aria-pressed", !drawing());
    for (const run of runs) run.canvas.classList.toggle("gan-live-drawing", drawing());
    redraw();
  };
  const pencil = button("Draw with the mouse", "draw", toggle);
  pencil.setAttribute("aria-pressed", "false");
  text.addEventListener("input", () => (edited = true));

  const add = (canvas, event) => {
    const box = canvas.getBoundingClientRect(), half = extent();
    const x = half * ((2 * (event.clientX - box.left)) / box.width - 1);
    const y = half * (1 - (2 * (event.clientY - box.top)) / box.height);
    if (last && Math.hypot(x - last[0], y - last[1]) < APART * half) return;
    last = [x, y];
    const before = text.value && !text.value.endsWith("\n") ? `${text.value}\n` : text.value;
    text.value = `${before}${x.toFixed(2)}, ${y.toFixed(2)}\n`;
    edited = true;
    redraw();
  };
  for (const { canvas } of runs) {
    canvas.addEventListener("pointerdown", (event) => {
      if (!drawing()) return;
      canvas.setPointerCapture(event.pointerId);
      last = null;
      add(canvas, event);
    });
    canvas.addEventListener("pointermove", (event) => drawing() && event.buttons && add(canvas, event));
    canvas.addEventListener("pointerup", () => drawing() && use());
  }

  const root = node(
    "details",
    { class: "gan-live-own" },
    node("summary", {}, "Your own data"),
    node("label", { for: id }, "Points, one pair of numbers in each line; a small blob grows around each"),
    text,
    node("div", { class: "gan-live-row" }, button("Use points", "use", use), pencil, button("Clear", "clear", clear)),
  );
  const numbers = (row) => row.split(/[\s,]+/).map(Number);
  return {
    root,
    drawn: () => (drawing() ? text.value.split("\n").map(numbers).filter((pair) => pair.length === 2) : []),
    show: (points) => {
      if (text.value === points) edited = false;
      if (!edited && document.activeElement !== text) setProperty(text, "value", points);
    },
  };
}

export default { render };
