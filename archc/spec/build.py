"""A merged mapping -> :class:`Document`: its structure checked, its nodes and blocks built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.errors import Span, nearest
from archc.spec.blocks import Blocks, new_end
from archc.spec.collect import Mistakes
from archc.spec.document import Document, Lexical, NodeSpec, Output
from archc.spec.inherit import Merged
from archc.spec.keys import (
    DOCUMENT_KEYS,
    LINT_KEYS,
    PAPER_KEYS,
    brief,
    check_id,
    check_key,
    known_entries,
    misspelt,
)
from archc.spec.layouts import layouts
from archc.spec.names import problem_with_file_name
from archc.spec.nodes import Nodes
from archc.spec.nulls import report_nulls
from archc.spec.outputs import document_outputs
from archc.spec.scope import Named, check_distinct, lexical
from archc.spec.shapes import (
    check_shape,
    has_null_batch,
    is_one_shape,
    odd_shapes,
    report_one_shape,
)
from archc.spec.tree import Map, Seq
from archc.spec.unused import unused_args
from archc.spec.values import Values
from archc.spec.weights import missing, weights

MOST_NAMED = 8  # nodes in a message


class Builder:
    """Builds one document, with the blocks of the files it includes."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.values = Values(mistakes)
        self.nodes = Nodes(self.values, mistakes)
        self.blocks = Blocks(self.values, self.nodes, mistakes)

    def document(self, merged: Merged, args: Mapping[str, Any]) -> Document:
        """The document itself. ``args`` are a caller's, already checked, and replace its own."""
        written = merged.map
        entries, scope = self.include(merged)
        for name, value in args.items():
            scope.args[name] = value
        input = self._input(written, entries)
        nodes, instances = self._nodes(written, entries)
        named_inputs = input if isinstance(input, Map) else None
        groups = [
            Named("arg", scope.args, entries.get("args")),
            Named("input", named_inputs or (), named_inputs),
            Named("node", nodes, entries.get("nodes")),
        ]
        check_distinct(groups, "the document", self.mistakes)
        outputs: list[Output] = []
        if "outputs" in entries:
            known = {*nodes, *(named_inputs or ("input",))}
            outputs = document_outputs(
                entries["outputs"], written.span("outputs"), known, self.mistakes
            )
        warnings = [] if outputs else new_end(nodes, merged.added.get("", set()), "the document")
        names = layouts(entries["layouts"], nodes, self.mistakes) if "layouts" in entries else {}
        trained = weights(merged, entries.get("weights"), names, self.mistakes)
        return Document(
            name=self._name(merged),
            marks=written,
            lexical=scope,
            blocks=self.blocks.built,
            input=input,
            nodes=nodes,
            outputs=outputs,
            named_outputs=isinstance(entries.get("outputs"), Map),
            instances=instances,
            title=entries.get("title", ""),
            note=entries.get("note", ""),
            paper=self._people(entries, "paper"),
            published=self._people(entries, "published"),
            lineage=self._lineage(merged),
            layouts=names,
            weights=trained,
            freeze=tuple(entries.get("freeze", ())),
            layers=tuple(layer.map for layer in merged.layers),
            lint=self._lint(entries.get("lint")),
            former=tuple(merged.former),
            warnings=[
                *warnings,
                *self.blocks.warnings,
                *unused_args(merged, self.values.names),
                *missing(trained),
                *odd_shapes(written),
            ],
        )

    def include(self, merged: Merged) -> tuple[dict[str, Any], Lexical]:
        """Take up the blocks of a file: the document's own or an included one's."""
        written = merged.map
        if None in written.values():
            report_nulls(written, self.mistakes)
        entries = known_entries(written, DOCUMENT_KEYS, "a document", self.mistakes)
        scope = lexical(written, entries, self.values, self.mistakes)
        if "blocks" in entries:
            self.blocks.add(entries["blocks"], scope, merged.added)
        return entries, scope

    def _name(self, merged: Merged) -> str:
        top = merged.layers[-1]
        if top.is_variant:
            self._check_file_name(top.name, top.map.span())
            return top.name
        name = top.map.get("name")
        if name is None:
            if "name" not in top.map and not misspelt(top.map, DOCUMENT_KEYS, "name"):
                message = "the document has no name"
                help = "write `name: …`; what is built is called by it"
                self.mistakes.add("A028", message, top.map.span(), help)
            return ""
        if isinstance(name, str):
            check_id(name, top.map.span("name"), self.mistakes)
            self._check_file_name(name, top.map.span("name"))
        return str(name)

    def _check_file_name(self, name: str, at: Span) -> None:
        """What is built is written to NAME.py."""
        problem = problem_with_file_name(name)
        if problem is not None:
            self.mistakes.add("A028", problem, at, f"write `{name}_net`")

    def _lineage(self, merged: Merged) -> tuple[str, ...]:
        return tuple(dict.fromkeys(layer.name for layer in reversed(merged.layers)))

    def _nodes(
        self, written: Map, entries: Mapping[str, Any]
    ) -> tuple[dict[str, NodeSpec], dict[str, Map | None]]:
        if not entries.get("nodes"):
            missing = "nodes" not in written and not misspelt(written, DOCUMENT_KEYS, "nodes")
            if missing or entries.get("nodes") == {}:
                at = written.span("nodes" if "nodes" in written else None)
                self.mistakes.add(
                    "A035", "the document has no nodes", at, "write them under `nodes`"
                )
            return {}, {}
        marks: Map = entries["nodes"]
        nodes, paths = self.nodes.build(marks, entries.get("args", ()))
        instances = {path: self.nodes.instance(marks, path) for path in paths}
        for path in paths:
            first = path.partition(".")[0]
            if first not in nodes:
                message = f"'{path}' patches an instance of '{first}', and there is no such node"
                help = nearest(first, nodes, self._with_parts(nodes))
                self.mistakes.add("A034", message, marks.key_span(path), help)
        return nodes, instances

    def _with_parts(self, nodes: Mapping[str, NodeSpec]) -> str:
        """The nodes that a path can lead into: repeated ones, and calls of blocks."""
        repeated = [name for name, spec in nodes.items() if spec.repeat is not None]
        calls = [name for name, spec in nodes.items() if spec.op in self.blocks.built]
        names = [name for name in nodes if name in {*repeated, *calls}]
        if not names:
            return "no node here is repeated or calls a block"
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        shown = ", ".join(names[:MOST_NAMED]) + more
        return f"paths begin with a node that is repeated or calls a block: {shown}"

    def _input(self, written: Map, entries: Mapping[str, Any]) -> Any:
        if "input" not in entries:
            if "input" not in written and not misspelt(written, DOCUMENT_KEYS, "input"):
                help = (
                    "write its shape without the batch axis, channels first: `input: [3, 224, 224]`"
                )
                self.mistakes.add("A035", "the document has no input", written.span(), help)
            return Seq(written.mark)
        shape = entries["input"]
        if isinstance(shape, Map) and shape and is_one_shape(shape):
            report_one_shape(written, "input", self.mistakes)
        elif isinstance(shape, Map) and shape:
            if None in shape.values():
                report_nulls(shape, self.mistakes)
            for name in shape:
                if name != "input":
                    check_key(shape, name, self.mistakes)
                check_shape(shape, name, self.mistakes)
        else:
            check_shape(written, "input", self.mistakes)
        return shape if has_null_batch(shape) else self.values.of(written, "input")

    def _people(self, entries: Mapping[str, Any], key: str) -> Map | None:
        """``paper`` or ``published``: any keys, but plain values."""
        written: Map | None = entries.get(key)
        if written is None:
            return None
        if None in written.values():
            report_nulls(written, self.mistakes)
        known = known_entries(
            written, PAPER_KEYS if key == "paper" else {}, key, self.mistakes, loose=True
        )
        for name, value in known.items():
            if isinstance(value, dict) and key == "paper":
                message = f"{name} of a paper must be a word, number or list, not {brief(value)}"
                help = f"write `{name}: …`, a word or a list of words"
                self.mistakes.add("A021", message, written.span(name), help)
        return written

    def _lint(self, written: Map | None) -> dict[str, bool]:
        """Which warnings are switched on and off; a code that nothing has is a mistake."""
        if written is None:
            return {}
        if None in written.values():
            report_nulls(written, self.mistakes)
        known = known_entries(written, LINT_KEYS, "lint", self.mistakes)
        return {code: value == "on" for code, value in known.items()}
