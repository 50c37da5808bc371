// The drawing as SVG elements. Each part and link keeps its element, so that changes can be seen
// to move. Text of the spec enters by textContent only.

const SVG = "http://www.w3.org/2000/svg";
const BASELINE = 0.35, LEADING = 1.24; // of a text's size, as in the other drawings
const RADIUS = 6, FRAME_RADIUS = 10, CORNER = 7;
const TITLE_SIZE = 10, SMALL = 9;
const AFTER = { size: SMALL, anchor: "start", quiet: true };

const drawing = document.getElementById("drawing");
const layers = ["frames", "lines", "boxes"].map((name) => {
  const layer = make("g", { id: name, role: "none" });
  drawing.append(layer);
  return layer;
});
let bounds = { x: 0, y: 0, width: 1, height: 1 };

/** An SVG element with attributes and what is in it. */
function make(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes || {});
  element.append(...inside);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

/** Draw what is open now. */
function draw() {
  const map = squeezed();
  const frames = [], boxes = [];
  const limits = { right: 0, low: 0, left: Infinity, top: Infinity };
  for (const part of parts) {
    if (!isShown(part)) continue;
    place(part, map);
    grow(limits, part);
    (isOpen(part) ? frames : boxes).push(element(part));
  }
  const lines = links.filter(isDrawn).map((link) => line(link, map));
  sync(layers[0], frames);
  sync(layers[1], lines);
  sync(layers[2], boxes);
  bounds = {
    x: limits.left, y: limits.top,
    width: limits.right - limits.left, height: limits.low - limits.top,
  };
}

function grow(limits, { at, after }) {
  limits.left = Math.min(limits.left, at.x - (after ? after[1] : 0));
  limits.top = Math.min(limits.top, at.y);
  limits.right = Math.max(limits.right, at.x + at.width);
  limits.low = Math.max(limits.low, at.y + at.height);
}

/** Give a part the rectangle that it is drawn in. */
function place(part, map) {
  const { x, y, width, height } = outline(part);
  const [left, top] = [map.x(x), map.y(y)];
  const middle = part.group ? part.fold[0] + part.fold[1] / 2 : x + width / 2;
  part.at = {
    x: left, y: top, width: map.x(x + width) - left, height: map.y(y + height) - top,
    axis: map.x(middle), // where the line comes in, more or less
  };
}

/** Make a layer hold these elements, touching no other: what stays can move, and keeps its focus. */
function sync(layer, wanted) {
  const kept = new Set(wanted);
  for (const child of [...layer.children]) if (!kept.has(child)) child.remove();
  let at = layer.firstChild;
  for (const child of wanted) {
    if (child === at) at = at.nextSibling;
    else layer.insertBefore(child, at);
  }
}

/** A part's element in its place; a group has one as a frame and one as a box. */
function element(part) {
  const name = isOpen(part) ? "frame" : "box";
  part[name] = part[name] || (isOpen(part) ? frame(part) : box(part));
  part.element = part[name];
  const { x, y, width, height } = part.at;
  part.element.style.transform = `translate(${x}px, ${y}px)`;
  if (isOpen(part)) {
    set(part.frame.querySelector(".body"), { width, height });
    set(part.frame.querySelector(".title"), { d: header(width - 3, TITLE - 1.5, FRAME_RADIUS - 1.5) });
    set(part.frame.querySelector(".caption"), { x: width - PAD });
  }
  return part.element;
}

function item(part, name) {
  const label = [part.path, ...part.rows.map(([what, value]) => `${what} ${value}`)].join(", ");
  return make("g", {
    class: `part ${name}`, "data-name": part.path, "data-index": part.index, role: "treeitem",
    tabindex: -1, "aria-label": label, "aria-level": around(part).length + 1,
    "aria-selected": "false", "aria-expanded": part.group ? String(isOpen(part)) : null,
  });
}

function frame(part) {
  const deep = around(part).length % 2 ? "card" : "tint";
  const body = make("rect", { class: `body ${deep}`, rx: FRAME_RADIUS, "stroke-dasharray": dashes(part) });
  const middle = TITLE / 2 + 1;
  const quiet = { class: "caption quiet", "text-anchor": "end", y: middle + BASELINE * SMALL };
  const made = item(part, "node open");
  made.append(
    body,
    make("path", { class: "title", transform: "translate(1.5 1.5)" }),
    foldSign(PAD, middle, false),
    text(PAD + SIGN, middle, part.title[0], { size: TITLE_SIZE, bold: true, anchor: "start" }),
    make("text", { ...quiet, "font-size": SMALL }, part.caption[0]),
  );
  return made;
}

/** A box, or a group folded to one; its origin is its upper left corner. */
function box(part) {
  const { width, height } = part.at;
  const colour = data.colours[part.kind];
  const made = item(part, part.group ? "node folded" : part.sign ? "sign" : "node leaf");
  const look = {
    class: "body", width, height, rx: part.sign ? width / 2 : RADIUS, fill: colour.fill,
    stroke: colour.stroke, "stroke-dasharray": dashes(part) || (colour.dashed ? "4 3" : null),
  };
  if (part.sign) {
    const disc = make("g", { class: "node", "data-name": part.path }, make("rect", look));
    disc.append(...lettering(part, width, height));
    made.append(disc, text(-part.after[1], height / 2, part.after[0], AFTER));
    return made;
  }
  made.append(make("rect", look));
  if (part.header) {
    made.append(make("path", { d: header(width, part.header), fill: colour.header }));
    made.append(make("rect", { ...look, class: "edging", fill: "none" }));
  }
  if (part.group) made.append(foldSign(7, part.header / 2, true, colour.header_text));
  made.append(...lettering(part, width, height));
  return made;
}

function dashes(part) {
  return part.dashed ? "4 3" : null;
}

/** The upper part of a box, round at its upper corners. */
function header(width, height, r = RADIUS) {
  return `M0 ${height}V${r}A${r} ${r} 0 0 1 ${r} 0H${width - r}A${r} ${r} 0 0 1 ${width} ${r}V${height}Z`;
}

/** A small square with a minus, or with a plus where something can be unfolded. */
function foldSign(x, y, closed, color) {
  const half = 3.9, arm = 2.1;
  const strokes = `M${half - arm} ${half}h${2 * arm}` + (closed ? `M${half} ${half - arm}v${2 * arm}` : "");
  return make(
    "g",
    { class: "fold-sign", transform: `translate(${x} ${y - half})`, stroke: color || null },
    make("path", { d: `M0 0h${2 * half}v${2 * half}h${-2 * half}z${strokes}` }),
  );
}

function lettering(part, width, height) {
  const lines = part.lines.map(([words, style]) => [words, data.styles[style]]);
  const made = [];
  let top = 0;
  const write = (y, [words, [size, bold, italic, color]]) =>
    made.push(text(width / 2, y, words, { size, bold, italic, color }));
  if (part.header) {
    write(part.header / 2, lines.shift());
    top = part.header;
  }
  const whole = lines.reduce((sum, [, [size]]) => sum + size * LEADING, 0);
  let y = top + (height - top - whole) / 2;
  for (const line of lines) {
    const step = line[1][0] * LEADING;
    write(y + step / 2, line);
    y += step;
  }
  return made;
}

function text(x, y, words, { size, bold, italic, color, anchor = "middle", quiet }) {
  return make(
    "text",
    {
      x, y: y + BASELINE * size, "font-size": size, "text-anchor": anchor, fill: color || null,
      "font-weight": bold ? "bold" : null, "font-style": italic ? "italic" : null,
      class: quiet ? "quiet" : null,
    },
    words,
  );
}
