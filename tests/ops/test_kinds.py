"""What attributes take, and the exact words where they refuse."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from harness import lower, make

from archc.ops.base import AttributeMistake


class Remembering(int):
    """Like the code generator's numbers that remember their expression."""


class RememberingFloat(float):
    pass


def test_numbers_are_passed_on_by_identity() -> None:
    filters, kernel, stride, padding = (Remembering(n) for n in (8, 3, 2, 1))
    op = make("conv", filters=filters, kernel=[kernel, 1], stride=stride, padding=padding)
    module = op.lower(((4, 9, 9),), op.infer(((4, 9, 9),))).module
    assert module is not None
    values = {arg.name: arg.value for arg in module.args}
    assert module.args[1].value is filters
    assert module.args[2].value[0] is kernel
    assert values["stride"] is stride
    assert values["padding"] is padding
    rate = RememberingFloat(0.25)
    dropout = make("dropout", rate=rate).lower(((8,),), (8,)).module
    assert dropout is not None
    assert dropout.args[0].value is rate


def test_lists_become_tuples() -> None:
    op: Any = make("conv", filters=1, kernel=[3, 3], padding=[[0, 1], [2, 3]], connections=[[0, 1]])
    assert (op.kernel, op.padding) == ((3, 3), ((0, 1), (2, 3)))
    assert op.connections == ((0, 1),)


SIZE = "a whole number of at least 1, or a list of one for each axis"
DIVIDE = "divide with `//`, or use round(), to get a whole number"
SIDES = "a whole number, one for each axis, or [before, after] for each axis"

CROP = "write one of the two: size: 56, or the name of a node: like: up"
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("conv", {"filters": 32.0}, "filters must be a whole number of at least 1, not 32.0", DIVIDE),
    ("conv", {"filters": True}, "filters must be a whole number of at least 1, not true", ""),
    ("conv", {"filters": 0}, "filters must be a whole number of at least 1, not 0", ""),
    ("conv", {"filters": "8"}, "filters must be a whole number of at least 1, not '8'", ""),
    ("conv", {"filters": None}, "filters must be a whole number of at least 1, not null", ""),
    ("conv", {"filters": 10**10}, "filters must be at most 2147483647, not 10000000000", ""),
    ("conv", {"kernel": [3.0, 3]}, f"kernel must be {SIZE}, not [3.0, 3]", DIVIDE),
    ("conv", {"kernel": []}, f"kernel must be {SIZE}, not []", ""),
    ("conv", {"kernel": {"h": 3}}, f"kernel must be {SIZE}, not {{h: 3}}", ""),
    ("conv", {"padding": "valid"}, f"padding must be {SIDES}, or same, not 'valid'",
     "what TensorFlow calls valid is 0"),
    ("conv", {"padding": [[0, 1, 2]]}, f"padding must be {SIDES}, or same, not [[0, 1, 2]]", ""),
    ("pad", {"padding": "same"}, f"padding must be {SIDES}, not 'same'", ""),
    ("conv", {"bias": "no"}, "bias must be true or false, not 'no'", ""),
    ("conv", {"bias": 0}, "bias must be true or false, not 0", ""),
    ("dropout", {"rate": 50}, "rate must be a number of at least 0 and below 1, not 50", ""),
    ("dropout", {"rate": float("nan")}, "rate must be a finite number, not nan", ""),
    ("leaky_relu", {"slope": 10**400}, f"slope must be a finite number, not {10**400}", ""),
    ("batch_norm", {"eps": 0}, "eps must be a number above 0, not 0", ""),
    ("batch_norm", {"eps": True}, "eps must be a number above 0, not true", ""),
    ("upsample", {"mode": "linear"}, "mode must be nearest or bilinear, not 'linear'",
     "did you mean 'bilinear'?"),
    ("reshape", {"shape": [-1, -1]},
     "shape must be a list of whole numbers of at least 1, of which one may be -1 (what is left), "
     "not [-1, -1]", ""),
    ("slice", {"channels": [1]}, "channels must be two whole numbers [start, stop], not [1]", ""),
    ("slice", {"positions": [3]},
     "positions must be a list of rows, each two whole numbers [start, stop], not [3]", ""),
    ("slice", {"positions": 3},
     "positions must be a list: [start, stop] for each spatial axis, not 3", ""),
    ("crop", {"like": 3}, "like must be the name of a node, not 3", ""),
    ("rbf", {"codes": []},
     "codes must be lenet5, or a list of codes, each a list of 1 and -1 or a text of + and -, "
     "not []", ""),
    ("rbf", {"codes": ["+-", "+"]}, "codes must be of one length, not ['+-', '+']", ""),
    ("conv", {"filter": 3}, "conv has no setting 'filter'", ""),
    ("conv", {}, "conv needs 'filters': number of filters, which is the number of output channels", ""),
    ("conv", {"filters": 96, "kernel": 3, "groups": 7}, "7 groups do not divide the 96 filters",
     "96 can be divided by 4, 6 and 8"),
    ("conv", {"filters": 1, "kernel": 3, "groups": 1, "connections": [[0], [1]]},
     "connections has 2 rows for 1 filters", "write one row for each filter"),
    ("conv", {"filters": 2, "kernel": 3, "connections": [[0], [1, 1]]},
     "row 1 of connections names a map twice", "name it once"),
    ("conv", {"filters": 2, "kernel": 3, "groups": 2, "connections": [[0], [1]]},
     "connections and groups exclude each other", "leave out groups"),
    ("conv", {"filters": 1, "kernel": 3, "init": "he_normal", "connections": [[0]]},
     "connections do not go with the init he_normal",
     "use lecun_uniform, uniform, normal or truncated_normal"),
    ("conv_transpose", {"filters": 4, "kernel": 3, "groups": 3},
     "3 groups do not divide the 4 filters", "4 can be divided by 1, 2 and 4"),
    ("rbf", {"units": 3}, "3 units do not go with 10 codes", "write one code for each unit"),
    ("permute", {"order": [1, 1]}, "order must name each axis from 0 to 1 once",
     "the batch is not counted; 0 is the channels"),
    ("slice", {}, "slice needs 'channels' or 'positions'",
     "channels: [0, 3] takes the first three"),
    ("slice", {"channels": [2, 2]}, "channels: [2, 2] is empty",
     "the stop is not included: [2, 3] takes one"),
    ("slice", {"positions": [[0, 1], [2, 1]]}, "positions: [2, 1] is empty",
     "the stop is not included: [2, 3] takes one"),
    ("crop", {}, "crop needs either 'size' or 'like'", CROP),
    ("crop", {"size": 3, "like": "x"}, "crop needs either 'size' or 'like'", CROP),
    ("pad", {"mode": "reflect", "channels": [0, 1]}, "mode reflect cannot add channels", "use mode zero"),
    ("pad", {"mode": "reflect", "value": 1}, "mode reflect takes no value", "use mode zero"),
    ("upsample", {}, "upsample needs either 'factor' or 'size'",
     "write one of the two: factor: 2, or size: 64"),
    ("upsample", {"factor": 2, "align_corners": True}, "align_corners needs mode bilinear",
     "write mode: bilinear, or leave it out"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "message", "help"), REFUSED)
