// Search over names, operators and shapes.

const query = document.getElementById("query");
const hits = document.getElementById("hits");
let matches = [], match = -1;

/** Find what holds every word of the query. */
function find() {
  const words = searchable(query.value).split(/\s+/).filter(Boolean);
  matches = words.length ? parts.filter((part) => words.every((w) => part.words.includes(w))) : [];
  match = -1;
  showMatches();
}

/** Go to another match, unfolding what hides it. */
function nextMatch(step) {
  if (!matches.length) return;
  match = (match + step + matches.length + (match < 0 && step < 0 ? 1 : 0)) % matches.length;
  const part = matches[match];
  change(() => reveal(part));
  choose([part], { quietly: true });
  showMatches();
  intoView(part);
}

function showMatches() {
  const found = new Set(matches);
  const holding = new Set(matches.map(standing));
  const searched = query.value.trim() !== "";
  for (const part of parts) {
    if (!isShown(part)) continue;
    const { classList } = part.element;
    classList.toggle("match", found.has(part));
    classList.toggle("holds", !found.has(part) && holding.has(part));
    classList.toggle("now", part === matches[match]);
  }
  drawing.classList.toggle("searched", searched && matches.length > 0);
  const place = match < 0 ? "" : `${match + 1} of `;
  hits.textContent = !searched ? "" : matches.length ? `${place}${matches.length}` : "none";
}

query.addEventListener("input", find);
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    nextMatch(event.shiftKey ? -1 : 1);
  }
});
