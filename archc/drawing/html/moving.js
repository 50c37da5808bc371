// What part of the drawing the window shows: `view.x`, `view.y` at its upper left, `view.scale`
// pixels a point. Dragging moves it; the wheel, two fingers and keys zoom.

const MARGIN = 28, LARGEST = 6, SMALLEST = 0.02;
const READABLE = 0.8, COMFORTABLE = 1.35; // scales between which a drawing is shown at first
const CLICK = 4; // pixels that a pointer may move in a click
const STEP = 1.25;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const view = { x: 0, y: 0, scale: 1 };
const pointers = new Map();
let dragged = false, running = 0;
let kept = null; // what to show again when the window changes: `fit` or `begin`

function size() {
  const { width, height } = drawing.getBoundingClientRect();
  return { width: width || 1, height: height || 1 };
}

function show() {
  const { width, height } = size();
  const seen = [view.x, view.y, width / view.scale, height / view.scale];
  set(drawing, { viewBox: seen.map(round).join(" ") });
}

/** Show another part of the drawing, moving there where the reader likes motion. */
function go(to) {
  still();
  if (calm.matches) {
    Object.assign(view, to);
    show();
    return;
  }
  const from = { ...view }, begin = performance.now();
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - begin) / 200));
    const eased = 1 - (1 - share) ** 3;
    for (const key of ["x", "y", "scale"]) view[key] = from[key] + (to[key] - from[key]) * eased;
    show();
    if (share < 1) running = requestAnimationFrame(step);
  };
  running = requestAnimationFrame(step);
}

/** The reader has taken over: nothing moves by itself. */
function still() {
  cancelAnimationFrame(running);
  kept = null;
}

/** The window without its margins. */
function free() {
  const { width, height } = size();
  return { width: Math.max(1, width - 2 * MARGIN), height: Math.max(1, height - 2 * MARGIN) };
}

function centred(scale, top) {
  const { width, height } = free();
  const left = bounds.x + bounds.width / 2 - (width / 2 + MARGIN) / scale;
  const middle = bounds.y + bounds.height / 2 - (height / 2 + MARGIN) / scale;
  return { scale, x: left, y: top ? bounds.y - MARGIN / scale : middle };
}

function wholeScale() {
  const { width, height } = free();
  return Math.max(SMALLEST, Math.min(width / bounds.width, height / bounds.height, COMFORTABLE));
}

/** The whole drawing. */
function fit() {
  go(centred(wholeScale(), false));
  kept = fit;
}

/** As much of the drawing as can be read, from its top. */
function begin() {
  const whole = wholeScale();
  const wide = Math.min(COMFORTABLE, free().width / bounds.width);
  const readable = whole >= READABLE;
  Object.assign(view, centred(readable ? whole : Math.max(whole, Math.min(1.1, wide)), !readable));
  show();
  kept = begin;
}

/** Zoom, with a place on the stage (in pixels) kept where it is. */
function zoom(factor, at) {
  still();
  const { width, height } = size();
  const [px, py] = at || [width / 2, height / 2];
  const scale = Math.min(LARGEST, Math.max(SMALLEST, view.scale * factor));
  view.x += px / view.scale - px / scale;
  view.y += py / view.scale - py / scale;
  view.scale = scale;
  show();
}

/** Move so that a part can be seen. */
function intoView(part) {
  const { width, height } = free();
  const { x, y, width: wide, height: high } = part.at;
  const to = { ...view };
  const tall = isOpen(part) ? TITLE : high;
  if (view.scale < 0.45) to.scale = 0.8;
  const [right, low] = [width / to.scale, height / to.scale];
  const margin = MARGIN / to.scale;
  const nearer = (from, place, length, room) =>
    place < from + margin || place + length > from + margin + room;
  if (to.scale !== view.scale || nearer(to.x, x, wide, right)) to.x = x + wide / 2 - right / 2 - margin;
  if (to.scale !== view.scale || nearer(to.y, y, tall, low)) to.y = y + tall / 2 - low / 2 - margin;
  if (to.x !== view.x || to.y !== view.y) go(to);
}

function onStage(event) {
  const corner = drawing.getBoundingClientRect();
  return [event.clientX - corner.left, event.clientY - corner.top];
}

drawing.addEventListener("pointerdown", (event) => {
  still();
  if (event.button) return;
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, { at: onStage(event), from: onStage(event) });
});

drawing.addEventListener("pointermove", (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return;
  if (!event.buttons) {
    pointers.delete(event.pointerId); // let go outside of the window
    return;
  }
  const at = onStage(event);
  if (!dragged && apart(pointer.from, at) > CLICK) {
    dragged = true;
    drawing.setPointerCapture(event.pointerId);
    drawing.classList.add("dragged");
  }
  if (!dragged) return;
  const others = [...pointers.values()].filter((other) => other !== pointer);
  if (others.length) {
    const fixed = others[0].at;
    const before = apart(pointer.at, fixed) || 1;
    zoom(apart(at, fixed) / before, [(at[0] + fixed[0]) / 2, (at[1] + fixed[1]) / 2]);
  }
  const share = 1 / (others.length + 1) / view.scale;
  view.x -= (at[0] - pointer.at[0]) * share;
  view.y -= (at[1] - pointer.at[1]) * share;
  pointer.at = at;
  show();
});

for (const end of ["pointerup", "pointercancel"]) {
  drawing.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    drawing.classList.remove("dragged");
  });
}

drawing.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    if (event.shiftKey) {
      still();
      view.x += ((event.deltaX || event.deltaY) * unit) / view.scale;
      show();
    } else zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)), onStage(event));
  },
  { passive: false },
);

new ResizeObserver(() => (kept ? kept() : show())).observe(drawing);

let beforePrint = null;
addEventListener("beforeprint", () => {
  beforePrint = drawing.getAttribute("viewBox");
  const { x, y, width, height } = bounds;
  set(drawing, { viewBox: [x - 6, y - 6, width + 12, height + 12].join(" ") });
});
addEventListener("afterprint", () => set(drawing, { viewBox: beforePrint }));
