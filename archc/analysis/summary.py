"""Everything that is counted about an architecture, in one place and in four formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from archc.analysis.cost import Totals, totals
from archc.analysis.memory import (
    Peak,
    activation_bytes,
    activation_bytes_in_training,
    peak_activation_bytes,
)
from archc.analysis.paths import depth
from archc.analysis.receptive import Field, Reach, covers, receptive_fields
from archc.analysis.words import dimensions
from archc.budgets import timed
from archc.collector import paused_collector
from archc.graph.graph import Graph, Node

Format: TypeAlias = Literal["table", "json", "csv", "markdown"]


@dataclass(frozen=True)
class Summary:
    """The counts of one graph. Memory is in bytes of float32, for one sample."""

    graph: Graph
    totals: Totals
    depth: int  # layers with weights on the longest path
    activation_bytes: int  # without training-only heads
    activation_bytes_in_training: int
    peak: Peak

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Receptive fields by node and document input; most of the work, so left until asked for."""
        return receptive_fields(self.graph)

    @property
    def has_heads(self) -> bool:
        """Whether there are nodes that only training runs."""
        return any(node.training_only for node in self.graph.nodes.values())

    def field_sizes(self, node: Node) -> tuple[int, ...] | None:
        """How far a node sees along each axis of an input; None where it sees all of it.

        Of several inputs, the first that the node depends on is taken; without any, there are no axes.
        """
        for name, reaches in self.fields[node.name].items():
            lengths = self.graph.inputs[name].shape[1:]
            if all(map(covers, reaches, lengths)):
                return None
            return tuple([reach.size for reach in reaches])
        return ()

    def field_words(self, node: Node) -> str:
        """How far a node sees, for a table: ``11 × 11``, or ``all`` of the input."""
        sizes = self.field_sizes(node)
        return "all" if sizes is None else dimensions(sizes)

    def as_dict(self) -> dict[str, Any]:
        """The counts as JSON holds them.

        Where there is one input, ``input`` and ``receptive_field`` are given plainly; where there
        are several, by their names, as in the spec language.
        """
        graph, (whole, heads) = self.graph, self.totals
        shapes = {name: list(node.shape) for name, node in graph.inputs.items()}
        return {
            "name": graph.name,
            "input": _one_or_named(shapes, shapes),
            "outputs": {
                output.name: {
                    "node": output.node.name,
                    "shape": list(output.node.shape),
                    "training_only": output.training_only,
                }
                for output in graph.outputs
            },
            **whole._asdict(),
            "training_only": heads._asdict(),
            "depth": self.depth,
            "activation_bytes": self.activation_bytes,
            "activation_bytes_in_training": self.activation_bytes_in_training,
            "peak_activation_bytes": self.peak.bytes,
            "peak_at": self.peak.node,
            "nodes": [self._node_dict(node) for node in graph.nodes.values()],
        }

    def _node_dict(self, node: Node) -> dict[str, Any]:
        fields = {name: _field_dict(axes) for name, axes in self.fields[node.name].items()}
        return {
            "name": node.name,
            "op": node.op.name,
            "inputs": [source.name for source in node.inputs],
            "shape": list(node.shape),
            "params": node.params,
            "buffers": node.buffers,
            "macs": node.macs,
            "frozen": node.frozen_params,
            "training_only": node.training_only,
            "receptive_field": _one_or_named(fields, self.graph.inputs),
        }


@paused_collector()
@timed()
def summarise(graph: Graph) -> Summary:
    """Count everything."""
    return Summary(
        graph,
        totals(graph),
        depth(graph),
        activation_bytes(graph),
        activation_bytes_in_training(graph),
        peak_activation_bytes(graph),
    )


def _one_or_named(values: dict[str, Any], inputs: dict[str, Any]) -> Any:
    return next(iter(values.values()), None) if len(inputs) == 1 else values


def _field_dict(reaches: tuple[Reach, ...]) -> dict[str, list[Any]]:
    """Sizes, strides and offsets along the axes of one input; a stride of null is uneven."""
    strides = (reach.stride for reach in reaches)
    return {
        "size": [reach.size for reach in reaches],
        "stride": [s if s is None else int(s) if s.denominator == 1 else float(s) for s in strides],
        "offset": [reach.offset for reach in reaches],
    }
