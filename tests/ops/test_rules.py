"""Shape rules at their edges, in the exact words a user reads; and what figures and lectures show."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from harness import Lowering, lower, make
from torch import nn

from archc.ops.base import ShapeError, Shapes

REFUSED: list[tuple[str, dict[str, Any], Shapes, str, str, str, tuple[int, ...]]] = [
    ("conv", {"filters": 1, "kernel": 5}, ((3, 2, 9),), "A061",
     "a kernel of 5 does not fit into the input of 2",
     "padding 2 would fit: 2 + 2·2 = 6; or a kernel of at most 2; or a larger input", ()),
    ("conv", {"filters": 1, "kernel": 5, "padding": 1}, ((3, 2, 2),), "A061",
     "a kernel of 5 does not fit into the padded input of 2 + 2·1 = 4",
     "padding 2 would fit: 2 + 2·2 = 6; or a kernel of at most 4; or a larger input", ()),
    ("conv", {"filters": 1, "kernel": 3, "dilation": 4}, ((3, 4, 4),), "A061",
     "a kernel of 3 with dilation 4 spans 4·(3 − 1) + 1 = 9, which does not fit into the input of 4",
     "padding 3 would fit: 4 + 2·3 = 10; or a kernel of at most 1; or a larger input", ()),
    ("conv", {"filters": 1, "kernel": [3, 3]}, ((3, 9),), "A064",
     "kernel is given for 2 axes, but the input has 1 spatial axis",
     "write one number for all, or a list of 1", ()),
    ("conv", {"filters": 4, "kernel": 1, "groups": 2}, ((3, 9),), "A063",
     "2 groups do not divide the input's 3 channels",
     "3 channels and 4 filters can both be divided by 1", ()),
    ("conv", {"filters": 1, "kernel": 1, "connections": [[0, 5]]}, ((3, 9, 9),), "A065",
     "connections name map 5, but the input has 3 maps", "maps are counted from 0 to 2", ()),
    ("conv", {"filters": 1, "kernel": 1, "connections": [[0]]}, ((3, 9),), "A064",
     "connections need an input of channels × height × width, not 3 × 9",
     "leave out `connections`, or use `groups`", ()),
    ("conv_transpose", {"filters": 1, "kernel": 2, "stride": 2, "padding": 2}, ((3, 2, 2),), "A061",
     "padding 2 cuts 2·2 = 4 from a result of 4", "padding must be at most 1 here", ()),
    ("conv_transpose", {"filters": 1, "kernel": 2, "output_padding": 1}, ((3, 2, 2),), "A061",
     "output_padding 1 is not below stride 1 or dilation 1",
     "it only chooses among the sizes that one stride makes ambiguous", ()),
    ("max_pool", {"kernel": 2, "padding": 1, "dilation": 2}, ((3, 1, 1),), "A061",
     "a window steps over the whole input of 1, with dilation 2 and padding 1, and has no largest value",
     "use a dilation of at most 1, or leave out the padding", ()),  # torch writes out of bounds here
    ("max_pool", {"kernel": 2, "padding": 2}, ((3, 9, 9),), "A061",
     "padding 2 is more than half of the window of 2",
     "pools pad by half a window at most, as PyTorch's do; use at most 1", ()),
    ("max_pool", {"kernel": 2, "padding": [[0, 1]], "ceil": True}, ((3, 9),), "A061",
     "ceil does not go with padding that differs from side to side",
     "leave out ceil, and pad the end by as much as the last window needs", ()),
    ("concat", {}, ((3, 7, 7), (3, 7, 7), (2, 5, 5)), "A062",
     "concat cannot join 3 × 7 × 7 (input 1) and 2 × 5 × 5 (input 3)",
     "make height and width equal: `padding: same` or other strides above, "
     "or crop the larger (input 1) with `crop: {like: …}`", (2,)),
    ("add", {}, ((64, 56, 56), (256, 56, 56)), "A062",
     "add cannot join 64 × 56 × 56 (input 1) and 256 × 56 × 56 (input 2)",
     "add needs as many channels; a 1×1 conv with 64 filters on input 2 gives them", (1,)),
    ("mul", {}, ((64, 28, 28), (64,)), "A062",
     "mul cannot join 64 × 28 × 28 (input 1) and 64 (input 2)",
     "the inputs need as many axes; `flatten` or a global pool takes away axes", (1,)),
    ("mul", {}, ((64, 28, 28), (64, 2, 1)), "A062",
     "mul cannot join 64 × 28 × 28 (input 1) and 64 × 2 × 1 (input 2)",
     "along each axis the sizes must be equal, or 1", (1,)),
    ("group_norm", {"groups": 4}, ((4, 1, 1),), "A066",
     "each group holds a single number here, which normalisation turns into 0",
     "use batch_norm or layer_norm, or normalise before the pool", ()),
    ("rbf", {"units": 10}, ((80,),), "A066",
     "the input has 80 numbers, but the codes have 84", "put an fc with 84 units before it", ()),
    ("reshape", {"shape": [9, -1]}, ((80,),), "A066",
     "80 numbers cannot take the shape [9, -1]: 9 does not divide 80",
     "80 can be divided by 5, 8 and 10", ()),
    ("permute", {"order": [1, 0]}, ((3, 4, 5),), "A064",
     "order names 2 axes, but the input is 3 × 4 × 5", "name all 3 axes, the channels as 0", ()),
    ("slice", {"channels": [2, 9]}, ((4, 5),), "A065",
     "[2, 9] reaches beyond the 4 channels of 4 × 5", "the stop can be 4 at most", ()),
    ("slice", {"positions": [[2, 9]]}, ((4, 5, 5),), "A064",
     "positions are given for 1 axes, but the input is 4 × 5 × 5", "write [start, stop] for 2", ()),
    ("crop", {"like": "up"}, ((8, 20, 20), (8, 24, 24)), "A065", "crop cannot cut 24 out of 20",
     "it can only make maps smaller: crop the larger one, or pad the smaller", (1,)),
    ("crop", {"like": "up"}, ((8, 20, 20), (8, 24)), "A062",
     "crop cannot cut 8 × 20 × 20 like 8 × 24", "both need as many axes", (1,)),
    ("crop", {"size": 5}, ((8, 20, 20), (8, 24, 24)), "A045",
     "crop reads one input, but `from` names 2", "name the node whose size to take under `like`", ()),
    ("pad", {"padding": 5, "mode": "reflect"}, ((8, 5),), "A065",
     "5 positions cannot be reflected 5 beyond the edge",
     "padding must be at most 4 here, or mode replicate", ()),
    ("pixel_shuffle", {"factor": 3}, ((8, 5, 5),), "A063",
     "8 channels cannot be divided by factor² = 9",
     "give the conv before it a multiple of 9 filters", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "inputs", "code", "message", "help", "odd"), REFUSED)
def test_refused(
    name: str,
    settings: dict[str, Any],
    inputs: Shapes,
    code: str,
    message: str,
    help: str,
    odd: tuple[int, ...],
) -> None:
    with pytest.raises(ShapeError) as caught:
        make(name, **settings).infer(inputs)
    error = caught.value
    assert (error.code, error.message, error.help, error.inputs) == (code, message, help, odd)


SHOWN: list[tuple[str, dict[str, Any], Shapes, str, str]] = [
    ("conv", {"filters": 96, "kernel": 11, "stride": 4}, ((3, 227, 227),),
     "11×11 conv, 96, /4", "(227 + 2·0 − 11)/4 + 1 = 55"),
    ("conv", {"filters": 64, "kernel": 7, "stride": 2, "padding": 3}, ((3, 224, 224),),
     "7×7 conv, 64, /2", "⌊(224 + 2·3 − 7)/2⌋ + 1 = 112"),
    ("conv", {"filters": 64, "kernel": 3, "padding": 1, "groups": 32}, ((64, 56, 56),),
     "3×3 conv, 64, 32 groups", "(56 + 2·1 − 3)/1 + 1 = 56"),
    ("conv", {"filters": 64, "kernel": [1, 7], "dilation": 2}, ((64, 28, 28),),
     "1×7 conv, 64, dilation 2", "(28 + 2·0 − 2·(7 − 1) − 1)/1 + 1 = 16"),
    ("conv", {"filters": 64, "kernel": 3, "dilation": 2}, ((64, 28, 28),),
     "3×3 conv, 64, dilation 2", "(28 + 2·0 − 2·(3 − 1) − 1)/1 + 1 = 24"),
    ("conv", {"filters": 64, "kernel": 2, "padding": [[0, 2], [0, 1]]}, ((64, 28, 28),),
     "2×2 conv, 64", "(28 + 0 + 2 − 2)/1 + 1 = 29"),
    ("depthwise_conv", {"kernel": 3, "stride": 2, "padding": "same"}, ((32, 112, 112),),
     "3×3 depthwise conv, /2", "⌈112/2⌉ = 56"),
    ("conv_transpose", {"filters": 64, "kernel": 2, "stride": 2}, ((128, 28, 28),),
     "2×2 transposed conv, 64, ×2", "(28 − 1)·2 − 2·0 + 2 = 56"),
    ("max_pool", {"kernel": 3, "stride": 2, "ceil": True}, ((64, 112, 112),),
     "3×3 max pool, /2", "⌈(112 + 2·0 − 3)/2⌉ + 1 = 56"),
    ("max_pool", {"kernel": 2, "stride": 4, "ceil": True, "padding": 1}, ((64, 6, 6),),
     "2×2 max pool, /4",
     "⌈(6 + 2·1 − 2)/4⌉ + 1 − 1 = 2, without the window that would start beyond the input"),
    ("avg_pool", {"kernel": 7}, ((64, 7, 7),), "7×7 avg pool", "(7 + 2·0 − 7)/7 + 1 = 1"),
    ("avg_pool", {"kernel": 5, "stride": 3}, ((64, 14, 14),), "5×5 avg pool, /3",
     "(14 + 2·0 − 5)/3 + 1 = 4"),
    ("adaptive_avg_pool", {"size": 7}, ((64, 9, 9),), "adaptive avg pool, 7×7", ""),
    ("global_avg_pool", {}, ((64, 9, 9),), "global avg pool", ""),
    ("fc", {"units": 4096}, ((64,),), "fc 4096", ""),
    ("rbf", {"units": 10}, ((84,),), "RBF 10", ""),
    ("dropout", {"rate": 0.5}, ((64,),), "dropout 50 %", ""),
    ("drop_path", {"rate": 0.0125}, ((64,),), "drop path 1.25 %", ""),
    ("lrn", {}, ((64, 9, 9),), "local response norm", ""),
    ("batch_norm", {}, ((64, 9, 9),), "batch norm", ""),
    ("group_norm", {"groups": 32}, ((64, 9, 9),), "group norm, 32 groups", ""),
    ("relu", {}, ((64,),), "ReLU", ""),
    ("tanh", {"scaled": True}, ((64,),), "scaled tanh", ""),
    ("concat", {}, ((64,), (64,)), "concat", ""),
    ("slice", {"channels": [0, 3]}, ((6,),), "slice 0:3", ""),
    ("reshape", {"shape": [4, -1]}, ((8,),), "reshape 4×-1", "8/4 = 2"),
    ("crop", {"like": "up"}, ((8, 9, 9), (8, 5, 5)), "crop like up", ""),
    ("crop", {"size": [3, 4]}, ((8, 9, 9),), "crop 3×4", ""),
    ("pad", {"padding": 2}, ((8, 9, 9),), "pad", "2 + 9 + 2 = 13"),
    ("upsample", {"factor": 2}, ((8, 9, 9),), "nearest upsample, ×2", "9·2 = 18"),
    ("pixel_shuffle", {"factor": 2}, ((8, 9, 9),), "pixel shuffle, ×2", "9·2 = 18"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "inputs", "label", "arithmetic"), SHOWN)
def test_shown(
    name: str, settings: dict[str, Any], inputs: Shapes, label: str, arithmetic: str
) -> None:
    op = make(name, **settings)
    assert op.label() == label
    assert op.arithmetic(inputs, op.infer(inputs)) == arithmetic


REMARKS: list[tuple[str, dict[str, Any], Shapes, list[str]]] = [
    ("conv", {"filters": 1, "kernel": 11, "stride": 4}, ((3, 224, 224),),
     ["stride 4 does not divide (224 + 2·0 − 11) = 213: the last row and column are not read"]),
    ("max_pool", {"kernel": 2}, ((3, 7, 8),),
     ["stride 2 does not divide (7 + 2·0 − 2) = 5: the last row is not read"]),
    ("max_pool", {"kernel": 4, "stride": 4}, ((3, 8, 10),),
     ["stride 4 does not divide (10 + 2·0 − 4) = 6: the last 2 columns are not read"]),
    ("avg_pool", {"kernel": 2}, ((3, 7),),
     ["stride 2 does not divide (7 + 2·0 − 2) = 5: the last position is not read"]),
    # only padding is left unread; the next window is wanted by nobody
    ("conv", {"filters": 1, "kernel": 7, "stride": 2, "padding": 3}, ((3, 224, 224),), []),
    # subsampling leaves gaps everywhere, not only at the end
    ("conv", {"filters": 1, "kernel": 1, "stride": 2}, ((3, 56, 56),), []),
    ("max_pool", {"kernel": 3, "stride": 2, "ceil": True}, ((3, 112, 112),), []),
    ("max_pool", {"kernel": 3, "stride": 2, "padding": "same"}, ((3, 112, 112),), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "inputs", "remarks"), REMARKS)
def test_remarks(name: str, settings: dict[str, Any], inputs: Shapes, remarks: list[str]) -> None:
    op = make(name, **settings)
    assert [remark.message for remark in op.remarks(inputs, op.infer(inputs))] == remarks


def test_lenet5s_table_has_1516_parameters_and_equals_a_masked_convolution() -> None:
    rows = ["012", "123", "234", "345", "045", "015", "0123", "1234", "2345", "0345", "0145", "0125",
            "0134", "1245", "0235", "012345"]  # fmt: skip
    table = [[int(n) for n in row] for row in rows]
    op = make("conv", filters=16, kernel=5, connections=table)
    inputs = ((6, 14, 14),)
    sizes = [torch.Size(shape).numel() for shape in op.weights(inputs).values()]
    assert sum(sizes) == 1516
    assert op.macs(inputs, (16, 10, 10)) == 150_000
    part: Any = lower(op, inputs).part
    full = nn.Conv2d(6, 16, 5)
    with torch.no_grad():
        full.weight.zero_()
        full.bias.copy_(part.bias)  # type: ignore[union-attr]
        kernels = iter(part.weight)
        for filter, row in enumerate(table):
            for channel in row:
                full.weight[filter, channel] = next(kernels)
    x = torch.randn(2, 6, 14, 14)
    torch.testing.assert_close(part(x), full(x))


def test_rbf_measures_the_distance_to_the_digits() -> None:
    op = make("rbf", units=10)
    part: Any = lower(op, ((84,),)).part
    distances = part(part.codes)
    assert distances.diagonal().tolist() == [0.0] * 10
    apart = distances + 1000 * torch.eye(10)
    assert apart.min() >= 4 * 5  # no two digits differ in fewer than five pixels
    torch.testing.assert_close(distances, torch.cdist(part.codes, part.codes).square())


def test_scaled_tanh_maps_one_to_one() -> None:
    module = lower(make("tanh", scaled=True), ((1,),))
    torch.testing.assert_close(module(torch.ones(1, 1)), torch.ones(1, 1), atol=1e-4, rtol=0)


def test_drop_path_drops_whole_samples() -> None:
    torch.manual_seed(0)
    module = lower(make("drop_path", rate=0.25), ((2, 3),)).train()
    result = module(torch.ones(4000, 2, 3))
    kept = result[:, 0, 0] > 0
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.03)
    assert torch.equal(result, torch.where(kept, 1 / 0.75, 0.0)[:, None, None].expand(-1, 2, 3))
    assert torch.equal(module.eval()(result), result)


def test_lrn_divides_alpha_by_its_size() -> None:
    module = lower(make("lrn", size=3, alpha=0.6, beta=0.5, k=2), ((3, 1, 1),))
    x = torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1)
    sums = torch.tensor([5.0, 14.0, 13.0]).view(1, 3, 1, 1)
    torch.testing.assert_close(module(x), x / (2 + 0.6 / 3 * sums).sqrt())


def test_layer_norm_is_over_channels_at_each_position() -> None:
    x = torch.randn(2, 8, 3, 4)
    result = lower(make("layer_norm"), ((8, 3, 4),))(x)
    expected = nn.LayerNorm(8)(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    torch.testing.assert_close(result, expected)


def test_centre_crop_rounds_down() -> None:
    x = torch.arange(5.0).view(1, 1, 5)
    assert lower(make("crop", size=2), ((1, 5),))(x).tolist() == [[[1.0, 2.0]]]


@pytest.mark.parametrize(
    ("name", "settings", "shape", "printed"),
    [
        ("conv", {"filters": 8, "kernel": [3, 3], "padding": "same"}, (4, 9, 9), 1),
        ("conv", {"filters": 8, "kernel": 5, "dilation": 2, "padding": "same"}, (4, 9, 9), 4),
        ("conv", {"filters": 8, "kernel": [1, 7], "padding": "same"}, (4, 9, 9), (0, 3)),
        ("conv", {"filters": 8, "kernel": 3, "padding": [[1, 1], [1, 1]]}, (4, 9, 9), 1),
        ("conv", {"filters": 8, "kernel": 2, "padding": "same"}, (4, 9, 9), 0),  # F.pad does it
    ],
)
def test_padding_goes_to_the_module_where_it_can(
    name: str, settings: dict[str, Any], shape: tuple[int, ...], printed: Any
) -> None:
    op = make(name, **settings)
    lowered = op.lower((shape,), op.infer((shape,)))
    assert lowered.module is not None
    assert {arg.name: arg.value for arg in lowered.module.args}["padding"] == printed
    assert ("F.pad" in lowered.forward) == ("pad" in lowered.values)
    assert isinstance(Lowering(lowered), nn.Module)


def test_every_window_of_a_dilated_max_pool_reads_the_input() -> None:
    for size, kernel, stride, dilation, padding, ceil in product(
        range(1, 6), range(1, 5), range(1, 3), range(1, 5), range(3), (False, True)
    ):
        op = make(
            "max_pool", kernel=kernel, stride=stride, dilation=dilation, padding=padding, ceil=ceil
        )
        try:
            (_, windows), refused = op.infer(((1, size),)), False
        except ShapeError as error:
            refused = "steps over" in error.message
            windows = 0 if refused else -1
        if windows > 0:
            reads = [range(w * stride - padding, size, dilation)[:kernel] for w in range(windows)]
            assert all(any(position >= 0 for position in window) for window in reads)
