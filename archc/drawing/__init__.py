"""Pictures of architectures: scenes with every place computed, and scenes as files.

Here stand only the choices that an author has, so that the command line can name them without
loading the rest: ``draw`` makes a scene, ``files`` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Format: TypeAlias = Literal["svg", "pdf", "png", "html", "dot"]
Still: TypeAlias = Literal["svg", "pdf", "png", "dot"]  # those that stand still
Style: TypeAlias = Literal["graph", "stack", "volume"]
ThemeName: TypeAlias = Literal["light", "dark", "print"]
Repeats: TypeAlias = Literal["auto", "once", "each"]
FORMATS: tuple[Format, ...] = get_args(Format)
STILL: tuple[Still, ...] = get_args(Still)
SLIDE, FREE = "16:9", "free"


@dataclass(frozen=True)
class Options:
    """How to draw.

    ``depth`` is the most dots that a name in the drawing has; what lies deeper is folded into one
    box. ``collapse`` and ``expand`` fold and open by name: a block (each of its calls), a call, or
    a repeated node. ``repeats``: equal neighbours are drawn once, ``× 6``, or each for itself.
    Without any of these, the drawing is opened as far as it fits a slide. ``nodes`` are paths to
    draw the inside of. ``aspect`` is the page's width over its height, ``16:9``, or ``free``.
    """

    style: Style = "graph"
    depth: int | None = None
    collapse: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    repeats: Repeats = "auto"
    nodes: tuple[str, ...] = ()
    aspect: str = SLIDE
    theme: ThemeName = "light"
    title: bool = True
