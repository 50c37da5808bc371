"""A measurement written out, to the letter; ``UPDATE_GOLDEN=1`` writes the files anew."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from archc.measure import records, report
from archc.measure.bench import Bench, Blocks, Machine, Result
from archc.measure.blocks import BlockTime
from archc.measure.timing import Spread, Timing

GOLDEN = Path(__file__).parent / "golden"
PLAIN = Timing((0.080, 0.076, 0.078))
FASTER = Timing((0.041, 0.038, 0.039))
BASE = Timing((0.084, 0.078, 0.080))
FLOPS = 8_178_368_512
BENCH = Bench(
    Machine("cpu", 2, "float32", "2.13.0", 1.41e11, 1.48e10),
    (
        Result("resnet50", "forward", 1, PLAIN, FLOPS, Spread(0.74, 0.73, 0.76),
               PLAIN.faster_than(BASE), None),
        Result("resnet50, optimised", "forward", 1, FASTER, FLOPS, Spread(1.49, 1.4, 1.5),
               FASTER.faster_than(BASE), 0.62),
        Result("torchvision:resnet50", "forward", 1, BASE, FLOPS, Spread(0.72, 0.7, 0.73), None, None),
        Result("resnet50", "training", 8, Timing((2.1, 2.0, 2.2)), 24 * FLOPS, Spread(0.3, 0.3, 0.4),
               None, None),
    ),
    (
        Blocks("resnet50", 1, (
            BlockTime("conv1", Timing((0.012, 0.013, 0.014)), 236_027_904),
            BlockTime("pool1", Timing((0.003, 0.003, 0.003)), 0),
            BlockTime("layer1", Timing((0.06, 0.061, 0.062)), 1_335_885_824),
        ), 1.4e11),
        Blocks("torchvision:resnet50", 1, (
            BlockTime("conv1", Timing((0.012, 0.013, 0.014)), None),
            BlockTime("fc", Timing((0.0001, 0.0001, 0.0001)), None),
        ), 1.4e11),
    ),
    "torchvision:resnet50",
    3,
)  # fmt: skip
WRITTEN = {
    "table.txt": report.as_table(BENCH),
    "narrow.txt": report.as_table(BENCH, 80),
    "markdown.md": report.as_markdown(BENCH),
    "csv.csv": records.as_csv(BENCH),
    "json.json": records.as_json(BENCH),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_to_the_letter(name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(WRITTEN[name] + "\n", encoding="utf-8")
    assert WRITTEN[name] + "\n" == path.read_text(encoding="utf-8")


def test_the_documents_are_what_they_seem() -> None:
    rows = list(csv.DictReader(WRITTEN["csv.csv"].splitlines()))
    assert len(rows) == 4 + 3 + 2
    assert float(rows[0]["images_per_second"]) == pytest.approx(1 / 0.078)
    assert {len(row) for row in rows} == {len(records.CSV_KEYS)}
    content = json.loads(WRITTEN["json.json"])
    assert content["results"][1]["runs"] == list(FASTER.runs)
    assert content["results"][1]["speed"]["median"] == pytest.approx(0.080 / 0.039)
    assert content["blocks"][0]["blocks"][2]["flops"] == 1_335_885_824


@pytest.mark.parametrize("width", [80, 120])
def test_lines_are_not_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, report.as_table(BENCH, width).splitlines())) <= width


def test_a_column_in_which_nothing_stands_is_left_out() -> None:
    alone = BENCH._replace(results=BENCH.results[3:], blocks=(), base="resnet50")
    (table,) = report.tables(alone)
    assert table.head == ("training, batch 8", "images/s", "ms", "±", "ceiling")
    assert not any("speed:" in line or "By block" in line for line in report.footer(alone))
