"""Small specs that are hard to write down as Python: names that clash, values that are absent or differ."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from promises import check

import archc
from archc.architecture import Architecture
from archc.errors import SpecError

HEAD = "archc: 1\nname: net\n"
CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
BLOCKS = ["scale_", "tensor", "named_tuple", "net", "RBF", "net_output", "none", "f", "Scale", "nn",
          "channel_layer_norm", "drop_path_", "torch", "module"]  # fmt: skip
BLOCK = """
input: [4, 6]
blocks:
  NAME:
    args: {w: 2}
    nodes:
      c: {op: conv, filters: $w, kernel: 1}
      s: scale
      l: layer_norm
      d: {op: drop_path, rate: 0.1}
nodes:
  one: NAME
  two: {op: NAME, w: 3}
  three: scale
  m: {op: rbf, units: 1, codes: ["++++++++++++++++++"]}
outputs: {a: m, b: two}
"""
NETWORKS = ["tensor", "scale", "none", "list", "super", "range", "f", "named_tuple", "nn",
            "channel_layer_norm"]  # fmt: skip
TITLES = [
    r"\"\"\"", r"\\", r"it's \" q", r"a\nb", r"ends with \\", "torch.F. F.relu", "%s {x}", r"\u2028",
    "é" * 99, r"\t", r"x\\" * 24, r"\0",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests leave their sources; at the end formatter and linter have nothing to say of them."""
    folder = tmp_path_factory.mktemp("sources")
    yield folder
    for command in (["format", "--diff"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(folder)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def kept(net: Architecture, folder: Path) -> None:
    """Check what the source promises, and leave it for the linter."""
    check(net.graph)
    number = len(list(folder.iterdir()))
    (folder / f"net{number}.py").write_text(net.source(), encoding="utf-8")


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_source_keeps_its_promises(file: Path, folder: Path) -> None:
    net = archc.load(file)
    kept(net, folder)


@pytest.mark.parametrize("name", BLOCKS)
def test_any_name_can_be_a_block(name: str, folder: Path) -> None:
    net = archc.loads(HEAD + BLOCK.replace("NAME", name))
    kept(net, folder)


@pytest.mark.parametrize("title", [str, str.title, str.capitalize])
@pytest.mark.parametrize("name", NETWORKS)
def test_any_name_can_be_the_network(name: str, title: Callable[[str], str], folder: Path) -> None:
    net = archc.loads(
        f"archc: 1\nname: {name}\ntitle: '{title(name)}'\ninput: [4, 6]\n"
        "nodes: {s: scale, l: layer_norm, t: {op: tanh, repeat: 2, act: relu}}\noutputs: [t, l]\n"
    )
    kept(net, folder)


@pytest.mark.parametrize("title", TITLES)
def test_any_title_can_stand_in_the_source(title: str, folder: Path) -> None:
    net = archc.loads(f'{HEAD}title: "{title}"\ninput: [4]\nnodes: {{a: identity}}\n')
    kept(net, folder)


PATCHED = """
input: [4, 6, 6]
blocks:
  b:
    inputs: [left, right]
    nodes: {j: {op: add, from: [left, right]}, k: {op: conv, filters: 4, kernel: 1, init: zeros}}
  d:
    nodes: {c: {op: conv, filters: 4, kernel: 1}, e: {op: tanh, repeat: 2, norm: batch_norm}}
    outputs: {main: e, skip: c}
nodes:
  one: {op: b, from: [input, input], repeat: 3}
  two: {op: add, from: [one, input, one], repeat: 2}
  three: {op: conv, filters: 4, kernel: 1, repeat: 3, init: he_normal}
  four: {op: d, repeat: 3}
  five: {op: add, from: [four, four.skip, four.1, three.1]}
  six: {share: three}
  seven: {share: four}
  eight: {op: concat, from: [six, seven, seven.skip, five, two]}
variants:
  v: {nodes: NODES}
"""
PATCHES = [
    "{one.1: null}", "{two.1: null}", "{two.0: null, two.1: null}",
    "{three.0: null, four.2: {before: four.0}}",
    "{four.1.c: {act: relu}}", "{four.2.e.0: null}", "{three.2: {before: three.0}, one.2: {before: one.0}}",
    "{three.1: {norm: batch_norm, act: tanh}}", "{one.0.j: null}",
]  # fmt: skip


@pytest.mark.parametrize("nodes", PATCHES)
def test_instances_may_be_patched(nodes: str, folder: Path) -> None:
    net = Architecture.loads(HEAD + PATCHED.replace("NODES", nodes), variant="v")
    kept(net, folder)


def test_modules_are_shared_only_where_they_compute_the_same() -> None:
    """`same` pads by the size it meets, and a module holds its padding."""
    spec = """
input: {left: [4, 7, 7], right: [4, 8, 8]}
nodes:
  a: {op: conv, filters: 4, kernel: 3, stride: 2, padding: PADDING, from: left}
  b: {share: a, from: right}
outputs: [a, b]
"""
    check(archc.loads(HEAD + spec.replace("PADDING", "1")).graph)
    with pytest.raises(SpecError) as caught:
        archc.loads(HEAD + spec.replace("PADDING", "same"))
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A049"
    assert mistake.message == "on this input 'b' works otherwise than in 'a'"


def test_a_bool_is_asked_by_its_own_name() -> None:
    source = archc.load(CASES[0].with_name("absent_values_under_several_names.yaml")).source()
    assert "if f:" in source
    assert "self._has_t = f and g" in source
