"""Batch norms and scales go into the layer before or behind them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archc.graph.graph import Graph, Node
from archc.graph.rewriting.edits import Drop, SetOp
from archc.ops.activation import ReLU
from archc.ops.conv import Convolution
from archc.ops.linear import FullyConnected
from archc.passes.affine import Affine, Layer, Norm, takes, with_bias
from archc.passes.operators import ChannelClamp
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, Tensors, step


def fold_norms(graph: Graph) -> Step:
    """Fold batch norm and `scale` into the convolution or fully connected layer before them.

    Exact in real numbers, since in evaluation both are a factor and a summand for each channel; in floating
    point each weight is rounded once more. The layer must be read by nothing else, and
    neither of the two may share weights (Jacob et al., Quantization and training, 2018, section 3.2).
    """
    return step(graph, _after(graph))


def _after(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for layer in reading.nodes:
        norm = reading.only(layer)
        if norm is None or not takes(layer.op) or not isinstance(norm.op, Affine):
            continue
        if not _shared(reading, layer, norm):
            yield Change(
                f"{norm.name} into {layer.name}",
                (layer.name, norm.name),
                (
                    SetOp(reading.scope(layer), layer.name, with_bias),
                    Drop(reading.scope(norm), norm.name),
                ),
                partial(_fold_after, norm=Norm.of(norm), layer=Layer.of(layer)),
            )


def _fold_after(tensors: Tensors, norm: Norm, layer: Layer) -> None:
    layer.scale_outputs(tensors, *norm.take(tensors))


def fold_norms_ahead(graph: Graph) -> Step:
    """Fold batch norm and `scale` into the convolutions and fully connected layers behind them.

    Exact in real numbers where no window of the layers reaches into padding: a zero of the padding has
    been neither scaled nor moved. All readers must be such layers.
    """
    return step(graph, _ahead(graph))


def _ahead(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for norm in reading.nodes:
        readers = reading.readers(norm)
        if isinstance(norm.op, Affine) and _fitting(reading, norm, readers):
            yield Change(
                f"{norm.name} into {_listed(readers)}",
                (*(reader.name for reader in readers), norm.name),
                (Drop(reading.scope(norm), norm.name), *_biases(reading, readers)),
                partial(_fold_before, norm=Norm.of(norm), layers=tuple(map(Layer.of, readers))),
            )


def _fold_before(tensors: Tensors, norm: Norm, layers: tuple[Layer, ...]) -> None:
    factor, summand = norm.take(tensors)
    for layer in layers:
        layer.take_inputs(tensors, factor, summand)


def clamp_norms(graph: Graph) -> Step:
    """Turn batch norm and ReLU before convolutions into a clamp of each channel: one read of the maps.

    ReLU(s·x + t) is s·clamp(x) + t with the bound −t/s: from below where s > 0, from above where s < 0. The
    factor and the summand go into the convolutions, as in ``fold_norms_ahead`` and exact where that is.
    """
    return step(graph, _clamps(graph))


def _clamps(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for norm in reading.nodes:
        relu = reading.only(norm)
        if not isinstance(norm.op, Affine) or relu is None or not isinstance(relu.op, ReLU):
            continue
        readers = reading.readers(relu)
        fits = len(norm.shape) == 3 and not reading.shares(relu)
        if fits and _fitting(reading, norm, readers):
            yield Change(
                f"{norm.name} and its ReLU into {_listed(readers)}",
                (norm.name, relu.name, *(reader.name for reader in readers)),
                (
                    SetOp(reading.scope(norm), norm.name, lambda op: ChannelClamp()),
                    Drop(reading.scope(relu), relu.name),
                    *_biases(reading, readers),
                ),
                partial(_fold_clamp, norm=Norm.of(norm), layers=tuple(map(Layer.of, readers))),
            )


def _fold_clamp(tensors: Tensors, norm: Norm, layers: tuple[Layer, ...]) -> None:
    import torch

    dtype = tensors[f"{layers[0].name}.weight"].dtype
    factor, summand = norm.take(tensors)
    bound = -summand / factor
    low = torch.where(factor > 0, bound, -torch.inf)
    high = torch.where(factor < 0, bound, torch.inf)
    # of a channel without a factor, or with one so small that no number holds the bound, ReLU(t) is left
    nothing = ~torch.isfinite(bound.to(dtype))
    low, high = (torch.where(nothing, 0, numbers) for numbers in (low, high))
    summand = torch.where(nothing, summand.relu(), summand)
    factor = torch.where(nothing, 0, factor)
    tensors[f"{norm.name}.low"] = low.to(dtype).view(-1, 1, 1)
    tensors[f"{norm.name}.high"] = high.to(dtype).view(-1, 1, 1)
    for layer in layers:
        layer.take_inputs(tensors, factor, summand)


def _fitting(reading: Reading, norm: Node, readers: list[Node]) -> bool:
    """Whether there are readers, and all of them can take in what comes before them."""
    if not readers or _shared(reading, norm, *readers):
        return False
    return all(_sees_no_padding(node) for node in readers)


def _sees_no_padding(node: Node) -> bool:
    if not takes(node.op):
        return False
    if isinstance(node.op, Convolution):
        return not any(sum(axis.padding) for axis in node.op.windows(node.inputs[0].shape))
    return isinstance(node.op, FullyConnected)


def _shared(reading: Reading, *nodes: Node) -> bool:
    return any(map(reading.shares, nodes))


def _biases(reading: Reading, nodes: list[Node]) -> tuple[SetOp, ...]:
    return tuple(SetOp(reading.scope(node), node.name, with_bias) for node in nodes)


def _listed(nodes: list[Node]) -> str:
    return ", ".join(node.name for node in nodes)
