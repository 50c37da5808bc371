"""What a reader is told of a difference: headed lists of short lines, and a table of totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from archc.analysis.difference import Difference, Finding, Follower, Mark
from archc.analysis.difference_fold import Line, Section, Told, fold
from archc.analysis.difference_phrases import document_phrase, phrase
from archc.analysis.formats import named
from archc.analysis.summary import Summary
from archc.analysis.words import counted, dimensions, factor, memory, plain, short
from archc.graph.graph import Graph

MOST_LINES, MOST_FOLLOWERS = 24, 8  # that are shown unless all are asked for
MOST_NAMES = 4  # of nodes on a line
LITTLE = 4  # networks that have fewer than one layer in so many in common are hardly comparable

MARKS: tuple[Mark, ...] = ("added", "removed", "changed")
NOTHING = "no layer changed"


class Entry(NamedTuple):
    """One line: ``+``, ``-``, ``~`` or nothing; which nodes; what of them."""

    sign: str
    name: str
    text: str


class Part(NamedTuple):
    """A list under a heading, and how many of its lines are left out."""

    heading: str
    entries: list[Entry]
    cut: int = 0


class Page(NamedTuple):
    """Everything a reader is told. ``totals`` has a row of cells for each count, the head first."""

    heading: str
    summary: str
    parts: list[Part]
    totals: list[tuple[str, ...]]


def page(difference: Difference, every: bool = False) -> Page:
    """The difference in words; long lists are cut unless ``every`` line is asked for."""
    heading = f"{plain(named(difference.old))} → {plain(named(difference.new))}"
    if not difference:
        return Page(heading, _equal(difference), [], [])
    parts = [*_document(difference), *_nodes(difference, every), *_starts(difference, every)]
    parts += _follows(difference, every)
    return Page(heading, _summary(difference), parts, _totals(difference))


def _equal(difference: Difference) -> str:
    same = difference.old.name == difference.new.name
    return "no difference" if same else "no difference: two names for one structure"


def _summary(difference: Difference) -> str:
    """How many layers changed, and what it means for size and cost."""
    layers = difference.layers
    counts = [f"{layers[mark]:,} {mark}" for mark in MARKS if layers[mark]]
    number, _, rest = ", ".join(counts).partition(" ")
    words = f"{number} {'layer' if number == '1' else 'layers'} {rest}" if rest else NOTHING
    common = layers["kept"] + layers["changed"]
    if rest and common * LITTLE < sum(layers.values()):
        words = f"little in common: {words}"
    old, new = (summary.totals.inference for summary in difference.summaries)
    params, macs = (
        f"{short(after)} {what}{_brackets(before, after)}"
        for before, after, what in (
            (old.params + old.frozen, new.params + new.frozen, "parameters"),
            (old.macs, new.macs, "MACs"),
        )
    )
    return f"{words}; {params}, {macs}"


def _brackets(before: float, after: float) -> str:
    return f" ({factor(before, after)})" if factor(before, after) else ""


def _document(difference: Difference) -> Iterator[Part]:
    if difference.document:
        texts = (document_phrase(change).partition(" ") for change in difference.document)
        yield Part("", [Entry("~", name, text) for name, _, text in texts])


def _nodes(difference: Difference, every: bool) -> Iterator[Part]:
    told = [
        finding
        for finding in difference.findings
        if finding.change.about != "init" and (every or not finding.because)
    ]
    sections = fold(difference, told)
    kinds = [section for section in sections if _kind(section) == "operator"]
    parts = [("", [entry for section in kinds for entry in _entries(section, every)])]
    rest = [section for section in sections if _kind(section) != "operator"]
    blocks = any(map(_kind, rest))
    parts += [
        (_heading(section) or "elsewhere" * blocks, _entries(section, every)) for section in rest
    ]
    left = MOST_LINES
    for heading, entries in parts:
        if entries:
            shown = entries if every else entries[: max(left, 1)]
            left -= len(shown)
            yield Part(heading, shown, len(entries) - len(shown))


def _kind(section: Section) -> str:
    return section.container.kind if section.container is not None else ""


def _heading(section: Section) -> str:
    container = section.container
    if container is None:
        return ""
    if container.kind == "operator":
        return f"every {container.new.replace('_', ' ')} ({section.total:,})"
    renamed = f" → {container.new}" if container.old != container.new else ""
    return f"each {container.old}{renamed} ({counted(section.total, 'call')})"


def _entries(section: Section, every: bool) -> list[Entry]:
    """The lines of a section; those that say the same are one."""
    names: dict[tuple[str, str], list[str]] = {}
    renamed = [line for line in section.lines.values() if _only_renamed(line)]
    renamed = renamed if len(renamed) > MOST_NAMES and not every else []
    whole = _heading(section) if _kind(section) == "operator" else "call"
    for line in section.in_order():
        if renamed and _only_renamed(line):
            continue
        told = [each for each in line.told if not _in_heading(line, each)]
        if told:
            text = ("; " if _long(line) else ", ").join(map(phrase, told))
            text += _shapes(line) + _of(section, line, every)
            names.setdefault((_sign(told), text), []).append(line.local or whole)
    entries = [Entry(sign, listed(found, every), text) for (sign, text), found in names.items()]
    if renamed:
        before = listed([line.told[0].pairs[0][0] for line in renamed])
        entries.append(
            Entry("~", listed([line.local for line in renamed]), f"renamed, was {before}")
        )
    return entries


def _only_renamed(line: Line) -> bool:
    return not line.shapes and [told.change.key for told in line.told] == ["renamed"]


def _sign(told: Sequence[Told]) -> str:
    signs = {{"added": "+", "removed": "-"}.get(each.change.mark, "~") for each in told}
    return signs.pop() if len(signs) == 1 else "~"


def _long(line: Line) -> bool:
    """Whether one of its changes has commas in it."""
    return any(told.change.about in ("node", "init") for told in line.told)


def _in_heading(line: Line, told: Told) -> bool:
    """Whether the heading says it: that a block is another one."""
    return told.change.key == "block" and not line.local and not line.members


def _shapes(line: Line) -> str:
    if not line.shapes or line.told[0].change.mark != "changed":
        return ""
    if any(each.pairs == tuple(zip(*line.shapes, strict=False)) for each in line.told):
        return ""  # the units of an fc say it
    return f"; {_arrow(line.shapes)}"


def _arrow(shapes: Sequence[Sequence[int]]) -> str:
    return " → ".join(map(dimensions, shapes))


def _of(section: Section, line: Line, every: bool) -> str:
    """Which calls of a block are meant, where it is not all of them."""
    if not line.members:
        return ""
    if every or len(line.members) <= MOST_NAMES:
        return f" (in {', '.join(line.members)})"
    return f" (in {len(line.members)} of {section.total})"


def listed(names: Sequence[str], every: bool = False) -> str:
    """Names on one line.

    >>> listed(["conv1", "conv2"]), listed([f"conv{n}" for n in range(1, 8)])
    ('conv1, conv2', 'conv1, conv2 … conv7 (7)')
    """
    if every or len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{names[0]}, {names[1]} … {names[-1]} ({len(names):,})"


def _starts(difference: Difference, every: bool) -> Iterator[Part]:
    """How weights start, apart from what the network computes: the same words once for all nodes."""
    found: dict[str, list[str]] = {}
    starts = [finding for finding in difference.findings if finding.change.about == "init"]
    for section in fold(difference, starts):
        for line in section.lines.values():
            name = ".".join(filter(None, (_inside(section), line.local)))
            text = "; ".join(phrase(told) for told in line.told) + _of(section, line, every)
            found.setdefault(text.removeprefix("init "), []).append(name)
    entries = [Entry("~", listed(names, every), text) for text, names in found.items()]
    if entries:
        shown = entries if every else entries[:MOST_FOLLOWERS]
        yield Part("initial weights", shown, len(entries) - len(shown))


def _inside(section: Section) -> str:
    if section.container is None:
        return ""
    return _heading(section) if section.container.kind == "operator" else section.container.new


def _follows(difference: Difference, every: bool) -> Iterator[Part]:
    """Nodes that are as they were, but for the shapes that reach them."""
    changed = {_root(finding) for finding in difference.findings}
    names: dict[str, list[str]] = {}
    inner = 0
    for root, followers in groupby(difference.follows, key=_root):
        if root in changed:
            inner += len([*followers])
        else:
            names.setdefault(_consequence([*followers]), []).append(root)
    entries = [Entry("", listed(found, every), text) for text, found in names.items()]
    shown = entries if every else entries[:MOST_FOLLOWERS]
    if inner:
        shown = [*shown, Entry("", "", f"{counted(inner, 'layer')} inside what changed")]
    if shown:
        yield Part("follows from this", shown, max(0, len(entries) - MOST_FOLLOWERS) * (not every))


def _root(found: Finding | Follower) -> str:
    return found.path.partition(".")[0]


def _consequence(followers: Sequence[Follower]) -> str:
    """The shape after a node of the document, and its parameters, before and after."""
    last = followers[-1]
    words = []
    if last.old.shape != last.new.shape:
        words.append(_arrow((last.old.shape, last.new.shape)))
    old = sum(follower.old.facts.params for follower in followers)
    new = sum(follower.new.facts.params for follower in followers)
    if old != new:
        words.append(f"{short(old)} → {short(new)} parameters")
    return ", ".join(words) or f"{counted(len(followers), 'layer')} inside"


def _totals(difference: Difference) -> list[tuple[str, ...]]:
    graphs = difference.old, difference.new
    names = [plain(_short_name(graph), 30) for graph in graphs]
    rows: list[tuple[str, ...]] = [("", *names, "")]
    heads = any(summary.has_heads for summary in difference.summaries)
    old, new = (_counts(summary, heads) for summary in difference.summaries)
    for (name, before, words), (_, after, _) in zip(old, new, strict=True):
        if before or after:
            rows.append((name, words(before), words(after), factor(before, after)))
    return rows


def _short_name(graph: Graph) -> str:
    return graph.document.title or graph.name


def _counts(summary: Summary, heads: bool) -> list[tuple[str, int, Callable[[int], str]]]:
    """What is counted; with training-only ``heads`` in rows of their own, if there are any."""
    whole, run = summary.totals.whole, summary.totals.inference
    rows: list[tuple[str, int, Callable[[int], str]]] = [
        ("parameters", run.params + run.frozen, "{:,}".format),
        ("of these frozen", run.frozen, "{:,}".format),
        ("parameters in training", whole.params + whole.frozen, "{:,}".format),
        ("MACs", run.macs, short),
        ("MACs in training", whole.macs, short),
        ("depth", summary.depth, str),
        ("activations", summary.activation_bytes, memory),
        ("activations in training", summary.activation_bytes_in_training, memory),
        ("peak in inference", summary.peak.bytes, memory),
    ]
    return [row for row in rows if heads or not row[0].endswith("in training")]
