"""What archc must do with any bytes: accept them or tell what is wrong, quickly and in little memory.

``survive`` puts one input through loading, expansion and all that follows for an accepted spec, and
raises ``Broken`` where something else comes out than a graph or a report.
"""

from __future__ import annotations

import ast
import json
import re
import resource
import signal
import traceback
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from types import FrameType
from typing import Any, NamedTuple

from archc.analysis import summarise, write
from archc.analysis.lecture import explain
from archc.architecture import Architecture
from archc.cli.checked import Checked
from archc.cli.reports.github import as_github
from archc.cli.reports.json import as_json
from archc.cli.reports.sarif import as_sarif
from archc.codegen import emit
from archc.drawing import Options
from archc.drawing.draw import draw
from archc.drawing.files import written
from archc.errors import Mistake, Span, SpecError
from archc.graph.graph import Graph
from archc.spec.files import Files
from archc.spec.tree import Map
from archc.spec.validation import against_schema

SECONDS = 2.0  # of processor time that a step may take in the long run; tests wait for longer
MEMORY = 500 * 2**20  # bytes beyond what the interpreter and archc itself take
SERVICE = {"nodes": 10_000, "time": 1.0}  # limits that a service for strangers would set
EMITTED = 2_000  # nodes of a graph whose table and source are written
DRAWN = 60  # nodes of a graph that is drawn
VARIANTS = 2  # of one text that are tried
STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # characters that a report never has
LONGEST = 400_000  # characters of a report


class Broken(Exception):
    """A promise that an input breaks: what, and where."""

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(what, detail)
        self.what, self.detail = what, detail


def signature(broken: Broken) -> str:
    """What makes two failures the same: the promise, and the last line of archc's own code."""
    places = re.findall(r'archc/(\w[\w/]*\.py)", line (\d+)', broken.detail)
    return broken.what + (f" at {places[-1][0]}:{places[-1][1]}" if places else "")


class Hang(BaseException):
    """The time is over; no ``except Exception`` may keep it."""


class Outcome(NamedTuple):
    """What became of an input: the codes of its mistakes, none if it was accepted."""

    accepted: bool
    codes: tuple[str, ...]
    seconds: float


def limit_memory() -> None:
    """Let this process take no more memory than an input may, from now on."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Raises ``Hang`` inside after so much processor time."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def survive(data: bytes, folder: Path, seed: int = 0, patience: float = SECONDS) -> Outcome:
    """Put an input through everything, as the file ``case.yaml`` of a folder.

    ``seed`` says which of the costlier steps it takes: each 8th is drawn, or explained, each 4th held
    against the schema, of each 2nd the source is written. ``patience`` is the processor time, in seconds,
    that a step may take. Run it inside ``archc.limits(**SERVICE)``.

    Raises:
        Broken: an exception that is no SpecError, a report that cannot be shown, or too much work.
    """
    path = folder / "case.yaml"
    as_file = seed % 8 == 0 or not _is_text(data)
    names_it = b"case" in data or b"variants" in data
    if as_file or seed % 4 == 0 or names_it:  # the others do without the file
        path.write_bytes(data)
    start = process_time()
    step = "check"
    try:
        with watchdog(patience):
            graphs, mistakes = _checked(path, data, as_file)
            for mistake in mistakes:
                _check_report(mistake)
        seconds = process_time() - start
        for step, follow in _following(graphs, mistakes, path, seed):  # noqa: B007  # named above
            with watchdog(patience):
                follow()
    except Hang:
        raise Broken(f"hang: {step}", _where()) from None
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {step}", _where(error)) from error
    codes = sorted({mistake.code for mistake in mistakes if not mistake.warning})
    return Outcome(not codes, tuple(codes), seconds)


def _where(error: BaseException | None = None) -> str:
    return traceback.format_exc(limit=-6)


def _checked(path: Path, data: bytes, as_file: bool) -> tuple[list[Graph], list[Mistake]]:
    """The graphs of a spec and its variants, as far as they are right, and all mistakes."""
    graphs, mistakes = [], []
    for variant in ("", *_variants(path, data)):
        try:
            net = _loaded(path, variant, data, as_file)
        except SpecError as error:
            if not error.mistakes:
                raise Broken("a SpecError without a mistake") from error
            mistakes += error.mistakes
        else:
            graphs.append(net.graph)
            mistakes += net.warnings
    return graphs, mistakes


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _loaded(path: Path, variant: str, data: bytes, as_file: bool) -> Architecture:
    """From the file, or more quickly from its text."""
    if not as_file:
        return Architecture.loads(data.decode(), name=path.name, variant=variant, root=path.parent)
    return Architecture.load(f"{path}:{variant}" if variant else str(path))


def _variants(path: Path, data: bytes) -> list[str]:
    if b"variants" not in data:
        return []
    try:
        document = Files().read(Files().entry(str(path)).file)
    except SpecError:
        return []
    variants = document.get("variants")
    return list(variants)[:VARIANTS] if isinstance(variants, Map) else []


def _check_report(mistake: Mistake) -> None:
    """The report renders, has nothing that steers a terminal, and every place is inside its text."""
    report = str(SpecError([mistake]))
    if len(report) > LONGEST:
        raise Broken(f"a report of {len(report):,} characters: {mistake.code}")
    _check_text(report, f"a report of {mistake.code}")
    spans = [label.span for label in mistake.labels]
    spans += [edit.span for fix in getattr(mistake, "fixes", ()) for edit in fix.edits]
    for span in [mistake.at, *spans] if mistake.at is not None else spans:
        problem = _outside(span)
        if problem:
            raise Broken(
                f"a span outside its text: {mistake.code}", f"{span}: {problem}\n{report[:2000]}"
            )


def _outside(span: Span | None) -> str:
    if span is None:
        return ""
    lines = span.source.text.splitlines() or [""]
    if not 1 <= span.line <= len(lines) + 1:
        return f"line {span.line} of {len(lines)}"
    width = len(span.source.line(span.line))
    if not (1 <= span.column <= width + 1 and span.column <= span.end <= width + 2):
        return f"columns {span.column} to {span.end} of {width}"
    return ""


def _following(
    graphs: list[Graph], mistakes: list[Mistake], path: Path, seed: int
) -> Iterator[Any]:
    """The steps that follow for a spec, each with its name."""
    if mistakes and seed % 16 == 5:
        yield "report", lambda: _report(mistakes)
    for graph in graphs:
        if len(graph.nodes) > EMITTED:
            continue
        if seed % 2 == 0:
            yield "source", lambda graph=graph: _emit(graph)
        if seed % 4 == 1:
            yield "summary", lambda graph=graph: _count(graph)
        if seed % 8 == 3 and len(graph.nodes) < DRAWN:
            yield "explain", lambda graph=graph: _explain(graph, seed // 8)
        if seed % 8 == 0 and len(graph.nodes) < DRAWN:
            yield "draw", lambda graph=graph: _draw(graph, seed // 8)
    if graphs and not any(not mistake.warning for mistake in mistakes) and seed % 4 == 0:
        yield "schema", lambda: _schema(path)


def _report(mistakes: list[Mistake]) -> None:
    """The forms of a report that other programs read; GitHub's has a line for each mistake."""
    checked = [Checked("case.yaml", "case.yaml", tuple(mistakes))]
    for write_report in (as_json, as_sarif):
        json.loads(write_report(checked))
    for line in as_github(checked).splitlines():
        _check_text(line, "a line for GitHub")


