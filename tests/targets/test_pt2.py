"""Networks as ``torch.export`` captures them: loaded where nothing of archc is, and equal."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from runtime import expected, noise, shaken, smallest
from torch import Tensor, nn

import archc
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.spec.files import bundled
from archc.targets import to_pt2

NAMES = Path(__file__).with_name("names.yaml")

ALONE = """\
import sys
import torch
program = torch.export.load("net.pt2").module()
assert not any(name.partition(".")[0] == "archc" for name in sys.modules)
torch.save([program(*inputs) for inputs in torch.load("inputs.pt")], "results.pt")
"""


@pytest.fixture(scope="module")
def net() -> Architecture:
    return archc.load(NAMES)


@pytest.fixture(scope="module")
def module(net: Architecture) -> nn.Module:
    return shaken(net.build())


@pytest.fixture(scope="module")
def content(net: Architecture, module: nn.Module) -> bytes:
    return to_pt2(net.graph, module)


def test_a_process_without_archc_computes_the_same(
    net: Architecture, module: nn.Module, content: bytes, tmp_path: Path
) -> None:
    """Any batch; several outputs, which the network names, are a plain tuple."""
    batches = [noise(net.graph, batch) for batch in (1, 2, 5)]
    (tmp_path / "net.pt2").write_bytes(content)
    torch.save(batches, tmp_path / "inputs.pt")
    program = tmp_path / "alone.py"
    program.write_text(ALONE, encoding="utf-8")
    subprocess.run([sys.executable, "-I", str(program)], cwd=tmp_path, check=True)
    results = torch.load(tmp_path / "results.pt")
    for inputs, found in zip(batches, results, strict=True):
        wanted = expected(module, inputs)
        assert isinstance(found, tuple)
        assert len(found) == len(wanted) == 4
        for one, other in zip(found, wanted, strict=True):
            torch.testing.assert_close(one, other)


def test_tensors_have_the_names_of_the_state_dict(module: nn.Module, content: bytes) -> None:
    program = torch.export.load(io.BytesIO(content))
    assert program.state_dict.keys() == module.state_dict().keys()


def test_the_same_module_is_the_same_bytes_and_names_no_place(
    net: Architecture, module: nn.Module, content: bytes
) -> None:
    assert to_pt2(net.graph, module) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        graph = next(name for name in archive.namelist() if name.endswith("model.json"))
        assert b"/site-packages/" not in archive.read(graph)
        assert archive.comment == b"made by archc"


def test_the_module_stays_as_it_was(net: Architecture) -> None:
    module = net.build()
    module.stem.eval()
    modes = [part.training for part in module.modules()]
    to_pt2(net.graph, module)
    assert [part.training for part in module.modules()] == modes
    assert "forward" not in vars(module)


class Picky(nn.Module):
    """A layer whose way depends on the numbers that it reads."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


def test_a_module_that_cannot_be_captured_is_told() -> None:
    net = archc.load("lenet5")
    module = net.build()
    module.output = Picky()
    with pytest.raises(SpecError) as caught:
        to_pt2(net.graph, module)
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A104"
    assert mistake.message.startswith("torch.export cannot take lenet5: ")
    assert module.training


@pytest.mark.slow
@pytest.mark.parametrize("name", [spec.name for spec in bundled()])
def test_every_bundled(name: str) -> None:
    net = smallest(name)
    module = shaken(net.build(weights=False))
    program = torch.export.load(io.BytesIO(to_pt2(net.graph, module))).module()
    for inputs in (noise(net.graph, batch) for batch in (1, 3)):
        for one, other in zip(expected(program, inputs), expected(module, inputs), strict=True):
            torch.testing.assert_close(one, other, equal_nan=True)
