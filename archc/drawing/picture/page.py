"""The slide that a drawing stands on: a title with its facts, the drawing, and a legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.scene import Disc, Item, Label, Polygon, Rect, Route, Scene, Words, moved

HEIGHT = 540.0  # points of a slide 7.5 inches high; 16:9 makes it 13.33 inches wide
MARGIN = 24.0
TITLE_SIZE, FACT_SIZE, KEY_SIZE = 20, 11, 9.5
TITLE_Y, FACTS_Y, FACTS_STEP = 36.0, 58.0, 15.0  # from the top to the middle of the text
HEAD_GAP, LEGEND_GAP = 16.0, 14.0  # between the drawing and what stands above and below it
KEY_STEP, SWATCH_WIDTH, SWATCH_HEIGHT, KEY_GAP = 16.0, 17.0, 11.0, 22.0
SEPARATOR = "\xa0\xa0·\xa0\xa0"
LARGEST = 1.6  # how much a small drawing is enlarged at most
SMALLEST = 8 / 9  # so that text of 9 points keeps 8
NARROWEST = 340.0  # points of a page that has no aspect


class Key(NamedTuple):
    """An entry of a legend: a small picture of a box, a line or a sign, and what it means."""

    words: str
    look: Literal["box", "line", "disc", "square"]
    fill: str
    stroke: str
    dashed: bool = False
    header: str = ""
    sign: str = ""  # in a disc


class Heading(NamedTuple):
    """What stands above a drawing."""

    title: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Body:
    """A drawing within its own borders: from (0, 0) to (width, height)."""

    width: float
    height: float
    items: tuple[Item, ...]


def page(  # what a page is made of
    name: str,
    heading: Heading | None,
    body: Body,
    legend: Sequence[Key],
    theme: Theme,
    aspect: float | None,
) -> Scene:
    """The drawing on its slide, as large as fits, with no text made smaller than 8 points.

    ``aspect`` is the page's width over its height; None: the page is as large as the drawing needs.
    A drawing too large for the slide gets a larger page of the same aspect.
    """
    if aspect is None:
        width = max(body.width + 2 * MARGIN, NARROWEST)
        head, foot = _heading(heading, width, theme), _legend(legend, width, theme)
        height = head.height + body.height + foot.height
        return _assembled(name, heading, (width, height), (head, body, foot), theme, 1)
    width, height = HEIGHT * aspect, HEIGHT
    while True:
        head, foot = _heading(heading, width, theme), _legend(legend, width, theme)
        room = width - 2 * MARGIN, height - head.height - foot.height
        scale = min(room[0] / body.width, room[1] / body.height, LARGEST)
        if scale >= SMALLEST:
            return _assembled(name, heading, (width, height), (head, body, foot), theme, scale)
        grow = 1 + max(0.01, (SMALLEST / max(scale, 0.05) - 1) / 2)
        width, height = width * grow, height * grow


def room(aspect: float | None, facts: int, keys: int) -> tuple[float, float]:
    """About how large a body fits a slide at the smallest scale, in its own points."""
    width = HEIGHT * (aspect or 16 / 9)
    head = FACTS_Y + FACTS_STEP * max(0, facts - 1) + FACT_SIZE / 2 + HEAD_GAP
    foot = LEGEND_GAP + KEY_STEP * keys + MARGIN
    return (width - 2 * MARGIN) / SMALLEST, (HEIGHT - head - foot) / SMALLEST


def _assembled(  # the parts of a page
    name: str,
    heading: Heading | None,
    size: tuple[float, float],
    parts: tuple[Body, Body, Body],
    theme: Theme,
    scale: float,
) -> Scene:
    (width, height), (head, body, foot) = size, parts
    free = height - head.height - foot.height - body.height * scale
    left = max(MARGIN, (width - body.width * scale) / 2)
    items = (
        *head.items,
        *moved(body.items, left, head.height + max(0.0, free) / 2, scale),
        *moved(foot.items, 0, height - foot.height),
    )
    title = heading.title if heading else name
    around = len(head.items), len(foot.items)
    return Scene(name, title, width, height, theme.paper, theme.ink, items, around)


def _heading(heading: Heading | None, width: float, theme: Theme) -> Body:
    if heading is None:
        return Body(width, MARGIN, ())
    room = width - 2 * MARGIN
    title = fitted(heading.title, TITLE_SIZE, room, bold=True)
    items = [Label(MARGIN, TITLE_Y, Words(title, TITLE_SIZE, True, color=theme.ink), "start")]
    y = FACTS_Y
    for line in _lines(heading.facts, room):
        items.append(Label(MARGIN, y, Words(line, FACT_SIZE, color=theme.quiet), "start"))
        y += FACTS_STEP
    return Body(width, y - FACTS_STEP + FACT_SIZE / 2 + HEAD_GAP, tuple(items))


def _lines(facts: Sequence[str], room: float) -> Iterator[str]:
    """The facts with dots between them, as many on a line as fit."""
    line = ""
    for fact in filter(None, facts):
        joined = f"{line}{SEPARATOR}{fact}" if line else fact
        if line and text_width(joined, FACT_SIZE) > room:
            yield line
            joined = fact
        line = fitted(joined, FACT_SIZE, room)
    if line:
        yield line


def _legend(keys: Sequence[Key], width: float, theme: Theme) -> Body:
    items: list[Item] = []
    x, y = MARGIN, LEGEND_GAP + KEY_STEP / 2
    for key in keys:
        words = fitted(key.words, KEY_SIZE, width - 2 * MARGIN - SWATCH_WIDTH - 6)
        needed = SWATCH_WIDTH + 6 + text_width(words, KEY_SIZE)
        if x > MARGIN and x + needed > width - MARGIN:
            x, y = MARGIN, y + KEY_STEP
        items += _swatch(key, x, y)
        label = Words(words, KEY_SIZE, color=theme.ink)
        items.append(Label(x + SWATCH_WIDTH + 6, y, label, "start"))
        x += needed + KEY_GAP
    return Body(width, (y + KEY_STEP / 2 if keys else 0) + MARGIN - 6, tuple(items))


def _swatch(key: Key, x: float, y: float) -> Iterator[Item]:
    top = y - SWATCH_HEIGHT / 2
    match key.look:
        case "line":
            yield Route(((x, y), (x + SWATCH_WIDTH, y)), key.stroke, 2, key.dashed)
        case "disc":
            sign = Words(key.sign, 9, True, color="#FFFFFF")
            yield Disc(x + SWATCH_WIDTH / 2, y, SWATCH_HEIGHT / 2, key.fill, key.stroke, sign)
        case "square":
            right, low = x + SWATCH_WIDTH, top + SWATCH_HEIGHT
            corners = ((x, top), (right, top), (right, low), (x, low))
            yield Polygon(corners, key.fill, key.stroke, dashed=key.dashed)
        case "box":
            yield Rect(
                x, top, SWATCH_WIDTH, SWATCH_HEIGHT, key.fill, key.stroke, radius=3,
                dashed=key.dashed, header=key.header, header_height=SWATCH_HEIGHT / 2,
            )  # fmt: skip
