// The page's half of explore.py: native sliders, and the picture that the kernel drew for them.
// The page only ever writes `values`; the kernel answers with `picture`, `caption`, `error`, and `drawn`:
// the values that the answer belongs to.

function node(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// One row: label, range, present value. `move(number)` is called while the slider moves.
function row(slider, move) {
  const id = `gan-${slider.name}-${Math.random().toString(36).slice(2)}`;
  const { minimum: min, maximum: max, step } = slider;
  // JupyterLab would take the arrow keys (and a letter: some delete cells) as its own shortcuts.
  const input = node("input", { id, type: "range", min, max, step, "data-lm-suppress-shortcuts": "true" });
  const output = node("output", { for: id, "aria-hidden": "true" }); // the range itself says its value
  input.classList.add(`gan-slider-${slider.name}`);
  input.addEventListener("input", () => {
    move(input.valueAsNumber);
  });
  const show = (value) => {
    if (input.valueAsNumber !== value) input.value = value;
    output.textContent = value.toFixed(slider.digits);
  };
  return { parts: [node("label", { for: id }, slider.label), input, output], show };
}

// The picture that the kernel drew, its caption, and what went wrong.
function pictureView(model, width) {
  const image = node("img", { width, draggable: "false" });
  const caption = node("p", { role: "status" });
  const error = node("p", { class: "gan-explore-error", role: "alert", hidden: "" });
  const figure = node("figure", {}, image, error, node("figcaption", {}, caption));
  const showPicture = () => {
    const outdated = image.src;
    image.src = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/jpeg" }));
    if (outdated) URL.revokeObjectURL(outdated);
  };
  const showWords = () => {
    image.alt = caption.textContent = model.get("caption");
    error.textContent = model.get("error");
    error.hidden = !model.get("error");
  };
  return { figure, showPicture, showWords, forget: () => URL.revokeObjectURL(image.src) };
}

function render({ model, el }) {
  const width = model.get("width");
  const { figure, showPicture, showWords, forget } = pictureView(model, width);
  const rows = model.get("sliders").map((slider) => {
    const move = (value) => {
      model.set("values", { ...model.get("values"), [slider.name]: value });
      model.save_changes(); // one message at a time is under way; the last one waiting wins
    };
    return [slider.name, row(slider, move)];
  });
  const sliders = node("fieldset", {}, node("legend", {}, model.get("title")), ...rows.flatMap(([, { parts }]) => parts));
  const root = node("div", { class: "gan-explore" }, sliders, figure);
  root.style.maxWidth = `${Math.max(width, 480)}px`; // sliders need some room beside a small picture
  el.append(root);

  const showValues = () => {
    const [values, drawn] = [model.get("values"), model.get("drawn")];
    for (const [name, { show }] of rows) show(values[name]);
    figure.setAttribute("aria-busy", rows.some(([name]) => values[name] !== drawn[name]));
  };
  const listeners = {
    "change:values": showValues,
    "change:drawn": showValues,
    "change:picture": showPicture,
    "change:caption": showWords,
    "change:error": showWords,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  for (const show of [showPicture, showWords, showValues]) show();

  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    forget();
  };
}

export default { render };
