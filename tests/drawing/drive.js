// What a test does to the page: clicks, keys and words, and what it then sees there.
const at = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const part = (path) => all("g.part").find((each) => each.dataset.name === path);
const names = (selector) => all(selector).map((each) => each.dataset.name);
const boxes = () => all("#boxes > g").length;
const click = (element) => element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
const toggle = (path) => click(part(path).querySelector(".title") || part(path));
const key = (name, more) =>
  (document.activeElement || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more }),
  );
const search = (words) => {
  at("#query").value = words;
  at("#query").dispatchEvent(new Event("input"));
};
const focused = () => document.activeElement.dataset.name || document.activeElement.id;
const hover = (path) => part(path).dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
const lines = () => all("#text [aria-selected=true]").map((each) => Number(each.dataset.line));
const picture = () => {
  const svg = at("#drawing"), seen = svg.getBBox();
  const size = { width: seen.width + 20, height: seen.height + 20 };
  svg.setAttribute("viewBox", `${seen.x - 10} ${seen.y - 10} ${size.width} ${size.height}`);
  svg.style.position = "fixed";
  for (const side in size) svg.style[side] = `${size[side]}px`; // a pixel a point, so nothing is rounded
  return measure(svg);
};

// Arrows whose heads end at no box: each should touch the border of the one that it is named after.
const loose = () => {
  const places = {};
  for (const each of all("#boxes .node")) places[each.dataset.name] = each.getBoundingClientRect();
  return all(".edge").filter((edge) => {
    const [head] = edge.querySelector("polygon").points;
    if (!head) return false;
    const { x, y } = head.matrixTransform(edge.getScreenCTM());
    const box = places[edge.dataset.name.split(" -> ").pop()];
    const inside = x > box.left - 2 && x < box.right + 2 && y > box.top - 2 && y < box.bottom + 2;
    const border = Math.min(...[x - box.left, x - box.right, y - box.top, y - box.bottom].map(Math.abs));
    return !inside || border > 2;
  }).map((edge) => edge.dataset.name);
};

// Fold and unfold groups by chance, the same on every machine.
let seed = 1;
const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const shuffle = () => {
  const groups = all("g.part[aria-expanded]").map((each) => each.dataset.name);
  for (const path of groups) if (part(path) && chance() < 0.4) toggle(path);
};
