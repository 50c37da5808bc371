"""docs/zoo.md and docs/published.md say of every bundled spec and every figure what is so.

That they are current is `make docs-check`'s to say.
"""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
import torch

from archc.spec.files import bundled

ROOT = Path(__file__).parents[2]
ZOO = (ROOT / "docs/zoo.md").read_text(encoding="utf-8")
PUBLISHED = (ROOT / "docs/published.md").read_text(encoding="utf-8")
FILE = """\
# yaml-language-server: none
archc: 1

name: base
variants:
  # a comment before a variant is not its own
  first:                        # three lines
    title: First
    args: {depths: [1,
                    2]}

  # nor is this
  second: {title: Second}
  third:
    nodes:
      a: null
layouts:
  library:
    a: b
"""


@pytest.fixture
def zoo(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for folder in ("docs", "tests/zoo"):
        monkeypatch.syspath_prepend(ROOT / folder)
    return importlib.import_module("zoo")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for folder in ("docs", "tests/zoo"):
        monkeypatch.syspath_prepend(ROOT / folder)
    return importlib.import_module("published")


def test_lines_are_those_of_the_patch_or_of_the_file_without_patches(
    zoo: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "base.yaml"
    file.write_text(FILE, encoding="utf-8")
    assert zoo.spec_lines(file) == {"": 6, "first": 4, "second": 1, "third": 3}


def test_every_bundled_spec_has_one_row() -> None:
    names = re.findall(r"^\| \[`(\w+)`\]", ZOO, re.MULTILINE)
    assert sorted(names) == sorted(one.name for one in bundled())
    assert "## Others" not in ZOO  # a new file belongs to a family


def test_what_was_written_out_stands_in_a_test(zoo: ModuleType) -> None:
    tests = [ROOT / "tests/zoo" / name for name in ("test_by_hand.py", "test_segmentation.py")]
    source = "".join(test.read_text(encoding="utf-8") for test in tests)
    assert [name for name in zoo.WRITTEN_OUT if f'"{name}"' not in source] == []


def test_every_measured_comparison_is_on_the_page(zoo: ModuleType) -> None:
    rows = dict(re.findall(r"^\| \[`(\w+)`\].*\| (.*) \|$", ZOO, re.MULTILINE))
    for one in zoo.REFERENCES:
        assert zoo.closeness(one) in rows[one.spec]
    for name, row in rows.items():
        compared = name in zoo.WRITTEN_OUT or any(one.spec == name for one in zoo.REFERENCES)
        assert row.startswith("counts: ") is not compared


def test_the_page_counts_the_figures(published: ModuleType) -> None:
    data = json.loads((ROOT / "tests/zoo/published.json").read_text(encoding="utf-8"))
    cells = [
        cell
        for table in data["tables"]
        for row in table["rows"]
        for cell in row["printed"].values()
    ]
    wrong = [cell for cell in cells if isinstance(cell, dict) and "gap" in cell]
    assert f"Of {len(cells)} figures" in PUBLISHED
    assert f"archc comes to {len(cells) - len(wrong)}, " in PUBLISHED


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("convolution, 7×7/2", "2.7K | 9,408 | 34M | 118,013,952 | no: −71 %"),
        ("inception (3a)", "159K | 163,328 = 159.50 K | 128M | 128,049,152 | yes, params cut off"),
        ("conv4, 3×3", "1.3M | 663,552 | 112M | 112,140,288 | no: params +96 %"),
        ("50-layer", "3.8×10⁹ | 3,857,973,248 | yes, cut off"),
        ("A-LRN", "133 | 132,863,336 | yes"),
    ],
)
def test_rows(row: str, cells: str) -> None:
    assert f"\n| {row} | {cells} |\n" in PUBLISHED


def test_torchvisions_googlenet_and_inception_read_images_from_minus_1_to_1(
    torchvision: ModuleType,
) -> None:
    image = torch.rand(2, 3, 4, 4)
    normalised = torchvision.transforms.functional.normalize(
        image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    )
    for model in (torchvision.models.GoogLeNet, torchvision.models.Inception3):
        with torch.device("meta"):
            net = model(transform_input=True, init_weights=False)
        torch.testing.assert_close(net._transform_input(normalised), 2 * image - 1)
