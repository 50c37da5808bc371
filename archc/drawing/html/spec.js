// The text of the spec beside the drawing; each line knows its parts, and each part its lines.

const LONG = 500; // characters of a line that is not coloured
const WORDS = /("(?:[^"\\]|\\.)*"|'[^']*')|((?:^|\s)#.*$)|([\w.-]+)(?=:(?:\s|$))|(\$\(?[\w.]+)/g;
const KINDS = ["string", "comment", "key", "value"];

const spec = document.getElementById("spec");
const specText = document.getElementById("text");
const specButton = document.getElementById("show-spec");
let shownFile = -1, line0 = 0;

function showSpec(open) {
  spec.hidden = !open;
  set(specButton, { "aria-pressed": String(open) });
  if (open && shownFile < 0) {
    showFile(0);
    scrollTo(data.home);
  }
  show();
}

/** Put a file's text into the panel, a line an element. */
function showFile(index) {
  if (index === shownFile || !data.files[index]) return;
  shownFile = index;
  const written = new Set();
  for (const stretches of data.spans) {
    for (const [file, first, last] of stretches) {
      if (file === index) for (let at = first; at <= last; at++) written.add(at);
    }
  }
  const lines = data.files[index].text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  specText.replaceChildren(...lines.map((each, at) => specLine(each, at + 1, written.has(at + 1))));
  for (const tab of document.querySelectorAll("#files button")) {
    set(tab, { "aria-pressed": String(Number(tab.value) === index) });
  }
}

function specLine(content, number, written) {
  const made = document.createElement("div");
  made.className = written ? "line written" : "line";
  made.id = `line-${number}`;
  set(made, { role: "option", "aria-selected": "false", "data-line": number });
  const code = document.createElement("code");
  code.append(...coloured(content));
  made.append(code);
  return made;
}

/** A line's words in elements by their kind; nothing in them is read as markup. */
function coloured(content) {
  if (content.length > LONG) return [content];
  const pieces = [];
  let end = 0;
  for (const found of content.matchAll(WORDS)) {
    const kind = KINDS[found.slice(1).findIndex((group) => group !== undefined)];
    pieces.push(content.slice(end, found.index), piece(kind, found[0]));
    end = found.index + found[0].length;
  }
  return [...pieces, content.slice(end)];
}

function piece(kind, words) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = words;
  return made;
}

/** Mark the lines of these parts, and scroll to the first of them. */
function markLines(chosen, scroll) {
  for (const old of specText.querySelectorAll("[aria-selected=true]")) {
    set(old, { "aria-selected": "false" });
  }
  const stretches = chosen.flatMap((part) => data.spans[part.span]);
  if (!stretches.length || spec.hidden) return;
  if (!stretches.some(([file]) => file === shownFile)) showFile(stretches[0][0]);
  const here = stretches.filter(([file]) => file === shownFile);
  for (const [, first, last] of here) {
    for (let at = first; at <= last; at++) lineAt(at)?.setAttribute("aria-selected", "true");
  }
  line0 = here[0][1];
  if (scroll) scrollTo(line0);
}

/** Bring a line to the middle of the panel. */
function scrollTo(number) {
  const line = lineAt(number);
  if (line) specText.scrollTop = line.offsetTop - specText.clientHeight / 2;
}

function lineAt(number) {
  return document.getElementById(`line-${number}`);
}

/** Select what is written on a line; where all of it is folded away, unfold the first. */
function chooseLine(number) {
  const found = partsOnLine(shownFile, number);
  line0 = number;
  if (!found.length) return;
  if (!found.some(isShown)) change(() => reveal(found[0]));
  choose(found, { scroll: false });
  intoView(found.find(isShown));
}

specText.addEventListener("click", (event) => {
  const at = event.target.closest("[data-line]");
  if (at && !String(getSelection())) chooseLine(Number(at.dataset.line));
});
specText.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter" && line0) chooseLine(line0);
  else if (step && lineAt(line0 + step)) moveLine(line0 + step);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

function moveLine(number) {
  lineAt(line0)?.classList.remove("active");
  line0 = number;
  const now = lineAt(line0);
  now.classList.add("active");
  set(specText, { "aria-activedescendant": now.id });
  const lowest = now.offsetTop + now.offsetHeight - specText.clientHeight;
  specText.scrollTop = Math.max(lowest, Math.min(specText.scrollTop, now.offsetTop));
}

function prepareSpec() {
  const tabs = data.files.map((file, index) => word("button", file.name, { type: "button", value: index }));
  document.getElementById("files").replaceChildren(...tabs);
  for (const tab of tabs) tab.addEventListener("click", () => showFile(Number(tab.value)));
  specButton.addEventListener("click", () => {
    showSpec(spec.hidden);
    markLines([...chosen], true);
  });
  specButton.hidden = !data.files.length;
}
