"""Which values a scope hands out, and which nodes feed nothing."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from archc.errors import Fix, Label, Mistake, Span
from archc.graph.explain import own_source
from archc.graph.frame import Fault, Frame, Silent
from archc.graph.graph import Graph, GraphOutput, Node
from archc.spec.document import Block, Document, last_written
from archc.spec.edits import set_keys
from archc.spec.tree import Map, Seq

if TYPE_CHECKING:
    from archc.graph.calls import Calls


def of_document(document: Document, frame: Frame, calls: Calls) -> list[GraphOutput]:
    """The graph's outputs, in order; the last node written where the document names none."""
    found: list[GraphOutput] = []
    end = last_written(document.nodes)
    last = frame.results.get(end)
    if not document.outputs and last is not None:
        frame.used.add(end)
        found.append(GraphOutput(end, last.node, False))
    for index, output in enumerate(document.outputs):
        item = frame.items.get(output.source)
        if output.training_only and item is not None and not item.parts:
            continue  # an absent auxiliary head disappears
        try:
            place = partial(_span, document.marks, output.name, index)
            result = frame.reach(output.source, place)
            found.append(GraphOutput(output.name, result.node, output.training_only))
        except Fault as fault:
            calls.tell(fault, frame)
        except Silent:
            pass
    check_used(frame, calls)
    if document.outputs and all(output.training_only for output in document.outputs):
        at = document.marks.span("outputs")
        help = "name the network's own output first: {main: fc, aux1: {from: aux1, training_only: true}}"
        message = "every output is training_only, so evaluation has none"
        calls.report(Mistake("A051", message, at, help=help), frame)
    return found


def of_block(block: Block, frame: Frame, calls: Calls) -> None:
    """Fill in the scope's outputs.

    Raises:
        Silent: one of them has failed.
    """
    failed = False
    for index, (name, reference) in enumerate(block.outputs.items()):
        try:
            at = partial(_span, block.marks, name, index)
            frame.scope.outputs[name] = frame.reach(reference, at).node
        except Fault as fault:
            calls.tell(fault, frame)
            failed = True
        except Silent:
            failed = True
    check_used(frame, calls)
    if failed:
        raise Silent


def _span(marks: Map, name: str, index: int) -> Span:
    written = marks.get("outputs")
    if isinstance(written, Map) and name in written:
        return written.span(name)
    if isinstance(written, Seq) and index < len(written):
        return written.span(index)
    return marks.span("outputs" if "outputs" in marks else None)


def check_used(frame: Frame, calls: Calls) -> None:
    """Report nodes whose value nobody reads: a forgotten end is the commonest mistake of a patch."""
    if frame.unresolved:
        return  # what seems unused may be what a misspelt name means
    for name, item in frame.items.items():
        if name in frame.used or not item.parts or frame.results.get(name) is None:
            continue
        at = item.spec.marks.span()
        help = "read it in a `from` below, name it in `outputs`, or remove it"
        named = frame.scope.block is None and calls.document.outputs
        if not named and frame.results.get(frame.above) is not None and name != frame.above:
            help = f"{help}; the output is '{frame.above}', the last node written"
        message = f"'{name}' feeds nothing and is no output"
        mistake = Mistake("A043", message, at, (), frame.where, help=help)
        calls.report(_at_the_new_end(mistake, frame, calls.document), frame)
    if frame.scope.block is None:
        for name in frame.scope.inputs:
            if name not in frame.used:
                at = calls.document.marks.span("input")
                help = "read it in a `from`, or remove it"
                mistake = Mistake("A043", f"input '{name}' feeds nothing", at, help=help)
                calls.report(mistake, frame)


def _at_the_new_end(mistake: Mistake, frame: Frame, document: Document) -> Mistake:
    """The mistake of a base's end that a patch has pushed aside, told where the patch added its node."""
    new = frame.items.get(frame.above)
    own, at = own_source(document), mistake.at
    if frame.scope.block is not None or new is None or at is None or document.outputs:
        return mistake
    place = new.spec.marks.span()
    if place.source is not own or at.source is own or not new.reads:
        return mistake
    message = f"{mistake.message}, since '{frame.above}' was added behind it"
    anchor = new.reads[0].partition(".")[0]
    edits = set_keys(document, None, new.spec, {"after": anchor})
    fix = Fix(f"let {frame.above} stand after {anchor}", edits)
    labels = (Label(at, "feeds nothing"),)
    return dataclasses.replace(mistake, message=message, at=place, labels=labels, fixes=(fix,))


def mark_training_only(graph: Graph) -> None:
    """Mark the nodes that no output of evaluation depends on."""
    if not any(output.training_only for output in graph.outputs):
        return
    kept: set[str] = set()
    waiting: list[Node] = [output.node for output in graph.outputs if not output.training_only]
    while waiting:
        node = waiting.pop()
        if node.name not in kept:
            kept.add(node.name)
            waiting.extend(node.inputs)
    for node in graph.nodes.values():
        node.training_only = node.name not in kept
