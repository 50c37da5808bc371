"""Wrong specs: each ``wrong/NAME.yaml`` gives exactly the report in ``wrong/NAME.txt``; and all places in
``spec/``, ``graph/`` and ``ops/`` that tell an author of a mistake are reached by one of them.

A first line ``# load: {variant: wide, args: {classes: 10}, limits: {files: 2}}`` says how a caller loads
the spec: its ``variant``, ``args``, ``input`` and ``limits``, or ``text: true`` for its text alone. A spec
that loads reports its warnings.

``UPDATE_GOLDEN=1`` writes the reports anew; read them before you keep them.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache, wraps
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from archc.architecture import Architecture
from archc.budgets import limits
from archc.errors import Mistake, SpecError
from archc.ops.base import AttributeMistake, ShapeError
from archc.report import render
from archc.spec.expressions import ExpressionError

FOLDER = Path(__file__).parent / "wrong"
PACKAGE = Path(__file__).parents[1] / "archc"
SPECS = sorted(FOLDER.glob("*.yaml"))
LOAD = b"# load: "

PARTS = ("spec", "graph", "ops")  # of the package, which tell authors of mistakes
MADE = (Mistake, ShapeError, AttributeMistake, ExpressionError)
MAKERS = {*(made.__name__ for made in MADE), "_error"}
DEEP = 8  # callers of a maker that may be the place
UNREACHED = {  # places that no spec reaches, and why
    "Mistake('A019'": "the schema allows all that archc's checks allow, as far as anyone knows",
    "is not a plain file": "a pipe or device in the spec's folder: tests/spec/test_language_files.py",
    "cannot be read: {reason}": "a file without permission to read, which root has for every file",
    "Mistake('A091', message, help=help)": "callers ask for layouts: tests/weights/test_loading.py",
}


class Told(NamedTuple):
    """What archc said of a spec, and the lines of code that took part."""

    report: str
    lines: frozenset[tuple[str, int]]


@cache
def told(path: Path) -> Told:
    lines: set[tuple[str, int]] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FOLDER)  # so that reports name files without their folder
        for made in MADE:
            patch.setattr(made, "__init__", watched(made.__init__, lines))
        try:
            report = "\n\n".join(map(render, loaded(path).warnings))
        except SpecError as error:
            report = str(error)
    return Told(f"{report}\n", frozenset(lines))


def loaded(path: Path) -> Architecture:
    text = path.read_bytes()
    first = text.partition(b"\n")[0]
    asked = yaml.safe_load(first.removeprefix(LOAD)) if first.startswith(LOAD) else {}
    name = path.name + (f":{asked.pop('variant')}" if "variant" in asked else "")
    with limits(**asked.pop("limits", {})):
        if asked.pop("text", False):
            return Architecture.loads(text.decode(), **asked)
        return Architecture.load(name, **asked)


def watched(make: Callable[..., None], lines: set[tuple[str, int]]) -> Callable[..., None]:
    """The constructor, which notes where it was called from and which errors it was made of."""

    @wraps(make)
    def noting(self: object, *args: Any, **settings: Any) -> None:
        lines.update(_callers(sys._getframe(1)))
        error = sys.exception()
        while error is not None:
            lines.update(_trace(error))
            error = error.__context__
        make(self, *args, **settings)

    return noting


def _callers(frame: Any) -> Iterator[tuple[str, int]]:
    for _ in range(DEEP):
        yield frame.f_code.co_filename, frame.f_lineno
        if frame.f_back is None:
            return
        frame = frame.f_back


def _trace(error: BaseException) -> Iterator[tuple[str, int]]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def places() -> Iterator[tuple[Path, ast.expr]]:
    """Each file and expression in it that makes a mistake, or says what a setting must be."""
    for part in PARTS:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _tells(node):
                    yield path, node
                elif part == "ops" and isinstance(node, ast.Raise) and _name(node.exc) in KINDS:
                    assert node.exc is not None
                    yield path, node.exc


KINDS = {"ValueError", "refuse"}  # what the check of a kind of setting raises


def _name(call: ast.expr | None) -> str:
    function = call.func if isinstance(call, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _tells(call: ast.Call) -> bool:
    if _name(call) != "add":
        return _name(call) in MAKERS
    return isinstance(call.args[0], ast.Constant) and str(call.args[0].value)[:1] in "AW"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_wrong_spec(path: Path) -> None:
    report = told(path).report
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")
    assert report.strip()


def test_every_report_has_its_spec() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in SPECS}


def test_every_mistake_has_a_wrong_spec() -> None:
    seen = frozenset().union(*(told(path).lines for path in SPECS))
    missed = [
        f"{path.relative_to(PACKAGE.parent)}:{node.lineno} {ast.unparse(node)[:100]}"
        for path, node in places()
        if not any((str(path), line) in seen for line in range(node.lineno, _end(node) + 1))
    ]
    unexpected = [one for one in missed if not any(text in one for text in UNREACHED)]
    assert not unexpected, "\n".join(["no wrong spec comes here:", *unexpected])
    assert len(missed) == len(UNREACHED), "a place in UNREACHED is reached"


def _end(node: ast.expr) -> int:
    return node.end_lineno or node.lineno
