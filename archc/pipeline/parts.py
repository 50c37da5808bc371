"""The stages of a cut network as graphs of their own, which can be analysed, drawn and written like any.

A stage holds a run of the network's layers under their own names. Its inputs are the values that it is given,
its outputs those that a later stage reads, also where they only pass through; the last one's are the
network's. So the names in the stages' state dicts are together those in the network's, each in one stage.

Heads that only training needs run in every pass, except in the last stage: what a stage sends cannot depend
on its mode. The last one hands them out in training, as the whole network does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archc.graph.graph import Facts, Graph, GraphOutput, Node
from archc.ops.inputs import Input
from archc.pipeline.copying import Copier, Run
from archc.pipeline.cut import Cut
from archc.pipeline.names import value_names, variable
from archc.spec.document import Document, Output


def stage_graphs(graph: Graph, cut: Cut) -> list[Graph]:
    """The stages in order; each is named ``NAME_stage0`` and so on."""
    paths = value_names(graph)
    crossing = _variables(graph, cut, paths)
    runs = [Run(cut.layers, paths, stage.first, stage.end) for stage in cut.stages]
    given = [_inputs(graph)]
    for stage in cut.stages[1:]:
        given.append({node: crossing[node] for node in cut.layers.alive(stage.first)})
    ends = [[GraphOutput(name, node, False) for node, name in each.items()] for each in given[1:]]
    ends.append(graph.outputs)
    each = zip(runs, given, ends, strict=True)
    return [_stage(graph, index, *parts) for index, parts in enumerate(each)]


def _variables(graph: Graph, cut: Cut, paths: dict[Node, str]) -> dict[Node, str]:
    """One name for each value that crosses a cut, the same in all stages.

    What a written node's last layer makes has the node's own name, which no later stage needs.
    """
    ends = {unit.trail[0][0].path: index for index, unit in enumerate(cut.layers.units)}
    own = {*graph.inputs, *(item.spec.id for item in graph.root.items)}
    names: dict[Node, str] = {}
    for node, made, read in cut.layers.lives:
        if any(made < stage.first <= read for stage in cut.stages[1:]):
            path = paths[node]
            free = ends.get(path, -1) == made
            names[node] = path if free else variable(path, own.union(names.values()))
    return names


def _inputs(graph: Graph) -> dict[Node, str]:
    return {node: name for name, node in graph.inputs.items()}


def _stage(
    graph: Graph, index: int, run: Run, given: dict[Node, str], ends: Sequence[GraphOutput]
) -> Graph:
    copier = Copier(run)
    for node, name in given.items():
        copier.made[node] = Node(name, Input(), (), Facts(node.shape, {}, {}, 0))
    root, references = copier.root(graph.root, given)
    name = f"{graph.name}_stage{index}"
    outputs = [Output(end.name, references[end.node], end.training_only) for end in ends]
    return replace(
        graph,
        name=name,
        document=_document(graph.document, name, index, outputs, last=ends is graph.outputs),
        root=root,
        inputs=root.inputs,
        nodes={node.name: node for node in root.nodes},
        outputs=[end._replace(node=copier.made[end.node]) for end in ends],
        warnings=[],
    )


def _document(
    document: Document, name: str, index: int, outputs: list[Output], last: bool
) -> Document:
    title = f"{document.title or document.name} stage {index}"
    named = document.named_outputs and last
    return replace(document, name=name, title=title, outputs=outputs, named_outputs=named)
