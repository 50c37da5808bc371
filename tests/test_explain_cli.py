"""``archc explain``: nodes, whole networks and codes, in its formats; what is wrong usage."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from archc.analysis.lecture.codes import code_lines, code_page, codes, pages_folder
from archc.cli import app
from archc.cli.explain import complete_node, complete_subject

ROOT = Path(__file__).parents[1]


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["explain", *arguments], input=stdin, prog_name="archc")


def test_a_node() -> None:
    result = archc("alexnet", "conv1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "(227 − 11 + 2·0)/4 + 1 = 55" in result.stdout
    assert "(11·11·3 + 1)·96 = 34,944" in result.stdout
    assert "55·55·96·(11·11·3) = 105,415,200" in result.stdout


def test_several_nodes_and_another_input() -> None:
    result = archc("resnet50", "conv1", "pool1", "--input", "3x225x225")
    assert "(225 − 7 + 2·3)/2 + 1 = 113\n" in result.stdout
    assert "(113 − 3 + 2·1)/2 + 1 = 57\n" in result.stdout
    assert archc("resnet50", "conv1").stdout.count("(224 − 7 + 2·3)/2 + 1 = 112.5 → 112") == 1


def test_a_network_and_standard_input() -> None:
    result = archc("-", "-f", "markdown", stdin="{archc: 1, name: n, input: [4], nodes: {a: relu}}")
    assert result.stdout.startswith("**n: input 4**\n\n| name | layer | size | output |")
    assert "| a | ReLU |  | 4 |  |  |  |" in result.stdout


def test_a_terminal_gets_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("archc.cli.explain"), "colored", lambda _: True)
    monkeypatch.setenv("COLUMNS", "100")
    result = CliRunner().invoke(app, ["explain", "googlenet"], color=True)
    assert "\x1b[1mGoogLeNet (googlenet): input 3 × 224 × 224\x1b[0m\n" in result.stdout
    assert "\x1b[1minception_3a  inception" in result.stdout
    plain = re.sub(r"\x1b\[\d+m", "", result.stdout)
    assert max(map(len, plain.partition("parameters, ")[0].splitlines())) == 100


def test_every_code_has_a_page() -> None:
    for code in codes():
        page = code_page(code)
        assert page is not None
        assert page.startswith(f"# {code}: ")
        text = "\n".join(line.text for line in code_lines(page))
        assert text.startswith(f"{code}: ")
        assert "```" not in text
    assert archc("W010").stdout.startswith("W010: ")
    raw = (pages_folder() / "A012.md").read_text(encoding="utf-8")
    assert archc("A012", "-f", "markdown").stdout == raw


def test_the_page_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("archc.cli.explain"), "colored", lambda _: True)
    result = CliRunner().invoke(app, ["explain", "a012", "W001"], color=True)
    assert result.stdout.startswith("\x1b[1mA012: ")
    assert "\x1b[1mMended\x1b[0m" in result.stdout
    assert "\n    archc: 1\n" in result.stdout
    assert "\x1b[1mW001: " in result.stdout


def test_the_pages_are_installed() -> None:
    """What the wheel takes along is what the look-up asks for."""
    assert '"docs/errors" = "archc/pages"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(codes()) > 60


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("A013",), "there is no code 'A013'; near it are A012 and A019"),
        (("W999",), "there is no code 'W999'; near it are W"),
        (("A012", "conv1"), "there is no code 'conv1' (a spec comes before its nodes)"),
        (("A012", "-f", "latex"), "a code's page is text or markdown"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    result = archc(*arguments)
    said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in said


def test_a_node_that_is_not_there() -> None:
    result = archc("alexnet", "conv1", "convv2", "pol5")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error[A085]: alexnet has no node 'convv2'\nhelp: did you mean 'conv2'?\n\n"
        "error[A085]: alexnet has no node 'pol5'\nhelp: did you mean 'pool5'?\n"
    )
    assert archc("alexnet", "\x1b[31m" + "x" * 10_000).stderr == (
        f"error[A085]: alexnet has no node '␛[31m{'x' * 75}'\n"
        "help: `archc summary --all alexnet` lists the nodes\n"
    )


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("conv1,conv2", "name each by itself: conv1 conv2"),
        ("conv1, conv2", "name each by itself: conv1 conv2"),
        ("a012", "it is a message's code, and needs no spec: `archc explain a012`"),
        ("A013", "`archc summary --all alexnet` lists the nodes"),
    ],
)
def test_what_was_probably_meant(name: str, help: str) -> None:
    assert archc("alexnet", name).stderr.endswith(f"\nhelp: {help}\n")


@pytest.mark.parametrize("name", ["layer1.3", "layer1.12.conv1"])
def test_a_chain_says_which_instances_it_has(name: str) -> None:
    assert archc("resnet50", name).stderr.endswith("\nhelp: layer1 has 0 to 2\n")


def test_a_spec_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "my net.yaml"
    path.write_text("archc: 1\nname: net\ninput: [3, 8, 8]\nnodes: {a: relu}\n", encoding="utf-8")
    help = archc(str(path), "nosuch").stderr.splitlines()[1]
    assert help == f"help: `archc summary --all '{path}'` lists the nodes"


def test_completion() -> None:
    assert complete_subject("A01") == ["A012", "A019"]
    assert "alexnet" in complete_subject("alex")
    context = typer.Context(typer.main.get_command(app))
    context.params = {"spec": "googlenet", "arg": [], "input": []}
    assert complete_node(context, "inception_3a.b3") == [
        f"inception_3a.{name}" for name in ("b3r", "b3r_act", "b3", "b3_act")
    ]
    assert complete_node(context, "inception_3a")[0] == "inception_3a"
    assert complete_node(context, "inp") == ["input"]
    context.params = {"spec": "no_such_spec"}
    assert complete_node(context, "c") == []
