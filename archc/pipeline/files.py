"""The files of a cut network: each stage with its weights, the whole, and the script that runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archc.codegen import emit
from archc.graph.graph import Graph
from archc.pipeline.cut import Cut
from archc.pipeline.launch import launch_script
from archc.pipeline.parts import stage_graphs

if TYPE_CHECKING:
    from torch import Tensor


def names(count: int, weights: bool) -> list[str]:
    """The files of ``count`` stages.

    None has the network's name, which would hide modules of the same name from Python: ``code``, ``torch``.
    """
    stages = [f"stage{index}" for index in range(count)]
    found = [*(f"{stage}.py" for stage in stages), "whole.py", "train.py"]
    return [*found, *(f"{stage}.safetensors" for stage in stages)] if weights else found


def stage_files(
    graph: Graph, cut: Cut, tensors: Mapping[str, Tensor] | None = None
) -> dict[str, bytes]:
    """Each file's content by its name.

    ``tensors`` is the network's state dict; without it no weights are written.
    """
    stages = stage_graphs(graph, cut)
    sources = [*map(emit, stages), emit(graph), launch_script(graph, stages)]
    contents = [source.encode() for source in sources]
    if tensors is not None:
        contents += [_weights(stage, tensors) for stage in stages]
    return dict(zip(names(len(stages), tensors is not None), contents, strict=True))


def _weights(stage: Graph, tensors: Mapping[str, Tensor]) -> bytes:
    from archc.weights import to_bytes

    own = {
        name: tensor for name, tensor in tensors.items() if name.rpartition(".")[0] in stage.nodes
    }
    return to_bytes(own, ".safetensors")
