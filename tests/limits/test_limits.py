"""Limits: how they are written, who may raise them, and what a refusal says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bombs import HEAD, nodes
from typer.testing import CliRunner

import archc
from archc import SpecError, budgets
from archc.architecture import Architecture
from archc.budgets import Limits, changed, current, declared, remedy, written
from archc.cli import app
from archc.errors import nearest

RAISES = "raises the limit, for a spec you trust"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The variable is read anew, before and after."""
    budgets._of_environment.cache_clear()
    yield monkeypatch
    budgets._of_environment.cache_clear()


def mistakes(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(SpecError) as caught:
        Architecture.loads(text)
    return [(mistake.code, mistake.message, mistake.help) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("nodes", "5M", 5_000_000),
        ("nodes", "5_000", 5000),
        ("nodes", "1.5k", 1500),
        ("bytes", "64MiB", 64 * 2**20),
        ("bytes", "1GB", 10**9),
        ("memory", "1.5 GiB", 3 * 2**29),
        ("elements", "2^41", 2**41),
        ("time", "10s", 10),
        ("time", "500ms", 0.5),
        ("time", "2min", 120),
        ("time", "2", 2),
        ("nodes", "none", sys.maxsize),
        ("nesting", "NONE", 100),
        ("nesting", None, 100),
    ],
)
def test_a_limit_is_written_as_people_write_it(name: str, text: str | None, value: float) -> None:
    assert getattr(changed(Limits(), {name: text}), name) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"node": "5"}, "there is no limit 'node'; did you mean 'nodes'?"),
        ({"nodes": "5x"}, "the limit nodes is written like nodes=5M"),
        ({"nodes": "5s"}, "the limit nodes is written like nodes=5M"),
        ({"nodes": "-5"}, "the limit nodes is written like nodes=5M"),
        ({"bytes": "much"}, "the limit bytes is written like bytes=64MiB"),
        ({"time": "5M"}, "the limit time is written like time=10s"),
        ({"nodes": "0"}, "the limit nodes must be above 0, or none"),
        ({"nodes": float("nan")}, "the limit nodes must be above 0, or none"),
        ({"nesting": "101"}, "the limit nesting can be at most 100"),
    ],
)
def test_what_is_no_limit_is_told(changes: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match="limit") as caught:
        changed(Limits(), changes)
    assert str(caught.value) == message


def test_limits_hold_inside_with_and_build_on_those_outside() -> None:
    with archc.limits(nodes=5):
        with archc.limits(files="2"):
            assert (current().nodes, current().files) == (5, 2)
        assert current() == Limits(nodes=5)
    assert current() == Limits()


@pytest.mark.parametrize("name", declared())
def test_what_a_refusal_advises_can_be_given(name: str) -> None:
    limit = declared()[name]
    advice = remedy(name)
    assert advice.endswith(RAISES)
    value = advice.split("=")[1].partition("`")[0]
    assert getattr(changed(Limits(), {name: value}), name) > getattr(Limits(), name)
    with archc.limits(**{name: None}):
        most = written(limit.unit, limit.most)
        assert remedy(name, "repeat less") == f"repeat less; the limit {name} can be {most} at most"


DEEP = "blocks:\n" + "".join(
    f"  b{i}: {{nodes: {{x: {f'b{i - 1}' if i else 'relu'}}}}}\n" for i in range(5)
)
VARIANTS = "variants: {a: {title: A}, b: {extends: a}, c: {extends: b}}\n"


