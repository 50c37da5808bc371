"""``outputs``: a node, a list of nodes, or a mapping of names to nodes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from archc.errors import Edit, Fix, Span, nearest
from archc.spec.collect import Mistakes
from archc.spec.document import Output
from archc.spec.keys import OUTPUT_KEYS, brief, check_key, known_entries
from archc.spec.nulls import report_nulls
from archc.spec.patch import has
from archc.spec.tree import Map, Seq


def document_outputs(
    written: Any, at: Span, known: Collection[str], mistakes: Mistakes
) -> list[Output]:
    """The outputs of a document, of which ``known`` are the nodes and inputs."""
    return _Outputs(known, mistakes, in_block=False).of(written, at)


def block_outputs(
    written: Any, at: Span, known: Collection[str], mistakes: Mistakes
) -> dict[str, str]:
    """The outputs of a block: name to reference."""
    outputs = _Outputs(known, mistakes, in_block=True).of(written, at)
    return {output.name: output.source for output in outputs}


def references(document: Map) -> list[str]:
    """What the outputs of a document refer to, as far as they are well formed."""
    written = document.get("outputs")
    if written is None:
        nodes = document.get("nodes")
        kept = (
            [id for id in nodes if "." not in id and has(nodes, id)]
            if isinstance(nodes, Map)
            else []
        )
        return kept[-1:]
    if isinstance(written, Map):
        found = list(written.values())
    else:
        found = list(written) if isinstance(written, Seq) else [written]
    named = [value.get("from") if isinstance(value, Map) else value for value in found]
    return [name for name in named if isinstance(name, str)]


def as_list(key: str, text: str, at: Span, known: Collection[str]) -> tuple[str, tuple[Fix, ...]]:
    """What to write for names that stand in one text, as in ``from: a, b`` or ``from: [a b]``; or nothing.

    Returns: the help, and the change of the text at ``at``.
    """
    names = [name for name in re.split(r"[\s,+&]+", text) if name]
    there = [name.partition(".")[0] in known for name in names]
    if len(names) < 2 or not any(there):
        return "", ()
    inside = ", ".join(names)
    line = at.source.line(at.line)
    written, before = line[at.column - 1 : at.end - 1], line[: at.column - 1].rstrip()
    help = f"names are separated by commas, in brackets: `{key}: [{inside}]`"
    if not all(there) or written.strip("'\"") != text:
        return help, ()
    edit = Edit(at, inside if before[-1:] in ("[", ",") else f"[{inside}]")
    return help, (Fix(help, (edit,), shown=False),)


class _Outputs:
    def __init__(self, known: Collection[str], mistakes: Mistakes, in_block: bool) -> None:
        self.known = known
        self.mistakes = mistakes
        self.in_block = in_block

    def of(self, written: Any, at: Span) -> list[Output]:
        if isinstance(written, Map):
            found = self._mapping(written)
        elif isinstance(written, Seq):
            found = [self._one("", item, written.span(i)) for i, item in enumerate(written)]
        else:
            found = [self._one("", written, at)]
        good = [output for output in found if output is not None]
        self._check_distinct(good, written, at)
        if not found:
            self.mistakes.add(
                "A037", "outputs is empty", at, "name a node, or leave it out for the last one"
            )
        return good

    def _mapping(self, written: Map) -> list[Output | None]:
        if None in written.values():
            report_nulls(written, self.mistakes)
        found = []
        for name, value in written.items():
            check_key(written, name, self.mistakes)
            if value is not None:
                found.append(self._one(name, value, written.span(name)))
        return found

    def _one(self, name: str, value: Any, at: Span) -> Output | None:
        training_only = False
        if isinstance(value, Map):
            entries = known_entries(value, OUTPUT_KEYS, "an output", self.mistakes)
            if None in value.values():
                report_nulls(value, self.mistakes)
            training_only = entries.get("training_only", False)
            if "from" not in entries:
                if "from" not in value:
                    help = "write {from: node, training_only: true}"
                    self.mistakes.add("A037", "this output does not say which node it is", at, help)
                return None
            value, at = entries["from"], value.span("from")
        if not isinstance(value, str):
            message = f"an output must be the name of a node, not {brief(value)}"
            help = "write its id: `outputs: fc`, or `outputs: [a, b]`"
            self.mistakes.add("A021", message, at, help)
            return None
        if training_only and self.in_block:
            help = "name it in the document's outputs"
            self.mistakes.add("A037", "only a document's output can be training_only", at, help)
        node = value.partition(".")[0]
        if node not in self.known:
            listed, fixes = as_list("outputs", value, at, self.known)
            help = listed or nearest(node, self.known)
            message = f"there is no node '{value if listed else node}' to be an output"
            self.mistakes.add("A037", message, at, help, fixes=fixes)
            return None
        return Output(name or value.replace(".", "_"), value, training_only)

    def _check_distinct(self, outputs: list[Output], written: Any, at: Span) -> None:
        names = [output.name for output in outputs]
        for index, name in enumerate(names):
            if name in names[:index]:
                place = written.span(index) if isinstance(written, Seq) else at
                help = "give the outputs names: {a: node, b: node}"
                self.mistakes.add("A037", f"two outputs are called '{name}'", place, help)
