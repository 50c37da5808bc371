"""Every figure of ``published.json`` is computed anew: it agrees, or differs by the stated gap.

What can be computed of the reasons is computed too, so that a wrong excuse does not pass.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest
from figures import TABLES, Figure, agrees, exact, figures, gap, net, printed, unit

FIGURES = [figure for table in TABLES for figure in figures(table)]
AGREE = [figure for figure in FIGURES if not figure.differs]
DIFFER = [figure for figure in FIGURES if figure.differs]
EXPLAINED = [figure for figure in DIFFER if "instead" in figure.terms]


def label(figure: Figure) -> str:
    return " - ".join((figure.table, figure.row, figure.column))


def printed_in(table: str, row: str, column: str) -> Figure:
    (found,) = (one for one in FIGURES if one[:3] == (table, row, column))
    return found


def reason(table: str, key: str) -> str:
    (found,) = (one["reasons"][key] for one in TABLES if one["table"] == table)
    return str(found)


@pytest.mark.parametrize("figure", AGREE, ids=label)
def test_agrees(figure: Figure) -> None:
    assert agrees(figure), exact(figure)


@pytest.mark.parametrize("figure", DIFFER, ids=label)
def test_differs_by_what_is_said(figure: Figure) -> None:
    stated = figure.terms["gap"]
    _, _, digits = stated.partition(".")
    assert not agrees(figure)
    assert round(gap(figure), len(digits)) == Fraction(stated)
    assert Fraction(stated) != 0


@pytest.mark.parametrize("figure", EXPLAINED, ids=label)
def test_another_reading_gives_what_is_printed(figure: Figure) -> None:
    assert agrees(figure.under(figure.terms["instead"]))


def test_reasons_are_given_and_used() -> None:
    for table in TABLES:
        cited = {figure.terms["reason"] for figure in figures(table) if figure.differs}
        assert cited == {*table.get("reasons", {})}, table["table"]


def test_no_figure_stands_twice() -> None:
    assert len({label(figure) for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize(
    ("text", "rule", "value", "expected"),
    [
        ("159K", "down", 159.5, True),
        ("159K", "nearest", 159.5, False),
        ("160K", "nearest", 159.5, True),
        ("7.6×10⁹", "nearest", 7.55, True),
        ("7.6×10⁹", "nearest", 7.54, False),
        ("22,855,952", "nearest", 22_855_952, True),
        ("22,855,952", "nearest", 22_855_953, False),
        ("90–95%", "range", 95.1, False),
        ("90–95%", "range", 94.9, True),
        ("1000+", "above", 1000, False),
    ],
)  # fmt: skip
def test_agreement_is_to_the_printed_digits(
    monkeypatch: pytest.MonkeyPatch, text: str, rule: str, value: float, expected: bool
) -> None:
    figure = Figure("", "", "", text, {"rule": rule})
    monkeypatch.setattr("figures.exact", lambda figure: Fraction(str(value)) * unit(figure))
    assert agrees(figure) is expected


GOOGLENET = "GoogLeNet, Table 1"


@pytest.mark.parametrize(("row", "sides"), [("inception (4a)", 14), ("inception (5a)", 7)], ids=str)
def test_two_rows_of_googlenets_table_were_computed_from_other_filters(
    row: str, sides: int
) -> None:
    """Parameters × places = MACs holds for what is printed there, though neither is what the filters give."""
    params, ops = (printed_in(GOOGLENET, row, column) for column in ("params", "ops"))
    macs = printed(params)[0] * unit(params) * sides**2
    assert round(macs / unit(ops)) == printed(ops)[0]
    assert params.differs
    assert ops.differs
    assert f"{float(macs) / 1e6:.1f} M" in reason(GOOGLENET, "filters")


def test_only_these_two_rows_were() -> None:
    for row in ("3b", "4b", "4c", "4d", "4e", "5b"):
        params, ops = (
            printed_in(GOOGLENET, f"inception ({row})", column) for column in ("params", "ops")
        )
        assert params.differs
        assert agrees(ops)


@pytest.mark.parametrize(
    ("table", "key", "number"),
    [
        (GOOGLENET, "separable", 49 * 3 * 8 + 24 * 64),
        (GOOGLENET, "separable", (49 * 3 * 8 + 24 * 64) * 112**2),
        ("Lecture table: AlexNet's parameters and FLOPs", "ungrouped", 3 * 3 * 384 * 384),
        ("EfficientNet, Table 2", "statistics", 9_177_562),
    ],
)
def test_numbers_in_a_reason_are_those_of_the_other_reading(
    table: str, key: str, number: int
) -> None:
    readings = {
        exact(one.under(one.terms["instead"]))
        for one in EXPLAINED
        if (one.table, one.terms["reason"]) == (table, key)
    }
    assert number in readings
    assert f"{number:,}" in reason(table, key)


def test_the_separable_weights_count_by_1000() -> None:
    assert f"{2712 / 1000:.1f}" == "2.7"
    assert f"{2712 / 1024:.1f}" == "2.6"


NEURONS = "Lecture table: AlexNet's parameters and neurons"


def test_alexnets_neurons() -> None:
    layers = [one for one in FIGURES if (one.table, one.column) == (NEURONS, "neurons")][:-1]
    assert printed(layers[0]) == [55 * 48 * 96]
    assert net("alexnet").shape("conv1") == (96, 55, 55)
    assert sum(printed(one)[0] for one in layers) == 622_312
    assert sum(int(exact(one)) for one in layers) == 659_272
    assert "622,312, with conv1 put right to 659,272" in reason(NEURONS, "neurons")


def test_57_million_is_a_sum_of_what_was_cut_off() -> None:
    layers = (printed_in(NEURONS, row, "parameters") for row in ("fc6", "fc7", "fc8"))
    assert [printed(one)[0] for one in layers] == [37, 16, 4]
    assert 37 + 16 + 4 == 57


def test_resnet34_with_projections_rounds_to_another_figure() -> None:
    projections, without = net("resnet34").macs, net("resnet34_a").macs
    assert (f"{projections / 1e9:.1f}", f"{without / 1e9:.1f}") == ("3.7", "3.6")
    assert projections - without == sum(
        prod((28 * 28 // 4**stage, 64 * 2**stage, 128 * 2**stage)) for stage in range(3)
    )


def test_a_network_of_naive_modules_against_googlenet_and_vgg() -> None:
    naive, googlenet = net("naive_googlenet"), net("googlenet", args={"aux": False})
    assert naive.shape("inception_5b.out")[0] == 192 + 4752
    assert round(naive.params / googlenet.params) == 14
    assert naive.params < net("vgg16").params
    assert {node.shape[0] for node in naive.nodes if node.name.endswith("3a.bp")} == {192}


def test_one_map_of_vgg16_was_left_out() -> None:
    whole = exact(printed_in("Sentences of lectures", "VGG-16: memory for activations", "printed"))
    assert isinstance(whole, Fraction)
    assert f"{float(whole) / 2**20:.2f}" == "51.71"
    assert f"{(float(whole) - 4 * 56 * 56 * 256) / 2**20:.2f}" == "48.65"


def test_twelve_times_fewer_than_alexnet() -> None:
    assert f"{net('alexnet').params / 12 / 1e6:.1f}" == "5.1"
    params = [one for one in FIGURES if (one.table, one.column) == (GOOGLENET, "params")]
    assert sum(printed(one)[0] for one in params) * 1000 > net("alexnet").params / 12
    assert f"{net('googlenet').params / 1e6:.1f}" == "13.4"
    assert f"{net('googlenet', args={'aux': False}).params / 1e6:.1f}" == "7.0"


def test_keras_does_not_scale_in_the_batch_norms_of_inception_v3() -> None:
    whole = net("inception_v3", args={"aux": False})
    norms = [node for node in whole.nodes if node.op.name == "batch_norm"]
    assert sum(node.shape[0] for node in norms) == 17_216


KERAS = "Lecture table: popular architectures"
# Keras turns torch's parameters into numpy's in a way that numpy will not support
FILES = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def applications() -> Iterator[Any]:
    os.environ["KERAS_BACKEND"] = "torch"
    from keras import applications, utils

    utils.clear_session()
    yield applications


def file_size(model: Any, folder: Path) -> float:
    """Of the model's weights as Keras writes them, in units of 2²⁰ bytes."""
    file = folder / "model.weights.h5"
    model.save_weights(file)
    return float(file.stat().st_size / 2**20)


@FILES
@pytest.mark.parametrize(
    ("model", "said"), [("InceptionV3", "91.8"), ("Xception", "87.7"), ("EfficientNetB2", "35.8")]
)
def test_storage_is_the_size_of_keras_files(
    applications: Any, tmp_path: Path, model: str, said: str
) -> None:
    size = file_size(getattr(applications, model)(weights=None), tmp_path)
    assert f"{size:.1f}" == said
    assert said in reason(KERAS, "files")
    assert [round(size)] == printed(printed_in(KERAS, model, "storage (MB)"))


@FILES
def test_files_explain_half_of_densenets_storage(applications: Any, tmp_path: Path) -> None:
    figure = printed_in(KERAS, "DenseNet121", "storage (MB)")
    size = file_size(applications.DenseNet121(weights=None), tmp_path)
    more = Fraction(size) - exact(figure) / unit(figure)
    assert 0.4 < more / gap(figure) < 0.6


def test_what_is_printed_is_text_that_json_keeps() -> None:
    """No figure was turned into a number on its way, which would lose the digits it is printed with."""
    file = Path(__file__).with_name("published.json").read_text(encoding="utf-8")
    for figure in FIGURES:
        assert json.dumps(figure.printed, ensure_ascii=False) in file