def _explain(graph: Graph, seed: int) -> None:
    """The arithmetic of the network, and of one node."""
    format = ("text", "markdown", "latex")[seed % 3]
    name = [*graph.nodes, *graph.inputs][seed % (len(graph.nodes) + len(graph.inputs))]
    for names in ((), (name,)):
        _check_text(explain(summarise(graph), names, format), "an explanation")  # type: ignore[arg-type]


def _count(graph: Graph) -> None:
    summary = summarise(graph)
    _check_text(write(summary, "table"), "a summary")
    json.loads(write(summary, "json"))


def _check_text(text: str, what: str) -> None:
    """No character that steers a terminal, or that cannot be written."""
    if text.replace("\n", " ").isprintable():
        return  # the quick way, nearly always
    odd = {c for c in text if unicodedata.category(c) in STEERING} - {"\n"}
    if odd:
        raise Broken(f"{what} with {sorted(map(ascii, odd))}", text[:2000])


def _emit(graph: Graph) -> None:
    try:
        source = emit(graph)
    except SpecError as error:
        str(error)
        return
    tree = ast.parse(source)
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    if not {name.split(".")[0] for name in imported} <= {"torch", "typing"}:
        raise Broken(f"the source imports {sorted(imported)}")
    compile(source, "<generated>", "exec")


def _draw(graph: Graph, seed: int) -> None:
    style = ("graph", "stack", "volume")[seed % 3]
    options = Options(style=style)  # type: ignore[arg-type]
    try:
        ET.fromstring(written([graph], options, "svg"))
        if seed % 4 == 1:
            written([graph], options, "dot")
        if seed % 4 == 2 and style == "graph":
            written([graph], options, "html").decode()
        if seed % 4 == 3:
            draw([graph], Options(depth=0))
    except SpecError as error:
        str(error)


def _schema(path: Path) -> None:
    document = Files().read(Files().entry(str(path)).file)
    text = path.read_text("utf-8-sig")
    if any(word in text for word in ("extends", "variants", "blocks", "when", "repeat")):
        return  # what is absent, never called or another file's was not tried, and may be wrong
    for mistake in against_schema(document):
        raise Broken("the schema refuses what is accepted", str(SpecError([mistake])))
