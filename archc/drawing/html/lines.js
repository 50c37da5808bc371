// Lines between parts: corners rounded, arrowheads where they end at a box.

const HEAD_LENGTH = 4.5, HEAD_WIDTH = 2.2, PER_WIDTH = 2, HALF_PER_WIDTH = 0.9; // of an arrowhead
const JUNCTION = 2.4; // radius of the dot where a shortcut leaves another line

/** A link's element, with its points moved to where they belong now. */
function line(link, map) {
  const points = clipped(link).map(([x, y]) => [map.x(x), map.y(y)]);
  const width = link.shortcut ? 2 : 1.2;
  const ends = link.to >= 0 && !isOpen(parts[link.to]);
  const { path, head } = drawn(points, width, ends);
  link.element = link.element || lineElement(link, width);
  const names = edges[link.edges[0]].map((end) => standing(parts[end]).path);
  set(link.element, { "data-name": names.join(" -> ") });
  set(link.element.querySelector("path"), { d: path });
  set(link.element.querySelector("polygon"), { points: head.join(" ") });
  const dot = link.element.querySelector("circle");
  if (dot) set(dot, { cx: points[0][0], cy: points[0][1] });
  const label = link.element.querySelector("text");
  if (label) set(label, { x: map.x(link.label[1]), y: map.y(link.label[2]) + BASELINE * SMALL });
  return link.element;
}

/** A line that leaves a folded group begins at the end of its box. */
function clipped(link) {
  const source = link.from >= 0 ? parts[link.from] : null;
  if (!source || !source.group || !source.folded || !link.begins) return link.points;
  const [[x], ...rest] = link.points;
  return [[x, source.rect[1] + source.fold[2]], ...rest];
}

function lineElement(link, width) {
  const look = (link.shortcut ? "edge shortcut" : "edge") + (link.dashed ? " dashed" : "");
  const made = make("g", { class: look }, make("path", { "stroke-width": width }), make("polygon"));
  if (link.shortcut && !link.begins) made.append(make("circle", { r: JUNCTION }));
  if (link.label.length) made.append(text(0, 0, link.label[0], { size: SMALL, anchor: "start", quiet: true }));
  return made;
}

/** The line's path, and the corners of its arrowhead. */
function drawn(given, width, arrow) {
  const points = distinct(given);
  if (points.length < 2) return { path: "", head: [] };
  let head = [];
  if (arrow) {
    const tip = points.pop();
    const made = arrowhead(points[points.length - 1], tip, width);
    head = made.outline;
    points.push(made.end);
  }
  let path = `M${points[0]}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [start, end] = corner(points[i - 1], points[i], points[i + 1]);
    path += `L${start}Q${points[i]} ${end}`;
  }
  return { path: `${path}L${points[points.length - 1]}`, head };
}

/** Without repetitions, and without points on the way straight on. */
function distinct(points) {
  const kept = [];
  for (const point of points) {
    const last = kept[kept.length - 1], before = kept[kept.length - 2];
    if (last && apart(last, point) < 0.01) continue;
    if (before && straight(before, last, point)) kept.pop();
    kept.push(point);
  }
  return kept;
}

function apart([ax, ay], [bx, by]) {
  return Math.hypot(bx - ax, by - ay);
}

function straight([ax, ay], [bx, by], [cx, cy]) {
  const [ux, uy, vx, vy] = [bx - ax, by - ay, cx - bx, cy - by];
  const size = Math.hypot(ux, uy) * Math.hypot(vx, vy);
  return Math.abs(ux * vy - uy * vx) < 1e-6 * size && ux * vx + uy * vy > 0;
}

function towardsPoint(start, end, distance) {
  const share = distance / apart(start, end);
  return [0, 1].map((axis) => round(start[axis] + (end[axis] - start[axis]) * share));
}

function round(number) {
  return Math.round(number * 100) / 100;
}

function corner(before, at, after) {
  const reach = Math.min(CORNER, apart(before, at) / 2, apart(at, after) / 2);
  return [towardsPoint(at, before, reach), towardsPoint(at, after, reach)];
}

function arrowhead(before, tip, width) {
  const length = Math.min(HEAD_LENGTH + PER_WIDTH * width, apart(before, tip));
  const half = HEAD_WIDTH + HALF_PER_WIDTH * width;
  const back = towardsPoint(tip, before, length);
  const across = [((back[1] - tip[1]) / length) * half, ((tip[0] - back[0]) / length) * half];
  const sides = [1, -1].map((way) => [back[0] + way * across[0], back[1] + way * across[1]]);
  return { outline: [tip, ...sides], end: towardsPoint(tip, before, length * 0.8) };
}
