"""The words in a drawing, as Graphviz's HTML-like labels; all text that enters one is escaped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from html import escape

from archc.analysis.cost import total
from archc.analysis.words import dimensions, short
from archc.drawing.palette import PALETTE, QUIET, Kind
from archc.drawing.view import Box, Entry, Fold, Group
from archc.graph.graph import Bypass, GraphOutput, Layer

BOLD, SMALL = 11, 9  # points: a box's first line, and the quieter ones
LONGEST = 120  # characters of one text; what is longer ends in an ellipsis
NOTE, NARROW_NOTE = 40, 16  # characters on a line of a note, in a box and in a group's corner
GAP = "&#160;&#160;"  # Graphviz drops plain spaces at the ends of a run of text


def blank(size: int) -> str:
    """The markup of an empty line of a height (points)."""
    return f'<font point-size="{size}"> </font>'


def plain(text: str) -> str:
    """Text on one line, without what XML cannot carry, and cut to :data:`LONGEST` characters.

    >>> plain("a\\n\\x07b")
    'a b'
    """
    kept = "".join(c if c.isprintable() else " " for c in text)
    words = " ".join(kept.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def markup(text: str) -> str:
    """Text as it may stand in an HTML-like label: nothing in it is read as markup or as an escape.

    >>> markup('<b>"\\\\N"')
    '&lt;b&gt;&quot;&#92;&#92;N&quot;'
    """
    # Graphviz expands \N, \G and the like after it has read the entities; a pair is one backslash.
    return escape(plain(text)).replace("\\", "&#92;&#92;")


def span(text: str, size: int = 0, bold: bool = False, color: str = "") -> str:
    """Escaped text in a size (points), weight and colour."""
    inner = markup(text) or "&#160;"  # Graphviz takes no empty element
    inner = f"<b>{inner}</b>" if bold else inner
    settings = (f' point-size="{size}"' if size else "") + (f' color="{color}"' if color else "")
    return f"<font{settings}>{inner}</font>" if settings else inner


def html(lines: Iterable[str]) -> str:
    """Lines of markup as one label, as the graphviz package recognises it."""
    return f"<{'<br/>'.join(lines)}>"


def kind(box: Box) -> Kind:
    """Which colours a box has."""
    match box.subject:
        case Fold():
            return "folded"
        case Entry() | GraphOutput():
            return "input"
        case Bypass():
            return "shape"
        case Layer(node=node):
            return node.op.family


def box_label(box: Box) -> str:
    """What stands in a box."""
    match box.subject:
        case Fold() as fold:
            return html(_fold_lines(box, fold))
        case Entry(node=node) | GraphOutput(node=node):
            return html(
                [span(box.local, BOLD, bold=True), blank(2), span(dimensions(node.shape), SMALL)]
            )
        case Bypass():
            return html([span("bypassed", BOLD, bold=True), blank(2), span(_name(box), SMALL)])
        case Layer() as layer:
            return html(_layer_lines(box, layer))


def group_label(group: Group) -> str:
    """A group's title, set to the left: its name, how often it repeats, the block, the note."""
    instance = group.path != group.item.path
    name = group.path if instance else group.item.spec.label or group.path
    many = f" × {len(group.item.parts)}" if not instance and len(group.item.parts) > 1 else ""
    lines = [span(f"{name}{many}", BOLD, bold=True)]
    if not instance:
        if group.block not in ("", name):
            lines += [blank(2), span(group.block, SMALL, color=QUIET)]
        lines += _note(group.item.spec.note, NARROW_NOTE, QUIET)
    left = '<br align="left"/>'
    return html([left.join([*lines, ""])])


def _name(box: Box) -> str:
    label = box.item.spec.label if box.item else ""
    return label or box.local


def _layer_lines(box: Box, layer: Layer) -> list[str]:
    lines = [span(layer.node.op.label(), BOLD, bold=True), blank(2)]
    shared = layer.node.shared
    lines += [span(_name(box) + (f", shares {shared.name}" if shared else ""), SMALL)]
    extra = [node.op.label() for node in (layer.norm, layer.act) if node is not None]
    lines += [span(" · ".join(extra), SMALL)] if extra else []
    return lines + _note(_own_note(box), NOTE)


def _fold_lines(box: Box, fold: Fold) -> list[str]:
    """The title, on the header, and what the box holds; a thin blank line keeps them apart."""
    colour = PALETTE["folded"]
    count = f" × {len(fold.parts)}" if len(fold.parts) > 1 else ""
    cost = total(box.nodes)
    frozen = f" + {short(cost.frozen)} frozen" if cost.frozen else ""
    return [
        span(_name(box) + count, BOLD, bold=True, color=colour.header_text),
        blank(5),
        span(dimensions(fold.result.shape), BOLD - 1, bold=True),
        span(f"{short(cost.params)} params{frozen} · {short(cost.macs)} MACs", SMALL),
    ]


def _own_note(box: Box) -> str:
    """The author's note; of a repeated node's instances, only the first shows it."""
    item = box.item
    return item.spec.note if item and item.parts[0] is box.subject else ""


def _note(note: str, width: int, color: str = "") -> list[str]:
    lines = textwrap.wrap(plain(note), width)
    return [f"<i>{span(line, SMALL, color=color)}</i>" for line in lines]
