"""Where a frame's words stand: an author's note, and the number of the page; never over anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from archc.drawing.frames.bounds import Bounds, bounds, covered
from archc.drawing.frames.parts import Note
from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.page import KEY_SIZE, MARGIN
from archc.drawing.picture.scene import Item, Label, Rect, Scene, Words, moved

SIZE, PITCH = 12.0, 14.0  # points of a note's text, and from line to line
WIDEST, LONG, NARROWEST, MOST_LINES = 430.0, 320.0, 200.0, 4
TOP, CLEAR, ASIDE = 22.0, 2.0, 30.0  # the upper end; free below and to the left of a note
BAR, BAR_GAP = 2.5, 8.0  # the line before a note
LONGEST = 600  # characters of a note that are looked at
COUNTER_LOW = 10.0  # from the page's lower end to the middle of a number with no other place


class Callout(NamedTuple):
    """The scene, which may have become higher for it, and a place for notes on it."""

    scene: Scene
    place: Bounds

    def written(self, notes: Sequence[Note], theme: Theme) -> Iterator[Item]:
        """Notes as lines after a bar, each begun by its node's name; the last line is cut."""
        place = self.place
        width = place.right - place.left - BAR - BAR_GAP
        rows = [row for note in notes for row in _rows(note, width, theme)]
        most = int((place.bottom - place.top) / PITCH)
        if len(rows) > most:
            rows = rows[:most]
            *before, last = rows[-1]
            shift, words = last
            cut = fitted(f"{words.text} {'…' * 3}", SIZE, width - shift, words.bold)
            rows[-1] = [*before, (shift, words._replace(text=cut.rstrip("… ") + " …"))]
        if rows:
            yield Rect(place.left, place.top, BAR, PITCH * len(rows), theme.ink, radius=0)
        for number, row in enumerate(rows):
            y = place.top + PITCH * (number + 0.5)
            for shift, words in row:
                yield Label(place.left + BAR + BAR_GAP + shift, y, words, "start")


def with_place(scene: Scene) -> Callout:
    """The best free place beside the title; else a band above the legend, for which the page grows."""
    head, last = scene.around
    beside = list(_beside(scene))
    if beside:
        return Callout(scene, max(beside, key=_worth))
    body = scene.items[head : len(scene.items) - last]
    bottom = max((bounds(item).bottom for item in body), default=MARGIN) + CLEAR
    height = MOST_LINES * PITCH + CLEAR
    foot = moved(scene.items[len(scene.items) - last :], 0, height)
    items = (*scene.items[: len(scene.items) - last], *foot)
    grown = replace(scene, height=scene.height + height, items=items)
    right = min(scene.width - MARGIN, MARGIN + WIDEST)
    return Callout(grown, Bounds(MARGIN, bottom, right, bottom + MOST_LINES * PITCH))


def counter(scene: Scene, number: int, count: int, theme: Theme) -> Label:
    """``3 / 24`` at the lower right: on the legend's last line, or below it."""
    words = Words(f"{number} / {count}", KEY_SIZE, color=theme.quiet)
    longest = Words(f"{count} / {count}", KEY_SIZE)
    x = scene.width - MARGIN
    taken = [place for item in scene.items for place in covered(item)]
    _, last = scene.around
    keys = (
        [i for i in scene.items[len(scene.items) - last :] if isinstance(i, Label)] if last else []
    )
    for y in [keys[-1].y] if keys else []:
        place = bounds(Label(x, y, longest, "end"))
        if not any(place.meets(other) for other in taken):
            return Label(x, y, words, "end")
    return Label(x, scene.height - COUNTER_LOW, words, "end")


def _beside(scene: Scene) -> Iterator[Bounds]:
    """Places at the upper right: beside the title, or beside the facts below it as well."""
    head, last = scene.around
    heading = [bounds(item) for item in scene.items[:head]]
    body = [bounds(item) for item in scene.items[head : len(scene.items) - last]]
    top = min((place.top for place in body), default=scene.height)
    for low in sorted({*(place.top for place in heading[1:]), top}):
        beside = [place.right for place in heading if place.top < low]
        if not beside:
            continue
        right = scene.width - MARGIN
        left = max(max(beside) + ASIDE, right - WIDEST)
        lines = min(MOST_LINES, int((low - CLEAR - TOP) / PITCH))
        if right - left >= NARROWEST and lines >= 2:
            yield Bounds(left, TOP, right, TOP + lines * PITCH + 0.01)


def _worth(place: Bounds) -> tuple[bool, float]:
    """Long lines rather than many."""
    width = place.right - place.left
    return width >= LONG, width * (place.bottom - place.top)


def _rows(note: Note, width: float, theme: Theme) -> Iterator[list[tuple[float, Words]]]:
    """The lines of a note, each as words with their distance from its left end."""
    title = fitted(_clean(note.title), SIZE, width / 2, bold=True)
    row = [(0.0, Words(title, SIZE, True, color=theme.ink))]
    begin = text_width(title, SIZE, True) + text_width("\xa0\xa0", SIZE)
    for line in _wrapped(_clean(note.text).split(), begin, width):
        if line:
            row.append((begin, Words(line, SIZE, color=theme.ink)))
        yield row
        row, begin = [], 0.0


def _wrapped(words: Iterable[str], begin: float, width: float) -> Iterator[str]:
    """Words in lines of a width, the first after what already stands on it."""
    line = ""
    for word in words:
        joined = f"{line} {word}" if line else word
        if begin + text_width(joined, SIZE) <= width:
            line = joined
            continue
        if line or begin:
            yield line
        line, begin = fitted(word, SIZE, width), 0.0
    yield line


def _clean(text: str) -> str:
    """Text on one line, without what XML cannot carry or what would turn its direction."""
    kept = "".join(c if c.isprintable() else " " for c in text[:LONGEST])
    return " ".join(kept.split())
