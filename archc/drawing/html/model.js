// The network: parts (boxes, and groups with parts inside) and links. What is open is kept here.

const data = JSON.parse(document.getElementById("data").textContent);
const { parts, links, edges } = data;

parts.forEach((part, index) => {
  part.index = index;
  part.inside = [];
  part.next = [];
  part.before = [];
  if (part.up >= 0) parts[part.up].inside.push(part);
  const words = [part.path, ...part.rows.filter(([what]) => what !== "note").map((row) => row[1])];
  part.words = searchable(words.join("\n"));
});
for (const [from, to] of edges) {
  parts[from].next.push(parts[to]);
  parts[to].before.push(parts[from]);
}
const groups = parts.filter((part) => part.group);

/** Text as a search compares it: `64x56` finds `64 × 56`. */
function searchable(text) {
  return text.toLowerCase().replace(/(\d)\s*[x×*]\s*(?=\d)/g, "$1×");
}

/** The groups around a part, the nearest first. */
function around(part) {
  const found = [];
  for (let up = part.up; up >= 0; up = parts[up].up) found.push(parts[up]);
  return found;
}

/** What a reader sees of a part: itself, or the outermost folded group that holds it. */
function standing(part) {
  return around(part).filter((group) => group.folded).pop() || part;
}

function isShown(part) {
  return standing(part) === part;
}

function isOpen(part) {
  return part.group && !part.folded;
}

/** Whether a link is drawn: its scope is open. */
function isDrawn(link) {
  return link.up < 0 || (isShown(parts[link.up]) && isOpen(parts[link.up]));
}

/** Open whatever hides a part. */
function reveal(part) {
  for (const group of around(part)) group.folded = false;
}

function foldBelow(depth) {
  for (const group of groups) group.folded = group.level >= depth;
}

/** The depth at which the drawing is folded; null where it is folded here and there. */
function foldedDepth() {
  for (let depth = 0; depth <= data.depth; depth++) {
    if (groups.every((group) => group.folded === group.level >= depth)) return depth;
  }
  return null;
}

/** The parts that a reader sees at the other ends of a part's edges. */
function neighbours(part, way) {
  const ends = new Set();
  for (const box of part.group ? boxesIn(part) : [part]) {
    for (const other of box[way]) ends.add(standing(other));
  }
  ends.delete(part);
  return [...ends].filter((end) => !around(end).includes(part));
}

function boxesIn(group) {
  return group.inside.flatMap((part) => (part.group ? boxesIn(part) : [part]));
}

/** The parts written on a line of a file; of a group and its equal instances, the group. */
function partsOnLine(file, line) {
  const holds = ([where, first, last]) => where === file && first <= line && line <= last;
  const spans = data.spans
    .map((stretches, index) => ({ index, here: stretches.filter(holds) }))
    .filter((span) => span.here.length)
    .map((span) => ({ ...span, length: Math.min(...span.here.map(([, a, b]) => b - a)) }));
  const shortest = Math.min(...spans.map((span) => span.length));
  const chosen = new Set(spans.filter((s) => s.length === shortest).map((s) => s.index));
  return parts.filter((part) => {
    const outer = part.up >= 0 && parts[part.up].span === part.span;
    return chosen.has(part.span) && !outer;
  });
}