def test_refused(name: str, settings: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(AttributeMistake) as caught:
        make(name, **settings)
    assert caught.value.message == message
    assert caught.value.help == help


SCHEMES = "he_normal, he_uniform, xavier_normal, xavier_uniform, lecun_uniform, normal, "
SCHEMES += "truncated_normal, uniform, zeros"
MAPPING = f"init must be {SCHEMES}, or a mapping of weight, std, bound, gain, mode, bias"

INIT_REFUSED: list[tuple[Any, str, str]] = [
    ("he_norma", f"{MAPPING}, not 'he_norma'", "did you mean 'he_normal'?"),
    (3, f"{MAPPING}, not 3", ""),
    ({"sd": 1}, f"{MAPPING}, not {{sd: 1}}", "did you mean 'std'?"),
    ("normal", "init must be a mapping with 'std' for normal, not 'normal'",
     "write {weight: normal, std: 0.01}"),
    ({"weight": "normal", "std": -1},
     "init must be a mapping whose std is a number above 0, not {weight: 'normal', std: -1}", ""),
    ({"weight": "uniform", "bound": 1, "mode": "fan_in"},
     "init must be uniform without 'mode', not {weight: 'uniform', bound: 1, mode: 'fan_in'}",
     "'mode' belongs to he_normal and he_uniform"),
    ({"std": 1}, "init must be a mapping that names its `weight`, not {std: 1}",
     "'std' belongs to normal and truncated_normal"),
]  # fmt: skip


@pytest.mark.parametrize(("init", "message", "help"), INIT_REFUSED)
def test_init_refused(init: Any, message: str, help: str) -> None:
    with pytest.raises(AttributeMistake) as caught:
        make("fc", units=1, init=init)
    assert caught.value.message == message
    assert caught.value.help == help


FAN_IN, FAN_OUT = 64 * 9, 128 * 9
SPREAD: list[tuple[Any, float]] = [
    ("he_normal", (2 / FAN_IN) ** 0.5),
    ({"weight": "he_normal", "mode": "fan_out"}, (2 / FAN_OUT) ** 0.5),
    ("he_uniform", (2 / FAN_IN) ** 0.5),
    ("xavier_normal", (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    ({"weight": "xavier_uniform", "gain": 2}, 2 * (2 / (FAN_IN + FAN_OUT)) ** 0.5),
    ("lecun_uniform", 2.4 / FAN_IN / 3**0.5),
    ({"weight": "normal", "std": 0.01}, 0.01),
    ({"weight": "truncated_normal", "std": 0.1}, 0.1 * 0.8796),  # cut at two deviations
    ({"weight": "uniform", "bound": 0.3}, 0.3 / 3**0.5),
    ("zeros", 0.0),
]


@pytest.mark.parametrize(("init", "std"), SPREAD)
def test_init(init: Any, std: float) -> None:
    part: Any = lower(make("conv", filters=128, kernel=3, init=init), ((64, 8, 8),)).part
    assert part.weight.std().item() == pytest.approx(std, rel=0.02)
    assert not part.bias.any()


def test_init_of_the_bias() -> None:
    inits = {"weight": "normal", "std": 0.01, "bias": 1}, {"bias": 0.2}
    for init in inits:
        part: Any = lower(make("fc", units=3, init=init), ((64,),)).part
        assert part.bias.tolist() == pytest.approx([init["bias"]] * 3)
    assert lower(make("fc", units=3, bias=False, init="he_normal"), ((4,),)).part.bias is None


def test_connections_start_within_lecuns_bound() -> None:
    table = [[0], [0, 1, 2, 3]]
    for init in ({}, {"init": "lecun_uniform"}):
        settings = {"filters": 2, "kernel": 5, "connections": table, **init}
        part: Any = lower(make("conv", **settings), ((4, 9, 9),)).part
        bound = [2.4 / 25] + [2.4 / 100] * 4
        largest = part.weight.abs().amax(dim=(1, 2))
        assert all(largest.gt(0.7 * torch.tensor(bound)))
        assert all(largest.le(torch.tensor(bound)))
