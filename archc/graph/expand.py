"""Document -> Graph: expansion and shape inference in one walk, in document order.

They are one because ``input.channels`` may steer a block. The result has a shape for every value; there
is no un-shaped graph to mistake for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.budgets import timed
from archc.collector import paused_collector
from archc.errors import Mistake, Span, SpecError
from archc.graph import freezing, outputs
from archc.graph.calls import Calls
from archc.graph.foreseen import check_size
from archc.graph.frame import Fault, Frame, Result
from archc.graph.graph import Graph, GraphOutput, Scope
from archc.graph.needed import left_out
from archc.graph.settings import evaluate
from archc.ops.base import Shape
from archc.spec.collect import Mistakes
from archc.spec.document import Document
from archc.spec.shapes import is_size, report_size
from archc.spec.tree import Map, Seq

MAX_AXES = 4  # channels and up to three spatial axes


@timed()
@paused_collector()
def expand(document: Document) -> Graph:
    """The document's graph.

    Raises:
        SpecError: with every independent mistake.
    """
    calls = Calls(document)
    frame = Frame(Scope("", None, {}, {}), document.nodes, document.lexical, {}, {})
    found: list[GraphOutput] = []
    ending: list[Mistake] = []  # a limit that was passed
    try:
        found = _walk(document, calls, frame)
    except SpecError as error:
        ending = error.mistakes
    mistakes = [told.noted() for told in calls.told.values() if not told.mistake.warning]
    mistakes += ending
    if mistakes:
        raise SpecError(mistakes)
    graph = Graph(
        document.name,
        document,
        frame.scope,
        frame.scope.inputs,
        calls.nodes,
        found,
        [*document.warnings, *calls.warnings],
        (*(name for name in document.nodes if name in calls.left_out.names), *calls.cut),
    )
    outputs.mark_training_only(graph)
    freezing.mark(graph)
    return graph


def _walk(document: Document, calls: Calls, frame: Frame) -> list[GraphOutput]:
    """Expand the whole document. Returns its outputs, as far as there are no mistakes."""
    try:
        args = calls.lexical(document.lexical)
        frame.env.update(args)
        frame.scope.args.update(args)
    except Fault as fault:
        calls.tell(fault, frame)
        return []
    calls.left_out = left_out(document, frame.env)
    unread = calls.left_out.names
    frame.nodes = {name: spec for name, spec in document.nodes.items() if name not in unread}
    check_size(frame, calls)
    _place_inputs(document, calls, frame)
    calls.walk(frame)
    found = outputs.of_document(document, frame, calls)
    unseen = [*calls.failed, *unread, *calls.cut]
    for mistake in calls.instances.unmet([*calls.nodes, *calls.paths], unseen):
        calls.report(mistake, frame)
    for mistake in freezing.unmet(document, calls, frame.scope, unseen):
        calls.report(mistake, frame)
    return found


def _place_inputs(document: Document, calls: Calls, frame: Frame) -> None:
    """Each document input with its shape, checked; a wrong one leaves a gap."""
    named = document.input if isinstance(document.input, Map) else None
    given: Mapping[str, Any] = named if named is not None else {"input": document.input}
    for name, written in given.items():
        if name in calls.left_out.names:
            continue
        marks, key = (document.marks, "input") if named is None else (named, name)
        try:
            value = evaluate(written, frame, marks, key)
            shape = _shape(name, value, written, marks.span(key if key in marks else None))
        except Fault as fault:
            calls.tell(fault, frame)
            frame.define(name, None)
        else:
            node = calls.place_input(name, shape)
            frame.scope.inputs[name] = node
            frame.define(name, Result(node))
    frame.above = next(iter(given)) if len(given) == 1 else ""


def _shape(name: str, value: Any, written: Any, at: Span) -> Shape:
    sizes = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(sizes) <= MAX_AXES:
        message = f"the shape of {name} must be one to {MAX_AXES} sizes, not {len(sizes)}"
        help = "channels first, without the batch: [3, 224, 224]"
        raise Fault(Mistake("A038", message, at, help=help))
    wrong = Mistakes()
    for index, size in enumerate(sizes):
        if not is_size(size):
            items = written if isinstance(written, Seq) else None
            report_size(items, index, size, wrong, at)
    if wrong:
        raise Fault(*wrong)
    return tuple(sizes)
