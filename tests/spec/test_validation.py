"""The JSON Schema as a second opinion: it takes all that archc's own checks take."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from archc.cli import app
from archc.errors import Source, SpecError
from archc.graph.expand import expand
from archc.spec import validation
from archc.spec.files import bundled_folder
from archc.spec.load import load
from archc.spec.reader import read
from archc.spec.validation import against_schema

WRONG = Path(__file__).parents[1] / "wrong"
SPECS = sorted([*bundled_folder().rglob("*.yaml"), *WRONG.rglob("*.yaml")])
GOOD = "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n  a: {op: conv, filters: 3, kernel: 3}\n"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_schema_allows_what_the_compiler_accepts(path: Path) -> None:
    try:
        expand(load(path))
    except SpecError:
        return
    assert against_schema(read(Source(path.name, path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        (
            "kernel",
            "kernle",
            "5:6",
            "Additional properties are not allowed ('kernle' was unexpected)",
        ),
        ("filters: 3", "filters: [3]", "5:26", "[3] is not of type 'string', 'integer'"),
        ("[3, 8, 8]", "[3, 8, 0]", "3:15", "0 is less than the minimum of 1"),
        ("archc: 1", "archc: 2", "1:8", "1 was expected"),
    ],
)
def test_a_violation_has_its_place(old: str, new: str, place: str, words: str) -> None:
    (mistake,) = against_schema(read(Source("net.yaml", GOOD.replace(old, new))))
    assert mistake.code == "A019"
    assert str(mistake.at) == f"net.yaml:{place}"
    assert mistake.message == f"the JSON Schema of specs does not allow this: {words}"


def test_check_holds_a_spec_against_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """No spec is known that only the schema rejects, so here is a schema that rejects all of them."""
    monkeypatch.setattr(validation, "schema", lambda: {"required": ["moon"]})
    done = CliRunner().invoke(app, ["check", "-"], input=GOOD)
    assert done.exit_code == 1
    assert "error[A019]: the JSON Schema of specs does not allow this: 'moon' is a" in done.stderr
