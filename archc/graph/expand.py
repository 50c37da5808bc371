"""Document -> Graph: expansion and shape inference in one walk, in document order.

They are one because ``input.channels`` may steer a block. The result has a shape for every value; there
is no un-shaped graph to mistake for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.errors import Mistake, Span, SpecError
from archc.graph import outputs
from archc.graph.calls import Calls
from archc.graph.frame import Fault, Frame, Result, Silent
from archc.graph.graph import Graph, Scope
from archc.graph.settings import evaluate
from archc.ops.base import Shape
from archc.spec.document import Document
from archc.spec.tree import Map

MAX_AXES = 4  # channels and up to three spatial axes


def expand(document: Document) -> Graph:
    """The document's graph.

    Raises:
        SpecError: with every independent mistake.
    """
    calls = Calls(document)
    try:
        return _expand(document, calls)
    except Fault as fault:
        calls.report(fault.mistake)
    except Silent:
        pass
    raise SpecError(calls.mistakes)


def _expand(document: Document, calls: Calls) -> Graph:
    env = calls.lexical(document.lexical)
    frame = Frame(
        scope=Scope("", None, dict(env), {}),
        nodes=document.nodes,
        lexical=document.lexical,
        env=dict(env),
        results={},
    )
    shapes = _input_shapes(document, frame)
    for name, shape in shapes.items():
        node = calls.place_input(name, shape)
        frame.scope.inputs[name] = node
        frame.define(name, Result(node))
    frame.above = next(iter(shapes)) if len(shapes) == 1 else ""
    calls.walk(frame)
    found = outputs.of_document(document, frame, calls)
    for mistake in calls.instances.unmet([*calls.nodes, *calls.paths]):
        calls.report(mistake)
    if calls.mistakes:
        raise SpecError(calls.mistakes)
    graph = Graph(
        document.name,
        document,
        frame.scope,
        frame.scope.inputs,
        calls.nodes,
        found,
        [*document.warnings, *calls.warnings],
    )
    outputs.mark_training_only(graph)
    return graph


def _input_shapes(document: Document, frame: Frame) -> dict[str, Shape]:
    """Each document input with its shape, checked."""
    named = document.input if isinstance(document.input, Map) else None
    given: Mapping[str, Any] = named if named is not None else {"input": document.input}
    shapes: dict[str, Shape] = {}
    for name, written in given.items():
        marks, key = (document.marks, "input") if named is None else (named, name)
        value = evaluate(written, frame, marks, key)
        shapes[name] = _shape(name, value, marks.span(key if key in marks else None))
    return shapes


def _shape(name: str, value: Any, at: Span) -> Shape:
    sizes = value if isinstance(value, list | tuple) else [value]
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes)
    if not whole or not 0 < len(sizes) <= MAX_AXES:
        message = f"the shape of {name} must be one to {MAX_AXES} whole numbers above 0"
        help = "channels first, without the batch: [3, 224, 224]"
        raise Fault(Mistake("A056", message, at, help=help))
    return tuple(sizes)
