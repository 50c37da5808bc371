"""docs/performance.md follows from the results of a run, number by number."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from charts import charts
from performance import performance_page
from record import Results, Row, read
from tables import digits, farthest, goal, kept, seconds
from verdicts import Found, Verdict, verdicts

HERE = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"
RESULTS = read(HERE / "results.json")
GPU = read(HERE / "gpu.json")


def slower(results: Results, subject: str, factor: float) -> Results:
    """The results with all times of a subject longer."""
    rows = (
        replace(row, runs=tuple(factor * run for run in row.runs))
        if row.subject == subject
        else row
        for row in results.rows
    )
    return replace(results, rows=tuple(rows))


def test_the_page() -> None:
    file = HERE / "performance.md"
    page = performance_page(RESULTS, GPU, set(charts(RESULTS)))
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8")


def test_a_page_of_nothing_has_no_tables() -> None:
    page = performance_page(replace(RESULTS, rows=()), None, set())
    assert "|" not in page
    assert "figures/" not in page


def test_a_quick_look_says_that_it_is_one() -> None:
    assert "quick look" in performance_page(replace(RESULTS, quick=True), None, set())
    assert "quick look" not in performance_page(RESULTS, None, set())


def test_a_goal_that_is_missed_is_said_to_be() -> None:
    by_promise = {one.promise: one for one in verdicts(RESULTS)}
    slow = {one.promise: one for one in verdicts(slower(RESULTS, "archc optimised", 1.2))}
    name = "optimised `googlenet_bn` beside torchvision's eager speed"
    assert (kept(by_promise[name]), kept(slow[name])) == ("by 2 of 2", "**by 1 of 2**")
    worst, then = by_promise[name].worst, slow[name].worst
    assert then.value == pytest.approx(worst.value / 1.2)


def test_every_goal_of_the_project_is_judged() -> None:
    promises = [one.promise for one in verdicts(RESULTS)]
    for words in (
        "unoptimised speed", "unoptimised peak memory", "a training step", "optimised `googlenet_bn`",
        "optimised `vgg16`", "optimised speed beside `torch.compile`", "time to optimise",
        "optimised peak memory", "a process", "beside torchinfo", "10⁶ nodes", "memory of the process",
    ):  # fmt: skip
        assert any(words in promise for promise in promises), words


def test_verdicts_in_words() -> None:
    found = (Found("a", 0.97), Found("b", 0.99))
    least, most = Verdict("speed", found, least=0.98), Verdict("time", found, most=30, unit="s")
    assert (goal(least), kept(least), farthest(least)) == (
        "at least 0.98 ×", "**by 1 of 2**", "0.970 ×, a",
    )  # fmt: skip
    assert (goal(most), kept(most), farthest(most)) == ("at most 30 s", "by 2 of 2", "990 ms, b")


def test_numbers_in_words() -> None:
    assert [seconds(time) for time in (1.23e-5, 0.0314, 0.99949, 1.0471, 61.24)] == [
        "0.0123 ms", "31.4 ms", "999 ms", "1.05 s", "61.2 s",
    ]  # fmt: skip
    assert [digits(value) for value in (0.9753, 0.9997, 2, 14.26, 99.96, 1234.5)] == [
        "0.975", "1.00", "2.00", "14.3", "100", "1,234",
    ]  # fmt: skip


def test_every_measured_subject_of_a_network_is_on_the_page() -> None:
    page = performance_page(RESULTS, GPU, set())
    for row in RESULTS.rows:
        if row.part == "eager":
            assert f"`{row.case}`" in page
    assert re.search(r"optimised, googlenet_bn, batch 16: torch.compile: `RuntimeError", page)


def test_charts_show_the_results_and_never_vary() -> None:
    drawn = charts(RESULTS)
    assert drawn == charts(RESULTS)
    words = {
        name: ["".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{SVG}text")]
        for name, svg in drawn.items()
    }
    assert {"googlenet_bn", "vgg16", "torch.compile", "archc optimised"} <= set(
        words["performance-speed.svg"]
    )
    assert {"10²", "10⁶", "by repeat", "written out"} <= set(words["performance-nodes.svg"])
    assert {"1", "2", "4", "torchvision"} <= set(words["performance-batches.svg"])


def test_charts_without_rows_are_not_drawn() -> None:
    assert charts(replace(RESULTS, rows=())) == {}


def test_a_failed_row_is_no_measurement() -> None:
    failed = replace(RESULTS, rows=(Row("eager", "net", subject="archc", failed="no"),))
    assert failed.one("eager", "net", "archc") is None
