// What is told of the part under the pointer, of the focused or of the selected one.

const card = document.getElementById("card");
const CARD_GAP = 12; // pixels

/** Show what is known of a part beside it; null: nothing. */
function tell(part) {
  card.hidden = !part;
  if (!part) return;
  const list = document.createElement("dl");
  for (const [what, value] of part.rows) list.append(word("dt", what), word("dd", value));
  const hint = part.group ? word("p", part.folded ? "click to unfold" : "click the title to fold") : "";
  card.replaceChildren(word("h2", part.path), list, hint);
  beside(part);
}

/** An HTML element with words in it, whatever their direction. */
function word(name, words, attributes) {
  const made = document.createElement(name);
  made.dir = "auto";
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

/** Beside a part where there is room: to its right, to its left, else in the lower corner. */
function beside(part) {
  const { width, height } = size();
  const x = (part.at.x - view.x) * view.scale;
  const y = (part.at.y - view.y) * view.scale;
  const right = x + part.at.width * view.scale + CARD_GAP;
  const left = x - CARD_GAP - card.offsetWidth;
  const fits = right + card.offsetWidth < width - 6 ? right : left > 6 ? left : width - card.offsetWidth - 6;
  const lowest = height - card.offsetHeight - 6;
  card.style.left = `${Math.max(6, fits)}px`;
  card.style.top = `${Math.max(6, Math.min(y - 4, lowest))}px`;
}
