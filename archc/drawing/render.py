"""DOT as a picture, by Graphviz: the system's ``dot``, or the one inside the pygraphviz wheel."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

from archc.errors import Mistake, SpecError

if TYPE_CHECKING:
    from graphviz import Digraph

Format: TypeAlias = Literal["svg", "pdf", "png", "dot"]
FORMATS: tuple[Format, ...] = ("svg", "pdf", "png", "dot")
STDERR = 2  # the file descriptor, which C libraries write to
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
        with _font_warnings_left_out():
            graph = pygraphviz.AGraph(string=digraph.source)
            picture: bytes = graph.draw(format=format, prog="dot")
    except (ValueError, pygraphviz.DotError) as error:
        raise _error(f"Graphviz failed: {error}", _REPORT) from error
    return picture


@contextmanager
def _font_warnings_left_out() -> Iterator[None]:
    """Standard error without what the wheel's fontconfig finds odd in the machine's font settings.

    It writes past Python, and about nothing that a drawing's author could mend. Other lines are kept.
    """
    if sys.stderr is None:  # a process without a console
        yield
        return
    sys.stderr.flush()
    kept = os.dup(STDERR)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
            said.seek(0)
            others = [line for line in said if not line.startswith(b"Fontconfig warning")]
            os.write(STDERR, b"".join(others))


_REPORT = "`--format dot` writes what Graphviz was given"


def _error(message: str, help: str) -> SpecError:
    return SpecError([Mistake("A082", message, help=help)])
