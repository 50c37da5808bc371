// Measures every <svg> it is given, in units of its viewBox; `measureAll` returns plain data.
const STEP = 2;      // units between the points at which an edge is looked at
const INSIDE = 1.5;  // an edge this far inside a box runs through it

function corners(svg, element) {
  const own = element.getBBox();
  const map = svg.getScreenCTM().inverse().multiply(element.getScreenCTM());
  return [[own.x, own.y], [own.x + own.width, own.y], [own.x, own.y + own.height],
          [own.x + own.width, own.y + own.height]].map(([x, y]) => new DOMPoint(x, y).matrixTransform(map));
}

function around(points) {
  const xs = points.map(p => p.x), ys = points.map(p => p.y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function textOf(svg, element) {
  const map = svg.getScreenCTM().inverse().multiply(element.getScreenCTM());
  const style = getComputedStyle(element);
  const holder = element.closest("g.node");
  const scale = Math.sqrt(Math.abs(map.a * map.d - map.b * map.c));
  return {
    text: element.textContent, box: around(corners(svg, element)),
    size: parseFloat(style.fontSize) * scale, length: element.getComputedTextLength() * scale,
    bold: parseInt(style.fontWeight) >= 600, node: holder && nodeOf(svg, holder),
  };
}

// A node's outline: its last rectangle (cards of a stack come before it), or else all its shapes.
function outline(group) {
  const shapes = [...group.querySelectorAll("rect, circle, ellipse, polygon, path")];
  const rects = shapes.filter(shape => shape.tagName === "rect");
  return rects.length ? rects.slice(-1) : shapes;
}

function nodeOf(svg, group) {
  return {name: group.dataset.name, box: around(outline(group).flatMap(s => corners(svg, s)))};
}

function inside(box, point, margin) {
  return point.x > box[0] + margin && point.x < box[2] - margin
    && point.y > box[1] + margin && point.y < box[3] - margin;
}

// Whether a node holds a point of the screen: within its shape, and not just at its border.
function holds(node, seen, point) {
  return inside(node.box, seen, INSIDE) && node.shapes.some(shape =>
    shape.isPointInFill(point.matrixTransform(shape.getScreenCTM().inverse())));
}

function edgeOf(svg, group, nodes) {
  const [path] = group.querySelectorAll("path, polyline, line");
  const crossed = new Set(), screen = path.getScreenCTM(), back = svg.getScreenCTM().inverse();
  const length = path.getTotalLength();
  for (let at = 0; at <= length; at += STEP) {
    const point = path.getPointAtLength(at).matrixTransform(screen), seen = point.matrixTransform(back);
    for (const node of nodes) if (!crossed.has(node.name) && holds(node, seen, point)) crossed.add(node.name);
  }
  return {name: group.dataset.name, crossed: [...crossed]};
}

function measure(svg) {
  const page = svg.viewBox.baseVal;
  const shown = element => element.getClientRects().length > 0;
  const nodes = [...svg.querySelectorAll("g.node")].filter(shown)
    .map(group => ({...nodeOf(svg, group), shapes: outline(group)}));
  return {
    page: [page.x, page.y, page.x + page.width, page.y + page.height],
    texts: [...svg.querySelectorAll("text")].filter(shown).map(text => textOf(svg, text)),
    nodes: nodes.map(({name, box}) => ({name, box})),
    edges: [...svg.querySelectorAll("g.edge")].filter(shown).map(group => edgeOf(svg, group, nodes)),
  };
}

// `sources`: SVG documents, shown one after the other.
function measureAll(sources) {
  return sources.map(source => {
    const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
    const broken = parsed.querySelector("parsererror");
    if (broken) return {error: broken.textContent};
    const svg = document.body.appendChild(document.importNode(parsed.documentElement, true));
    const result = measure(svg);
    svg.remove();
    return result;
  });
}

function width(text, font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  return pen.measureText(text).width;
}

// Where `--dump-dom` shows it, in characters that no serialisation changes.
function report(result) {
  const out = document.createElement("pre");
  out.id = "measured";
  out.textContent = encodeURIComponent(JSON.stringify(result));
  document.documentElement.append(out);
}
