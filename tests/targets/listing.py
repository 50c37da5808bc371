"""An ONNX model as a text that people can read and compare: names and shapes, no numbers of weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import onnx
from onnx import helper


def size(info: Any) -> str:
    """``batch × 3 × 8 × 8``"""
    return " × ".join(
        dim.dim_param or str(dim.dim_value) for dim in info.type.tensor_type.shape.dim
    )


def listing(model: onnx.ModelProto) -> str:
    return "\n".join(_lines(model)) + "\n"


def _lines(model: onnx.ModelProto) -> Iterator[str]:
    graph = model.graph
    versions = ", ".join(f"opset {entry.version}" for entry in model.opset_import)
    marks = ", ".join(f"{entry.key}: {entry.value}" for entry in model.metadata_props)
    yield f"{graph.name} ({graph.doc_string}): {model.producer_name}, {versions}, {marks}"
    shapes = {info.name: size(info) for info in (*graph.value_info, *graph.output)}
    yield from _table("inputs", ((info.name, size(info)) for info in graph.input))
    rows = (
        (node.name, node.op_type, ", ".join(node.input), node.output[0],
         shapes.get(node.output[0], ""), _settings(node), node.doc_string)
        for node in graph.node
    )  # fmt: skip
    yield from _table("nodes", rows)
    dims = ((entry.name, " × ".join(map(str, entry.dims))) for entry in graph.initializer)
    yield from _table("initialisers", dims)
    yield from _table("outputs", ((info.name, size(info)) for info in graph.output))


def _settings(node: onnx.NodeProto) -> str:
    values = ((entry.name, helper.get_attribute_value(entry)) for entry in node.attribute)
    return " ".join(f"{name}={_value(value)}" for name, value in sorted(values))


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value.decode() if isinstance(value, bytes) else value)


def _table(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield ""
    yield title
    for row in rows:
        yield "  " + " | ".join(row).rstrip(" |")
