"""The generated source: golden files to read, and what every bundled spec's source must be."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import archc
from archc.spec.files import bundled

GOLDEN = Path(__file__).parent / "golden"
SPECS = sorted(spec.name for spec in bundled())


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return {name: archc.load(name).source() for name in SPECS}


@pytest.mark.parametrize(
    "name", ["googlenet", "lenet5_1998", "resnet18", "resnet20_cifar", "vgg16_bn"]
)
def test_source_is_the_golden_file(name: str, sources: dict[str, str]) -> None:
    path = GOLDEN / f"{name}.py.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(sources[name], encoding="utf-8")
    assert sources[name] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["staged", "inverted"])
def test_source_of_blocks_is_the_golden_file(name: str) -> None:
    """``staged``: calls that repeat differently share a class. ``inverted``: some calls lack nodes."""
    path = GOLDEN / f"{name}.py.txt"
    source = archc.load(str(Path(__file__).parent / "specs" / f"{name}.yaml")).source()
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source, encoding="utf-8")
    assert source == path.read_text(encoding="utf-8")


def test_every_source_is_formatted_and_clean(sources: dict[str, str], tmp_path: Path) -> None:
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    for command in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", str(tmp_path)]
        done = subprocess.run(ruff, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_torch_is_the_only_import(sources: dict[str, str]) -> None:
    for name, source in sources.items():
        found = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).split(".")[0])
        assert found <= {"torch", "typing"}, name


def test_googlenet_has_one_inception_class_used_nine_times(sources: dict[str, str]) -> None:
    assert sources["googlenet"].count("class Inception") == 1
    assert sources["googlenet"].count("= Inception(") == 9


def test_resnet152_stays_under_200_lines(sources: dict[str, str]) -> None:
    assert sources["resnet152"].count("\n") < 200


def test_the_class_is_named_as_people_write_it(sources: dict[str, str]) -> None:
    for name, written in {
        "googlenet": "GoogLeNet",
        "resnet50": "ResNet50",
        "vgg16_bn": "VGG16BN",
    }.items():
        assert f"class {written}(nn.Module)" in sources[name]
