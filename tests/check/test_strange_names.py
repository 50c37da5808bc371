"""Names of files, and words of specs, that mean something to a terminal, to a log or to a parser.

The two grammars of commands are those of GitHub's runner, ``src/Runner.Common/ActionCommand.cs`` of
https://github.com/actions/runner: ``##[name …]`` anywhere in a line, ``::name …::`` where it begins.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.analysis.words import plain
from archc.cli import app
from archc.errors import Mistake
from archc.printable import safe
from archc.report import render

GOOD = "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes: {a: {op: fc, units: 2}}\n"
FORMATS = ("text", "json", "github", "sarif")


def archc(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="archc")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(output: str) -> list[str]:
    """The lines that the runner takes for commands, but for the two that archc means."""
    return [
        line
        for line in output.splitlines()
        if "##[" in line
        or (line.lstrip().startswith("::") and not line.startswith(("::error ", "::warning ")))
    ]


@pytest.mark.parametrize("spec", ["a" * 300, "a" * 300 + ".yaml:b", "a" * 300 + "/b.yaml", "a\0b"])
@pytest.mark.parametrize("command", [("check",), ("explain",), ("check", "-f", "json")])
def test_a_name_that_no_file_can_have_is_a_mistake(command: tuple[str, ...], spec: str) -> None:
    result = archc(*command, spec)
    assert result.exit_code == 1
    assert "A030" in result.output


@pytest.mark.parametrize("format", FORMATS)
def test_no_name_and_no_word_is_a_command_to_githubs_runner(format: str) -> None:
    names = ("::stop-commands::x.yaml", "\xa0::debug::y.yaml", "##[group]z.yaml", "fine.yaml")
    for name in names:
        Path(name).write_text(GOOD.replace("fc", '"##[add-mask]the\\n::debug::"'), encoding="utf-8")
    Path("::set-env name=A::B.yaml").write_text(GOOD, encoding="utf-8")
    result = archc("check", ".", "-f", format)
    assert result.exit_code == 1
    assert commands(result.output) == []
    assert "add-mask" in result.output


def test_a_name_that_begins_like_a_command_can_be_copied() -> None:
    Path("::debug::x.yaml").write_text("a: [", encoding="utf-8")
    Path("x.yaml").write_text("a: [", encoding="utf-8")
    lines = archc("check", ".").stderr.splitlines()
    assert lines[-3:-1] == ["  ./::debug::x.yaml: 1 error", "  x.yaml: 1 error"]
    assert archc("check", "./::debug::x.yaml").exit_code == 1


def test_json_gives_back_what_would_be_a_command() -> None:
    Path("##[group]z.yaml").write_text(GOOD, encoding="utf-8")
    output = archc("check", ".", "-f", "json").stdout
    assert "##[" not in output
    assert json.loads(output)["specs"][0]["spec"] == "##[group]z.yaml"


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_documents_are_unicode_also_where_a_name_is_not(format: str) -> None:
    """A lone surrogate stands for a byte that is no UTF-8; strict parsers refuse it, escaped or not."""
    Path(os.fsdecode(b"odd\xff.yaml")).write_text("a: [", encoding="utf-8")
    output = archc("check", ".", "-f", format).stdout
    output.encode("utf-8")
    json.dumps(json.loads(output), ensure_ascii=False).encode("utf-8")


def test_a_name_is_made_safe_in_one_way() -> None:
    """Where it stands in a report, in the lines that sum up, and in workflow commands."""
    Path("a\x1b[31m\u202eb.yaml").write_text("a: [", encoding="utf-8")
    shown = "a␛[31m\ufffdb.yaml"
    report = archc("check", ".")
    assert f"──▶ {shown}:1:" in report.stderr
    assert f"  {shown}: 1 error" in archc("check", ".", "nosuch.yaml").stderr
    assert f"::error file={shown}," in archc("check", ".", "-f", "github").stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b\tb\nc\x85\u200b\udcff", "a␛→   b␊c\ufffd\ufffd\ufffd"),
        ("a ##[group]###[", "a #♯[group]##♯["),
        ("::debug::x", "::debug::x"),
        ("网络 é ❤\ufe0f", "网络 é ❤\ufe0f"),
    ],
)
def test_what_is_safe_to_print(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_what_is_safe_to_print_is_cut() -> None:
    assert (safe("\t" * 10**6, 6), safe("abcdef", 6)) == ("→   →…", "abcdef")


def test_no_line_of_a_report_or_a_table_begins_a_command() -> None:
    mistake = Mistake("A001", "m", why=("::debug::x",), help="h\n\xa0::debug::x", notes=("##[a]",))
    assert commands(render(mistake)) == []
    assert plain("\x07::debug::x ##[group]") == ":∶debug::x #♯[group]"


def test_github_is_told_the_name_as_it_is() -> None:
    Path("::debug::x.yaml").write_text("a: [", encoding="utf-8")
    assert "file=%3A%3Adebug%3A%3Ax.yaml," in archc("check", ".", "-f", "github").stdout
