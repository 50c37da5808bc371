"""DOT as a picture, by Graphviz: the system's ``dot``, or the one inside the pygraphviz wheel."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal, TypeAlias

from archc.errors import Mistake, SpecError

if TYPE_CHECKING:
    from graphviz import Digraph

Format: TypeAlias = Literal["svg", "pdf", "png", "dot"]
FORMATS: tuple[Format, ...] = ("svg", "pdf", "png", "dot")
DOTS_PER_INCH = "144"  # of a PNG, so that it is sharp on a slide


def render(digraph: Digraph, format: Format) -> bytes:
    """The picture's file, in memory. ``dot`` is the source, as it was written, before any layout.

    Raises:
        SpecError: the format is none of :data:`FORMATS`, or Graphviz is missing or fails.
    """
    if format not in FORMATS:
        raise _error(f"a drawing cannot be written as '{format}'", f"choose {', '.join(FORMATS)}")
    if format == "dot":
        source: str = digraph.source
        return source.encode()
    if format == "png":
        digraph = digraph.copy()
        digraph.attr("graph", dpi=DOTS_PER_INCH)
    return _by_program(digraph, format) if shutil.which("dot") else _in_process(digraph, format)


def _by_program(digraph: Digraph, format: Format) -> bytes:
    import graphviz

    try:
        picture: bytes = digraph.pipe(format=format, engine="dot", quiet=True)
    except graphviz.CalledProcessError as error:
        raise _error(f"Graphviz failed with status {error.returncode}", _REPORT) from error
    return picture


def _in_process(digraph: Digraph, format: Format) -> bytes:
    """The pygraphviz wheel carries Graphviz's libraries, so no program is run."""
    try:
        import pygraphviz
    except ImportError:
        help = "install it with `pip install pygraphviz`, or install Graphviz itself"
        raise _error(
            "drawing needs Graphviz, and neither `dot` nor pygraphviz is here", help
        ) from None
    try:
        picture: bytes = pygraphviz.AGraph(string=digraph.source).draw(format=format, prog="dot")
    except (ValueError, pygraphviz.DotError) as error:
        raise _error(f"Graphviz failed: {error}", _REPORT) from error
    return picture


_REPORT = "`--format dot` writes what Graphviz was given"


def _error(message: str, help: str) -> SpecError:
    return SpecError([Mistake("A082", message, help=help)])
