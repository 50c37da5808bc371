"""A scene as the bytes of a file: SVG and DOT by archc itself, PDF and PNG by Graphviz.

Graphviz is the one inside the pygraphviz wheel, or else the system's. It lays nothing out.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from archc.drawing import FORMATS, Still
from archc.drawing.picture.dot import canvas, digraph
from archc.drawing.picture.scene import Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.picture.xdot import number
from archc.errors import Mistake, SpecError
from archc.output import marked

if TYPE_CHECKING:
    from graphviz import Digraph

DOTS = 2  # of a PNG, a point: a slide has 1920 × 1080
MOST_DOTS = 32_000  # across or down, a little less than Graphviz paints
INCH = 72
STDERR = 2  # the file descriptor, which C libraries write to


def render(scene: Scene, format: Still) -> bytes:
    """The picture's file, in memory.

    Raises:
        SpecError: the format is none of these (A082), or Graphviz is missing or fails.
    """
    match format:
        case "svg":
            return as_svg(scene).encode()
        case "dot":
            source: str = digraph(scene).source
            return marked(source.encode(), "dot")
        case "pdf":
            return marked(_painted(canvas(scene), "pdf"), "pdf")
        case "png":
            graph = canvas(scene)
            dots = min(DOTS, MOST_DOTS / max(scene.width, scene.height))
            graph.attr("graph", dpi=number(dots * INCH))
            return marked(_painted(graph, "png"), "png")
    raise _error(f"a drawing cannot be written as '{format}'", f"choose {', '.join(FORMATS)}")


def pdf_pages(scenes: Sequence[Scene]) -> bytes:
    """One PDF with a page for each scene, in their order.

    Raises:
        SpecError: as for :func:`render`.
    """
    from pypdf import PdfReader, PdfWriter

    writer, file = PdfWriter(), BytesIO()
    for scene in scenes:
        writer.append(PdfReader(BytesIO(render(scene, "pdf"))))
    writer.compress_identical_objects()
    writer.write(file)
    return marked(file.getvalue(), "pdf")


def _painted(graph: Digraph, format: Literal["pdf", "png"]) -> bytes:
    try:
        import pygraphviz  # noqa: F401 (is it there?)
    except ImportError:
        return _by_program(graph, format)
    return _in_process(graph.source, format)


def _in_process(source: str, format: str) -> bytes:
    """The pygraphviz wheel carries Graphviz's libraries, so no program is run."""
    import pygraphviz

    try:
        with _font_warnings_left_out():
            picture: bytes = pygraphviz.AGraph(string=source).draw(format=format, prog="nop2")
    except (ValueError, pygraphviz.DotError) as error:
        raise _error(f"Graphviz failed: {error}", _REPORT) from error
    return picture


def _by_program(graph: Digraph, format: str) -> bytes:
    import graphviz

    try:
        picture: bytes = graph.pipe(format=format, engine="neato", neato_no_op=2, quiet=True)
    except graphviz.ExecutableNotFound:
        help = "install it with `pip install pygraphviz`, or install Graphviz itself"
        raise _error(
            "drawing needs Graphviz, and neither `dot` nor pygraphviz is here", help
        ) from None
    except graphviz.CalledProcessError as error:
        raise _error(f"Graphviz failed with status {error.returncode}", _REPORT) from error
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


_REPORT = "`--format svg` and `--format dot` do without Graphviz"


def _error(message: str, help: str) -> SpecError:
    return SpecError([Mistake("A082", message, help=help)])
