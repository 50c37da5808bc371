"""Memory: the format of maps, activations over their input, and batches in slices."""

from __future__ import annotations

from collections.abc import Iterator

from archc.analysis.memory import BYTES, activation_bytes, peak_activation_bytes
from archc.analysis.words import counted
from archc.graph.graph import Graph, Node
from archc.graph.rewriting.edits import Insert, SetOp, TakeSlices
from archc.ops.activation import ELU, SELU, Activation
from archc.ops.base import Operator
from archc.ops.conv import Convolution
from archc.ops.inputs import Input
from archc.passes.operators import ChannelsLast, FusedConv, InPlace
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, step

CACHE = 32 * 2**20  # bytes: about the last cache of a CPU, and what malloc keeps to give out again


def use_channels_last(graph: Graph) -> Step:
    """Let maps lie in memory with the channels of each position side by side, from the input on.

    Exact up to the order of sums: only places in memory change, and with them the kernels of convolutions.
    """
    return step(graph, _formats(graph))


def _formats(graph: Graph) -> Iterator[Change]:
    if not any(isinstance(node.op, Convolution | FusedConv) for node in graph.nodes.values()):
        return
    for name, node in graph.inputs.items():
        readers = [reader for reader in graph.nodes.values() if node in reader.inputs]
        if len(node.shape) == 3 and not any(isinstance(r.op, ChannelsLast) for r in readers):
            id = "channels_last" if len(graph.inputs) == 1 else f"{name}_channels_last"
            used = {*graph.nodes, *graph.inputs, *(item.spec.id for item in graph.root.items)}
            while id in used:
                id += "_"
            yield Change(name, (id,), (Insert("", name, id, ChannelsLast()),))


def act_in_place(graph: Graph) -> Step:
    """Let activations overwrite their input, where that is used for the last time.

    Exact, bit for bit. The input must be made in the same block, lie in memory of its own (no view of
    another value, no input of the network) and be no output.
    """
    return step(graph, _overwriting(graph))


def _overwriting(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for node in reading.nodes:
        if _overwrites(node.op) and _owns(reading, node):
            edit = SetOp(reading.scope(node), node.name, _in_place)
            yield Change(node.name, (node.name,), (edit,))


def _overwrites(op: Operator) -> bool:
    """Whether an activation can be in place: as in plain source, or where gradients alone would differ."""
    return isinstance(op, Activation) and (bool(op.in_place) or isinstance(op, ELU | SELU))


def _owns(reading: Reading, node: Node) -> bool:
    """Whether the node is the last to read its input, and that is nobody else's memory."""
    source = node.inputs[0]
    if isinstance(source.op, Input | ChannelsLast) or source.op.view:  # may be the caller's memory
        return False
    if reading.shares(node) or reading.shares(source):  # one class, called in two places
        return False
    if source.training_only != node.training_only:
        return False
    if any(reader.op.view for reader in reading.readers(source)):
        return False
    return reading.last(source) is node and reading.scope(source) == reading.scope(node)


def _in_place(op: Operator) -> Operator:
    return InPlace(op)


def take_slices(graph: Graph) -> Step:
    """Let a large batch run in slices on a CPU: as many samples at a time as have their maps in its cache.

    Not fewer than it takes for the maps to outweigh the weights, which each slice reads again. Exact up to
    the order of sums: in evaluation samples do not depend on each other.
    """
    return step(graph, _slices(graph))


def _slices(graph: Graph) -> Iterator[Change]:
    if graph.slice or any(output.training_only for output in graph.outputs):
        return
    fitting = CACHE // peak_activation_bytes(graph).bytes
    weights = BYTES * sum(node.params + node.frozen_params for node in graph.nodes.values())
    most = max(fitting, weights // max(activation_bytes(graph), 1))
    samples = 1 << max(most.bit_length() - 1, 0)  # a power of two divides most batches
    words = f"at most {counted(samples, 'sample')} at a time"
    yield Change(words, (), (TakeSlices("", samples),))
