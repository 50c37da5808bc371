"""A scene as SVG: the same bytes on every machine, since every place and width is our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from archc.drawing.picture.curves import Drawn, drawn
from archc.drawing.picture.lettering import FONTS
from archc.drawing.picture.scene import (
    About,
    Disc,
    Item,
    Label,
    Point,
    Polygon,
    Rect,
    Route,
    Scene,
    Words,
)  # fmt: skip
from archc.output import marked

BASELINE = 0.35  # of the size: from the middle of capitals and digits down to their foot
LEADING = 1.24  # from one line to the next, of their sizes' mean
CARD = 3.0  # points that each card of a stack looks out
DASHES = "4 3"


def as_svg(scene: Scene) -> str:
    """The SVG document. All text of a spec stands in it escaped, as text or attribute."""
    body = "\n".join(part for item in scene.items for part in _item(item))
    width, height = _number(scene.width), _number(scene.height)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt"'
        f' viewBox="0 0 {width} {height}" font-family="{FONTS}" fill="{scene.ink}" role="img">\n'
        f"<title>{escape(scene.title)}</title>\n"
        f'<rect width="{width}" height="{height}" fill="{scene.paper}"/>\n{body}\n</svg>\n'
    )
    return marked(text.encode(), "svg").decode()


def text_rows(rect: Rect) -> Iterator[tuple[float, Words]]:
    """The lines of a rectangle, each with the middle of its height."""
    lines, top, height = rect.lines, rect.y, rect.height
    if rect.header and lines:
        yield top + rect.header_height / 2, lines[0]
        lines, top, height = lines[1:], top + rect.header_height, height - rect.header_height
    whole = sum(words.size * LEADING for words in lines)
    y = top + (height - whole) / 2
    for words in lines:
        yield y + words.size * LEADING / 2, words
        y += words.size * LEADING


def identifier(name: str) -> str:
    """A path as the value of an ``id``: what XML does not allow there is written as its number.

    >>> identifier("layer1.0.conv1"), identifier("a b")
    ('layer1.0.conv1', 'a_20_b')
    """
    safe = re.sub(r"[^A-Za-z0-9_.-]", lambda match: f"_{ord(match[0]):x}_", name)
    return safe if re.match(r"[A-Za-z_]", safe) else f"_{safe}"


def _item(item: Item) -> Iterator[str]:
    about = item.about if not isinstance(item, Label) else None
    if about is None:
        yield from _shape(item)
        return
    kind = "edge" if isinstance(item, Route) else "node"
    line = f' data-line="{escape(about.line)}"' if about.line else ""
    yield f'<g id="{identifier(about.name)}" class="{kind}" data-name="{escape(about.name)}"{line}>'
    yield from _tip(about)
    yield from _shape(item)
    yield "</g>"


def _tip(about: About) -> Iterator[str]:
    if about.tip:
        yield f"<title>{escape(chr(10).join(about.tip))}</title>"


def _shape(item: Item) -> Iterator[str]:
    match item:
        case Label():
            yield from _text(item.x, item.y, item.words, item.anchor)
        case Rect():
            yield from _rect(item)
        case Disc():
            yield (
                f'<circle cx="{_number(item.x)}" cy="{_number(item.y)}" r="{_number(item.radius)}"'
                f' fill="{item.fill}" stroke="{item.stroke}"/>'
            )
            yield from _text(item.x, item.y, item.sign, "middle")
        case Polygon():
            yield (
                f'<polygon points="{_pairs(item.points)}" fill="{item.fill}"'
                f'{_stroke(item.stroke, item.line_width, item.dashed)} stroke-linejoin="round"/>'
            )
        case Route():
            yield from _route(item)


def _rect(rect: Rect) -> Iterator[str]:
    for card in range(rect.copies, 0, -1):
        yield _box(rect, card * CARD, rect.fill)
    yield _box(rect, 0, rect.fill)
    if rect.header:
        yield _header(rect)
        yield _box(rect, 0, "none")
    for y, words in text_rows(rect):
        yield from _text(rect.x + rect.width / 2, y, words, "middle")


def _box(rect: Rect, shift: float, fill: str) -> str:
    return (
        f'<rect x="{_number(rect.x + shift)}" y="{_number(rect.y + shift)}"'
        f' width="{_number(rect.width)}" height="{_number(rect.height)}" rx="{_number(rect.radius)}"'
        f' fill="{fill}"{_stroke(rect.stroke, rect.line_width, rect.dashed)}/>'
    )


def _header(rect: Rect) -> str:
    """The upper part of a rectangle, round at its two upper corners."""
    r = _number(rect.radius)
    inner, flat = _number(rect.width - 2 * rect.radius), _number(rect.header_height - rect.radius)
    return (
        f'<path d="M{_number(rect.x)} {_number(rect.y + rect.header_height)}v-{flat}'
        f'a{r} {r} 0 0 1 {r} -{r}h{inner}a{r} {r} 0 0 1 {r} {r}v{flat}z"'
        f' fill="{rect.header}"/>'
    )


def _route(route: Route) -> Iterator[str]:
    path = drawn(route)
    yield (
        f'<path d="{_path(path)}" fill="none"'
        f"{_stroke(route.color, route.line_width, route.dashed)}/>"
    )
    if path.head:
        yield f'<polygon points="{_pairs(path.head)}" fill="{route.color}"/>'


def _path(path: Drawn) -> str:
    parts = [f"M{_pair(path.first)}"]
    for corner in path.corners:
        parts.append(f"L{_pair(corner.start)}Q{_pair(corner.at)} {_pair(corner.end)}")
    return "".join([*parts, f"L{_pair(path.last)}"])


def _stroke(color: str, width: float, dashed: bool) -> str:
    if color == "none":
        return ""
    dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
    return f' stroke="{color}" stroke-width="{_number(width)}"{dashes}'


def _text(x: float, y: float, words: Words, anchor: str) -> Iterator[str]:
    if not words.text:
        return
    look = (' font-weight="bold"' if words.bold else "") + (
        ' font-style="italic"' if words.italic else ""
    )
    color = f' fill="{words.color}"' if words.color else ""
    place = f'x="{_number(x)}" y="{_number(y + BASELINE * words.size)}"'
    yield (
        f'<text {place} font-size="{_number(words.size)}" text-anchor="{anchor}"{look}{color}>'
        f"{escape(words.text)}</text>"
    )


def _pairs(points: tuple[Point, ...]) -> str:
    return " ".join(map(_pair, points))


def _pair(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """At most two digits after the point, and never a negative zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
