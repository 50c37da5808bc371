"""How the boxes of a drawing are marked, and what a changed one says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archc.analysis.difference import Change, Difference, Finding, Mark
from archc.analysis.difference_fold import Told
from archc.analysis.difference_phrases import phrase
from archc.analysis.words import plain
from archc.drawing.frames.colours import faded
from archc.drawing.palette import Theme
from archc.drawing.picture.scene import Disc, Item, Label, Rect, Route
from archc.drawing.view import Fold, View
from archc.drawing.words import SHORT_NAMES
from archc.graph.graph import GraphOutput, Node, Scope

STRONG = 2.6  # points of a marked outline
# changes that fit a box
TOLD = ("setting", "norm", "act", "arg")


def marks_of(view: View, marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """The mark of every box by its path: what all its nodes have, or changed if they differ.

    An output is marked as the node that it names.
    """
    found: dict[str, Mark] = {}
    for box in view.boxes:
        output = box.subject if isinstance(box.subject, GraphOutput) else None
        nodes = (output.node,) if output else box.nodes
        inside = {marks.get(node.name, "kept") for node in nodes}
        found[box.path] = inside.pop() if len(inside) == 1 else "changed"
    return found


def annotate(view: View, told: Mapping[str, Sequence[str]]) -> None:
    """Let every changed box of the new graph say what is changed."""
    for box in view.boxes:
        fold = box.subject if isinstance(box.subject, Fold) else None
        instances = [part.path for part in fold.parts if isinstance(part, Scope)] if fold else []
        words = (word for path in (box.path, *instances) for word in told.get(path, ()))
        box.remark = ", ".join(dict.fromkeys(words))


def phrases(difference: Difference, optimised: bool = False) -> dict[str, list[str]]:
    """What changed by the path of the node or call; ``optimised``: by passes, not by an author."""
    found: dict[str, list[str]] = {}
    for finding in difference.findings:
        node = difference.new.nodes.get(finding.path)
        taken = optimised and node is not None and _beside_is_gone(finding.change)
        if words := _taken_in(finding.change, node) if taken and node else _words(finding):
            found.setdefault(finding.path, []).append(words)
    return found


def _beside_is_gone(change: Change) -> bool:
    """Whether the norm or activation behind a layer is no node of its own any more."""
    return change.about in ("norm", "act") and not change.key and change.new is None


def _taken_in(change: Change, node: Node) -> str:
    """Where it went: a norm into weights, an activation into a kernel, whose label says so."""
    if node.op.name == "slice":
        return ""  # both are in the convolution that the slice reads
    old = plain(change.old)
    if change.about == "norm" and node.op.weighted:
        return f"{SHORT_NAMES.get(old, old)} folded in"
    return "" if plain(node.label).endswith(f", {old}") else f"{old} removed"


def _words(finding: Finding) -> str:
    change = finding.change
    if change.about == "node" and change.key == "block":
        return plain(f"{change.old} → {change.new}")
    operator = change.about == "setting" and not change.key  # its label says so
    fits = change.about in TOLD or (change.about == "node" and change.key == "instances")
    if operator or not fits:
        return ""
    return plain(phrase(Told(change, ((change.old, change.new),))))


def outlines(theme: Theme) -> dict[Mark, str]:
    """The colour of every mark but ``kept``."""
    return {"added": theme.added, "removed": theme.removed, "changed": theme.changed}


def marked(items: Sequence[Item], marks: Mapping[str, Mark], theme: Theme) -> Iterator[Item]:
    """The items with what is kept faded, and a strong outline round what is not."""
    colours = outlines(theme)
    for item in items:
        name = item.about.name if not isinstance(item, Label) and item.about else ""
        mark = _mark(name, marks)
        if isinstance(item, Label) or (not name and not isinstance(item, Route)):
            yield item
        elif mark == "kept":
            yield faded(item, theme) if name in marks or isinstance(item, Route) else item
        elif isinstance(item, Rect):
            dashed = item.dashed or mark == "removed"
            yield replace(item, stroke=colours[mark], line_width=STRONG, dashed=dashed)
        elif isinstance(item, Disc):
            yield replace(item, stroke=colours[mark])
        elif isinstance(item, Route) and mark != "changed":
            yield replace(item, color=colours[mark])
        else:
            yield item


def _mark(name: str, marks: Mapping[str, Mark]) -> Mark:
    """A box's mark; a line is new or gone where an end is, and kept where one is kept."""
    source, arrow, target = name.partition(" -> ")
    if not arrow:
        return marks.get(name, "kept")
    ends = {marks.get(source, "kept"), marks.get(target, "kept")}
    order: tuple[Mark, ...] = ("added", "removed", "kept", "changed")
    return next(mark for mark in order if mark in ends)
