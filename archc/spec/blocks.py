"""Blocks as written -> :class:`Block`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archc.errors import Label, Mistake
from archc.ops import OPERATORS
from archc.spec.collect import Mistakes
from archc.spec.document import Block, Lexical, NodeSpec, Required, last_written
from archc.spec.keys import (
    BLOCK_KEYS,
    FOLLOWERS,
    NODE_KEYS,
    TYPES,
    brief,
    check_id,
    known_entries,
    misspelt,
)
from archc.spec.nodes import Nodes
from archc.spec.nulls import report_nulls
from archc.spec.outputs import block_outputs
from archc.spec.scope import Named, check_distinct, check_ids
from archc.spec.tree import Map
from archc.spec.values import Values

NOT_ARGS = NODE_KEYS.keys() - set(FOLLOWERS)  # a call could not give an arg of this name


class Blocks:
    """Builds the blocks of a document and of the files it includes."""

    def __init__(self, values: Values, nodes: Nodes, mistakes: Mistakes) -> None:
        self.values = values
        self.nodes = nodes
        self.mistakes = mistakes
        self.warnings: list[Mistake] = []
        self.built: dict[str, Block] = {}

    def add(self, written: Map, lexical: Lexical, added: Mapping[str, set[str]]) -> None:
        """Build the blocks of one file. ``added`` are nodes that patches put at the end of a block."""
        check_ids(written, self.mistakes)
        if None in written.values():
            report_nulls(written, self.mistakes)
        for name, block in written.items():
            if not isinstance(block, Map):
                if block is not None:
                    message = f"block '{name}' must be a mapping, not {brief(block)}"
                    help = f"say what is in it: `{name}: {{nodes: {{…}}}}`"
                    self.mistakes.add("A021", message, written.span(name), help)
            elif self._is_free(name, written):
                self.built[name] = self._block(name, written, lexical, added.get(name, set()))

    def _is_free(self, name: str, written: Map) -> bool:
        at = written.key_span(name)
        if name in OPERATORS:
            message = f"block '{name}' has the name of an operator"
            self.mistakes.add("A033", message, at, "choose another name")
            return False
        if name in self.built:
            first = self.built[name].lexical.marks["blocks"].key_span(name)
            labels = (Label(first, "the other one"),)
            help = "block names are unique across includes; rename one"
            self.mistakes.add("A033", f"there are two blocks '{name}'", at, help, labels=labels)
            return False
        return True

    def _block(self, name: str, owner: Map, lexical: Lexical, added: set[str]) -> Block:
        written: Map = owner[name]
        entries = known_entries(written, BLOCK_KEYS, f"block '{name}'", self.mistakes)
        if None in written.values():
            report_nulls(written, self.mistakes)
        args = self._args(name, entries["args"], lexical) if "args" in entries else {}
        inputs = self._inputs(name, written) if "inputs" in entries else ("input",)
        scope = {*args, *lexical.args}
        nodes = self._nodes(name, entries["nodes"], scope) if "nodes" in entries else {}
        missing = (
            not nodes and "nodes" not in written and not misspelt(written, BLOCK_KEYS, "nodes")
        )
        if missing or entries.get("nodes") == {}:
            self.mistakes.add(
                "A035",
                f"block '{name}' has no nodes",
                owner.key_span(name),
                "it needs at least one",
            )
        groups = [
            Named("arg", args, entries.get("args")),
            Named("input", set(inputs) - {"input"}, None),
            Named("node", nodes, entries.get("nodes")),
        ]
        check_distinct(groups, f"block '{name}'", self.mistakes)
        if "outputs" in entries:
            known = {*nodes, *inputs}
            outputs = block_outputs(
                entries["outputs"], written.span("outputs"), known, self.mistakes
            )
        else:
            outputs = {last: last for last in [last_written(nodes)] if last}
            self.warnings.extend(new_end(nodes, added, f"block {name}"))
        return Block(name, args, inputs, nodes, outputs, lexical, written, "outputs" in entries)

    def _args(self, block: str, written: Map, lexical: Lexical) -> dict[str, Any]:
        check_ids(written, self.mistakes)
        args: dict[str, Any] = {}
        for name, value in self.values.mapping(written).items():
            at = written.key_span(name)
            if name in lexical.args:
                labels = (Label(lexical.marks["args"].key_span(name), "the document's"),)
                message = f"block '{block}' cannot have an arg '{name}': the document has one"
                help = "rename one of them; a block sees its document's args"
                self.mistakes.add("A036", message, at, help, labels=labels)
            elif name in NOT_ARGS:
                message = f"'{name}' is a key of every node, so a call cannot give it as an arg"
                self.mistakes.add("A031", message, at, "choose another name")
            required = isinstance(value, str) and value in TYPES
            args[name] = Required(value) if required else value
        return args

    def _inputs(self, block: str, written: Map) -> tuple[str, ...]:
        names = written["inputs"]
        for index, name in enumerate(names):
            if name in names[:index]:
                message = f"block '{block}' has two inputs '{name}'"
                self.mistakes.add("A036", message, names.span(index), "choose another name")
            elif name != "input":
                check_id(name, names.span(index), self.mistakes)
        if not names:
            message = f"block '{block}' has no input"
            self.mistakes.add(
                "A035",
                message,
                written.span("inputs"),
                "leave `inputs` out for one, called `input`",
            )
        return tuple(names) or ("input",)

    def _nodes(self, block: str, written: Map, scope: set[str]) -> dict[str, NodeSpec]:
        nodes, paths = self.nodes.build(written, scope)
        for path in paths:
            message = f"'{path}' is a path, and in a block single instances cannot be patched"
            help = f"patch it in the document's nodes, by its whole path: CALL.{path}"
            self.mistakes.add("A034", message, written.key_span(path), help)
        return nodes


def new_end(nodes: Mapping[str, NodeSpec], added: set[str], where: str) -> list[Mistake]:
    """A warning if a patch's new node came last and so became the output."""
    last = last_written(nodes)
    if last not in added:
        return []
    message = f"'{last}' is new and comes last, so it is now the output of {where}"
    help = f"if that is meant, write `outputs: {last}`; otherwise say where it stands: `after: …`"
    at = nodes[last].marks.span()
    return [Mistake("W010", message, at, help=help, warning=True)]
