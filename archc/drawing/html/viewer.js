// What a reader does: fold, select, walk along the edges, search.

let current = null; // the part that the keyboard is at
let hovered = null;
const chosen = new Set();
const depth = document.getElementById("depth");

/** Change what is folded, and show all that depends on it. */
function change(make) {
  make();
  draw();
  show();
  mark();
  showMatches();
  const folded = foldedDepth();
  depth.value = folded === null ? "" : folded;
}

/** Fold or unfold a group, its upper end kept where the reader looks at it. */
function toggle(part) {
  const before = part.at;
  still();
  drawing.classList.add("changing");
  change(() => (part.folded = !part.folded));
  const after = part.at;
  view.x += after.axis - before.axis;
  view.y += after.y - before.y;
  show();
  choose([part], { quietly: true });
  focusOn(part);
  tell(null);
}

/** Fold all that is deeper, with what is in the middle of the window kept there. */
function foldTo(level) {
  const { width, height } = size();
  const x = view.x + width / view.scale / 2, y = view.y + height / view.scale / 2;
  const far = ({ at }) => Math.hypot(at.x + at.width / 2 - x, at.y + at.height / 2 - y);
  const shown = parts.filter((part) => isShown(part) && !isOpen(part));
  const held = shown.reduce((best, part) => (far(part) < far(best) ? part : best));
  const before = held.at.y;
  change(() => foldBelow(level));
  if (kept) return kept();
  view.y += standing(held).at.y - before;
  show();
}

/** Select parts: their lines of the spec and their edges are shown. */
function choose(selected, { scroll = true, quietly = false } = {}) {
  chosen.clear();
  for (const part of selected) chosen.add(part);
  mark();
  markLines(selected, scroll);
  if (!quietly && selected.length === 1 && isShown(selected[0])) tell(selected[0]);
}

/** Show by their looks what is selected, and the edges that begin or end there. */
function mark() {
  const seen = new Set([...chosen].map(standing));
  const stop = standing(current || parts[0]); // where Tab comes to
  for (const part of parts) {
    if (!isShown(part)) continue;
    set(part.element, { "aria-selected": String(chosen.has(part)) });
    part.element.classList.toggle("holds-chosen", !chosen.has(part) && seen.has(part));
    part.element.setAttribute("tabindex", part === stop ? 0 : -1);
  }
  const ends = seen.size < 30 ? seen : new Set();
  for (const link of links) {
    if (!isDrawn(link)) continue;
    const touches = link.edges.some((edge) => edges[edge].some((end) => ends.has(standing(parts[end]))));
    link.element.classList.toggle("chosen", touches);
  }
}

function focusOn(part) {
  current = part;
  mark();
  part.element.focus({ preventScroll: true });
}

/** Walk to a part: focus it, and show it with what is known of it. */
function walk(part) {
  if (!part) return;
  focusOn(part);
  intoView(part);
  tell(part);
}

function middle({ at, folded, group }) {
  return [at.x + at.width / 2, group && !folded ? at.y : at.y + at.height / 2];
}

/** The nearest of some parts; what lies across counts `weight` times. */
function nearest(part, others, weight) {
  const [x, y] = middle(part);
  const far = (other) => {
    const [ox, oy] = middle(other);
    return Math.abs(ox - x) * weight + Math.abs(oy - y) / weight;
  };
  return others.reduce((best, other) => (!best || far(other) < far(best) ? other : best), null);
}

/** The next part in a direction: along the edges, or beside. */
function towardsKey(part, key) {
  if (isOpen(part) && (key === "ArrowRight" || key === "ArrowDown")) return part.inside[0];
  if (key === "ArrowDown") return nearest(part, neighbours(part, "next"), 0.7);
  if (key === "ArrowUp") return nearest(part, neighbours(part, "before"), 0.7);
  const way = key === "ArrowLeft" ? -1 : 1;
  const { y, height } = part.at;
  const there = parts.filter((other) => {
    if (!isShown(other) || isOpen(other) || other === part || around(other).includes(part)) return false;
    const [ox, oy] = middle(other);
    return (ox - middle(part)[0]) * way > 8 && oy > y - 24 && oy < y + height + 24;
  });
  return nearest(part, there, 0.5) || (way < 0 ? around(part)[0] : null);
}

function partAt(event) {
  const element = event.target.closest(".part");
  return element ? parts[element.dataset.index] : null;
}

drawing.addEventListener("click", (event) => {
  if (dragged) return;
  const part = partAt(event);
  if (!part) clear();
  else if (part.group && (part.folded || event.target.closest(".title"))) toggle(part);
  else {
    current = part;
    choose([part]);
  }
});

drawing.addEventListener("pointerover", (event) => {
  const part = pointers.size ? null : partAt(event);
  if (part === hovered) return;
  hovered = part;
  const open = part && isOpen(part) && !event.target.closest(".title");
  tell(open ? null : part);
});
drawing.addEventListener("pointerleave", () => {
  hovered = null;
  tell(null);
});
drawing.addEventListener("focusin", (event) => {
  const part = partAt(event);
  if (!part || !event.target.matches(":focus-visible")) return;
  current = part;
  tell(part);
});
drawing.addEventListener("transitionend", () => drawing.classList.remove("changing"));

function clear() {
  query.value = "";
  find();
  choose([]);
  tell(null);
}

const KEYS = {
  "/": () => query.focus(),
  "+": () => zoom(STEP),
  "=": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  0: fit,
  "[": () => foldTo(0),
  "]": () => foldTo(Infinity),
  s: () => specButton.click(),
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    clear();
    if (event.target === query) standing(current || parts[0]).element.focus();
    return;
  }
  if (event.target.matches("input, select, textarea")) return;
  const part = partAt(event);
  if (event.key.startsWith("Arrow") && (part || event.target === document.body)) {
    walk(part ? towardsKey(part, event.key) : standing(current || parts[0]));
  } else if (part && (event.key === "Enter" || event.key === " ")) {
    if (part.group) toggle(part);
    else choose([part]);
  } else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});

function onClick(id, act) {
  document.getElementById(id).addEventListener("click", act);
}

function prepareTools() {
  onClick("fold-all", KEYS["["]);
  onClick("unfold-all", KEYS["]"]);
  onClick("fit", fit);
  onClick("larger", KEYS["+"]);
  onClick("smaller", KEYS["-"]);
  onClick("show-keys", KEYS["?"]);
  onClick("close-keys", () => document.getElementById("keys").close());
  const words = (level) => (level === 0 ? "0, folded" : level === data.depth ? `${level}, all` : `${level}`);
  const mixed = word("option", "mixed", { value: "", hidden: "" });
  const levels = Array.from({ length: data.depth + 1 }, (_, level) => level);
  depth.append(mixed, ...levels.map((level) => word("option", words(level), { value: level })));
  depth.addEventListener("change", () => foldTo(Number(depth.value)));
  for (const id of ["folds", "levels"]) document.getElementById(id).hidden = !groups.length;
}

document.getElementById("title").textContent = data.title;
document.getElementById("facts").textContent = data.facts
  .map((fact) => fact.replaceAll(" ", "\u00a0"))
  .join(" · ");
set(drawing, { "aria-label": `${data.title}, ${parts.length} parts` });
prepareTools();
prepareSpec();
prepareLegend();
change(() => {});
begin();
