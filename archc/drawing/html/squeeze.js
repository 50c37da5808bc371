// Where everything stands. The data has every group open; a folded one leaves room free, and the
// strips of the drawing in which nothing else stands are taken away, across its whole width or
// height. So what is beside or below what else stays so, and no line comes to cross a box.

const TITLE = 19, PAD = 8, SIGN = 14; // points: a frame's title row, its border, its fold sign
const BEND = 10, ARROW_ROOM = 15; // of a line that keep their length: beside a corner, at its end
const APART = 4; // that stay free on both sides of a line

/** Functions from the open drawing's coordinates to what is to be drawn, and its size. */
function squeezed() {
  const x = { kept: [], free: [] };
  const y = { kept: [], free: [] };
  for (const part of parts) if (isShown(part)) standIn(part, x, y);
  for (const link of links) if (isDrawn(link)) runIn(link, x, y);
  return { x: without(x), y: without(y) };
}

/** The rectangle of a part as it is shown, in the open drawing's coordinates. */
function outline(part) {
  const [x, y, width, height] = part.rect;
  if (!part.group || !part.folded) return { x, y, width, height };
  const [left, folded, low] = part.fold;
  return { x: left, y, width: folded, height: low };
}

function standIn(part, x, y) {
  const [left, top, width, height] = part.rect;
  const [right, low] = [left + width, top + height];
  const at = outline(part);
  if (isOpen(part)) {
    x.kept.push([left, left + 2 * PAD + SIGN + part.title[1]], [right - PAD - part.caption[1], right]);
    y.kept.push([top, top + TITLE], [low - PAD, low]);
    return;
  }
  x.kept.push([at.x - (part.after ? part.after[1] : 0), at.x + at.width]);
  y.kept.push([at.y, at.y + at.height]);
  x.free.push([left, at.x], [at.x + at.width, right]);
  y.free.push([at.y + at.height, low]);
}

function runIn(link, x, y) {
  const points = link.points;
  points.forEach(([px, py], i) => {
    for (const [qx, qy] of [points[i - 1], points[i + 1]].filter(Boolean)) {
      const room = i === points.length - 1 ? ARROW_ROOM : BEND;
      x.kept.push(towards(px, qx, room));
      y.kept.push(towards(py, qy, room));
    }
    x.kept.push([px - APART, px + APART]);
  });
  if (link.label.length) {
    const [, left, middle, width] = link.label;
    x.kept.push([left, left + width]);
    y.kept.push([middle - 6, middle + 6]);
  }
}

/** From a place towards another, but no farther than `most`. */
function towards(from, to, most) {
  const end = from + Math.max(-most, Math.min(most, to - from));
  return from < end ? [from, end] : [end, from];
}

/** The function that takes away what is free and not kept. */
function without({ kept, free }) {
  const cuts = [];
  let gone = 0;
  for (const [begin, end] of difference(joined(free), joined(kept))) {
    cuts.push({ begin, end, before: gone });
    gone += end - begin;
  }
  return (place) => {
    let low = 0, high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cuts[middle].begin <= place) low = middle + 1;
      else high = middle;
    }
    if (!low) return place;
    const cut = cuts[low - 1];
    return place - cut.before - (Math.min(place, cut.end) - cut.begin);
  };
}

/** Intervals in order, those that touch joined. */
function joined(intervals) {
  const result = [];
  for (const [begin, end] of intervals.filter(([a, b]) => a < b).sort((a, b) => a[0] - b[0])) {
    const last = result[result.length - 1];
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([begin, end]);
  }
  return result;
}

/** What is in some intervals and not in others, both in order. */
function difference(some, others) {
  const result = [];
  let next = 0;
  for (const [begin, end] of some) {
    let from = begin;
    while (next < others.length && others[next][1] <= from) next++;
    for (let i = next; i < others.length && others[i][0] < end; i++) {
      if (others[i][0] > from) result.push([from, others[i][0]]);
      from = Math.max(from, others[i][1]);
    }
    if (from < end) result.push([from, end]);
  }
  return result;
}