@pytest.mark.parametrize(
    ("limit", "text", "code", "message", "advice"),
    [
        ("bytes=50", nodes("relu", 20), "A006",
         "the text is too long: 273 bytes, at most 50", "bytes=400"),
        ("values=20", nodes("relu", 20), "A006", "there are too many values: at most 20", "values=40"),
        ("nesting=3", "args: {a: [[[1]]]}\n" + nodes("relu", 1), "A006",
         "values are nested too deep: at most 3 levels", "nesting=6"),
        ("aliased=2", "args: {a: &a [1, 2, 3], b: *a}\n" + nodes("relu", 1), "A006",
         "aliases add too many values: at most 2", "aliased=4"),
        ("digits=3", nodes("{op: fc, units: 12345}", 1), "A007",
         "the number is too long: 5 characters, at most 3", "digits=6"),
        ("name=3", nodes("{op: relu}", 1).replace("n0", "long"), "A028",
         "a name has at most 3 characters, and this one 4", "name=6"),
        ("text=10", f"title: {'a' * 11}\n" + nodes("relu", 1), "A006",
         "title is too long: 11 characters, at most 10", "text=20"),
        ("text=10", nodes(f"{{op: relu, label: {'a' * 11}}}", 1), "A006",
         "label is too long: 11 characters, at most 10", "text=20"),
        ("expression=9", nodes("{op: fc, units: $(1 + 1 + 1)}", 1), "A012",
         "the expression is too long: 12 characters, at most 9", "expression=18"),
        ("items=2", nodes("{op: fc, units: '$(sum([1, 1, 1]))'}", 1), "A055",
         "the list is too large: at most 2 items", "items=4"),
        ("depth=3", DEEP + "nodes: {a: b4}\n", "A044",
         "calls of blocks are nested too deep: at most 3 levels", "depth=6"),
        ("weights=600", nodes("{op: fc, units: 3}", 2).replace("fc", "conv, kernel: 3")
         .replace("units", "filters") + "  f: {op: fc, units: 90}\n", "A054",
         "with this node the weights hold 4,578 numbers, more than 600", "weights=4800"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_limit(
    limit: str, text: str, code: str, message: str, advice: str
) -> None:
    name, value = limit.split("=")
    assert Architecture.loads(HEAD + text).name == "net"
    with archc.limits(**{name: value}):
        ((found, told, help),) = mistakes(HEAD + text)
    assert (found, told) == (code, message)
    assert help.endswith(f"`--limit {advice}` {RAISES}")


def test_the_command_line_sets_limits(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + nodes("relu", 20))
    runner = CliRunner()
    refused = runner.invoke(app, ["check", str(path), "--limit", "nodes=5", "--limit", "time=9s"])
    assert refused.exit_code == 1
    assert "more than 5 nodes" in refused.stderr
    assert runner.invoke(app, ["check", str(path)]).exit_code == 0
    for command in ("check", "summary", "build", "convert", "draw", "paths", "compare", "diff"):
        assert "--limit" in runner.invoke(app, [command, "--help"]).stdout


@pytest.mark.parametrize("option", ["node=5", "nodes", "nodes=x"])
def test_a_limit_that_is_none_is_wrong_usage(option: str) -> None:
    result = CliRunner().invoke(app, ["summary", "lenet5", "--limit", option])
    assert result.exit_code == 2
    assert "--limit" in result.stderr


def test_the_environment_sets_limits(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ARCHC_LIMITS", "nodes=5, time=2s")
    assert current() == Limits(nodes=5, time=2)
    assert mistakes(HEAD + nodes("relu", 6))[0][0] == "A054"
    allowed = CliRunner().invoke(app, ["summary", "lenet5", "--limit", "nodes=50"])
    assert allowed.exit_code == 0


def test_a_wrong_environment_is_wrong_usage(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ARCHC_LIMITS", "node=5")
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 2
    assert "ARCHC_LIMITS: there is no limit 'node'" in " ".join(result.stderr.split())


def test_a_spec_cannot_raise_its_limits() -> None:
    ((code, message, _),) = mistakes(HEAD + "limits: {nodes: 5000000}\n" + nodes("relu", 1))
    assert (code, message) == ("A020", "a document has no key 'limits'")


def test_weights_are_held_against_memory_before_they_are_allocated() -> None:
    import torch

    net = Architecture.loads(HEAD + nodes("{op: fc, units: 4000}", 2))
    with archc.limits(memory="1MiB"):
        with pytest.raises(SpecError) as caught:
            net.build()
        with torch.device("meta"):
            assert net.build().n0.weight.is_meta
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A084"
    assert mistake.why == ("n1 has most of them: 61.05 MiB",)
    assert mistake.help == f"make it smaller; `--limit memory=64MiB` {RAISES}"


@pytest.mark.parametrize(
    ("count", "help"),
    [
        (5_000_000, f"repeat less; `--limit nodes=8M` {RAISES}"),
        (10**12, "repeat less; no limit lets so many into this machine's memory"),
    ],
)
def test_the_remedy_names_a_limit_that_would_do(
    count: int, help: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archc.graph.placing.machine_memory", lambda: 2**34)
    ((_, _, told),) = mistakes(HEAD + nodes(f"{{op: relu, repeat: {count}}}", 1))
    assert told == help


def test_a_file_that_is_too_large_says_how_large_it_is(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + nodes("relu", 100), encoding="utf-8")
    with archc.limits(bytes=100), pytest.raises(SpecError) as caught:
        Architecture.load(path)
    (mistake,) = caught.value.mistakes
    assert path.stat().st_size > 1000
    assert mistake.help == f"`--limit bytes=1600` {RAISES}"


def test_the_nearest_of_very_many_names_is_found() -> None:
    names = [f"layer{i}.{k}.conv{j}" for i in range(20) for k in range(20) for j in range(10)]
    for typed in ("layer17.12.cnov3", "laeyr17.12.conv3", "layer17.12conv3"):
        assert "layer17.12.conv3" in getattr(nearest(typed, names), "names", ()), typed
