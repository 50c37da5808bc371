"""Nodes as written -> :class:`NodeSpec`."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import yaml

from archc.errors import Edit, Fix, Nearest, nearest
from archc.ops.foreign import SETTING_NAMES
from archc.spec.collect import Mistakes
from archc.spec.document import NodeSpec
from archc.spec.expressions import Expression
from archc.spec.keys import (
    EXAMPLES,
    NODE_KEYS,
    brief,
    check_key,
    check_text,
    fits,
    is_expression,
    wrong_kind,
)
from archc.spec.meant import likely, replaced
from archc.spec.nulls import report_nulls, without
from archc.spec.patch import word_map
from archc.spec.place import MOVES
from archc.spec.tree import Map, Removed, whole
from archc.spec.values import PLAIN, Values

_FIELDS = {"op": "op", "from": "sources", "when": "when", "repeat": "repeat"}
_CODES = {"when": "A050", "repeat": "A047"}  # as when an expression comes to such a value
_TEXTS = ("label", "note", "share")


class Nodes:
    """Builds the nodes of one document, block after block."""

    def __init__(self, values: Values, mistakes: Mistakes) -> None:
        self.values = values
        self.mistakes = mistakes
        self._args: Container[str] = ()

    def build(
        self, written: Map, args: Container[str] = ()
    ) -> tuple[dict[str, NodeSpec], list[str]]:
        """The nodes by id, and the paths among the keys: those patch single instances.

        ``args`` are the names that have values in the nodes' expressions.
        """
        self._args = args
        nodes: dict[str, NodeSpec] = {}
        paths = []
        if None in written.values():
            ids = {key for key in written if "." not in key}
            report_nulls(written, self.mistakes, ids)
        for id, value in written.items():
            if "." in id:
                paths.append(id)
                continue
            check_key(written, id, self.mistakes)
            if isinstance(value, Removed):
                nodes[id] = NodeSpec(id, None, value, when=False)
                if "from" in value:
                    self._field(nodes[id], "from", value["from"], value)
            elif type(value) is str:
                nodes[id] = self._word(id, word_map(written, id))
            elif isinstance(value, Map):
                nodes[id] = self._node(id, value)
            elif value is not None:
                message = f"node '{id}' must be an operator's name or a mapping, not {brief(value)}"
                help = f"say what it is: `{id}: {{op: conv, filters: 64, kernel: 3}}`"
                self.mistakes.add("A021", message, written.span(id), help)
        return nodes, paths

    def _word(self, id: str, marks: Map) -> NodeSpec:
        op = self.values.of(marks, "op")
        if op == "":
            help = f"name an operator or a block: `{id}: relu`"
            self.mistakes.add("A029", f"node '{id}' has no operator", marks.span(), help)
        return NodeSpec(id, op, marks)

    def _node(self, id: str, marks: Map) -> NodeSpec:
        spec = NodeSpec(id, None, marks)
        settings = spec.settings
        of = self.values.of
        nulls = False
        for key, value in marks.items():
            if value is None:
                nulls = True
            elif key in NODE_KEYS:
                self._field(spec, key, value, marks)
            else:
                settings[key] = value if value.__class__ in PLAIN else of(marks, key)
        if nulls:
            report_nulls(marks, self.mistakes)
        if spec.op is None or spec.share is not None:
            self._check_share(spec, marks)
        return spec

    def _field(self, spec: NodeSpec, key: str, value: Any, marks: Map) -> None:
        """One of the keys that every node may have."""
        if key in ("norm", "act"):  # on a block call these are args of any type
            setattr(spec, key, self.values.of(marks, key))
        elif key in MOVES:
            message = f"'{key}' moves a node of a base, and this document extends nothing"
            self.mistakes.add("A025", message, marks.key_span(key), "write the node at its place")
        elif not self._fits(spec, key, value, marks):
            return
        elif key in _TEXTS:
            setattr(spec, key, value)
            check_text(marks, key, self.mistakes)
        else:
            setattr(spec, _FIELDS[key], self.values.of(marks, key))

    def _fits(self, spec: NodeSpec, key: str, value: Any, marks: Map) -> bool:
        form = NODE_KEYS[key].form
        good = fits(value, form) or (key in _FIELDS and is_expression(value))
        if good and key == "repeat" and isinstance(value, int):
            good = value >= 0
        if good and key == "from" and isinstance(value, list):
            good = bool(value) and all(isinstance(item, str) and item for item in value)
        if not good and key == "from" and value == -1:
            message = "from must be the name of a node, not -1"
            help = "leave `from` out: a node reads the one written above"
            fixes = without(marks, key, help)
            self.mistakes.add("A021", message, marks.span(key), help, fixes=fixes)
        elif not good and key in _CODES:
            self._wrong_count(key, value, marks)
        elif not good:
            wrong_kind(marks, key, form, self.mistakes)
        return good

    def _wrong_count(self, key: str, value: Any, marks: Map) -> None:
        """A ``repeat`` that is no number of instances, or a ``when`` that is no truth value."""

        def fitting(other: Any) -> bool:
            return fits(other, NODE_KEYS[key].form) and (key == "when" or other >= 0)

        others = likely(value, value, self._args, fitting)
        help = others[0].words(key) if others else EXAMPLES[key]
        message = f"{key} must be {NODE_KEYS[key].form.expected}, not {brief(value)}"
        fixes = replaced(marks, key, others)
        self.mistakes.add(_CODES[key], message, marks.span(key), help, fixes=fixes)

    def _check_share(self, spec: NodeSpec, marks: Map) -> None:
        if spec.share is None:
            if "op" not in marks and "share" not in marks:
                message = f"node '{spec.id}' has no `op`"
                key, fixes = _as_op(marks)
                help = "did you mean `op`?" if key else "name an operator or a block: {op: conv, …}"
                at = marks.key_span(key) if key else marks.span()
                self.mistakes.add("A029", message, at, help, fixes=fixes)
            return
        if spec.op is not None:
            message = f"node '{spec.id}' has both `op` and `share`"
            help = "`share` takes operator and settings from another node; leave `op` out"
            self.mistakes.add("A029", message, marks.key_span("share"), help)
            return
        own = [key for key in (*spec.settings, "norm", "act", "repeat") if key in marks]
        if own:
            message = f"'{own[0]}' cannot be set here: '{spec.id}' shares all of '{spec.share}'"
            help = (
                f"set it on '{spec.share}'; beside `share` stand `from`, `when`, `label` and `note`"
            )
            self.mistakes.add("A029", message, marks.key_span(own[0]), help)

    def instance(self, written: Map, path: str) -> Map | None:
        """The patch of one instance: a mapping in which null removes, or None, which removes it all."""
        value = written[path]
        if _is_setting(written, path):
            self._setting(written, path)
            return None
        if value is None:
            return None
        if isinstance(value, str):
            value = word_map(written, path)
        if not isinstance(value, Map):
            message = f"'{path}' must be a mapping or null, not {brief(value)}"
            help = f"write what changes: `{path}: {{stride: 2}}`; null removes the instance"
            self.mistakes.add("A021", message, written.span(path), help)
            return None
        made = self.values.mapping(value, nulls=True)
        for key in MOVES:
            if isinstance(made.get(key), Expression):
                message = f"{key} must be the path of an instance, not an expression"
                self.mistakes.add("A021", message, value.span(key))
        return made

    def _setting(self, written: Map, path: str) -> None:
        """``conv4.filters: 512``, where the setting belongs into the node's mapping."""
        node, _, setting = path.rpartition(".")
        name, value = written.marks[path]
        at, end = whole(name), whole(value)
        text = end.source.line(end.line)[end.column - 1 : end.end - 1] if end else "…"
        ours = f"{node}: {{{setting}: {text or 'null'}}}"
        help = f"settings stand in the mapping of their node: `{ours}`"
        fixes: tuple[Fix, ...] = ()
        if at is not None and end is not None and at.line == end.line:
            fixes = (Fix(help, (Edit(at._replace(end=end.end), ours),), shown=False),)
        message = f"'{path}' is no node: '{setting}' is a setting of '{node}'"
        self.mistakes.add("A021", message, written.key_span(path), help, fixes=fixes)


def _is_setting(written: Map, path: str) -> bool:
    """Whether the last word of a path is a setting of the operator that the path begins with."""
    from archc.ops import operator

    value = written[path]
    if isinstance(value, Map) and not isinstance(value.mark, yaml.ScalarNode):
        return False
    node = written.get(path.partition(".")[0])
    name = node.get("op") if isinstance(node, Map) else node
    op = operator(name) if isinstance(name, str) else None
    return op is not None and path.rpartition(".")[2] in op.attributes()


def _as_op(marks: Map) -> tuple[str, tuple[Fix, ...]]:
    """The key that was meant as `op`, as in ``{type: conv}``, and the change; or nothing."""
    for key, value in marks.items():
        near = nearest(key, NODE_KEYS, foreign=SETTING_NAMES) if key not in NODE_KEYS else ""
        if isinstance(near, Nearest) and near.names[0] == "op" and isinstance(value, str):
            edits = (Edit(marks.key_span(key), "op"),)
            return key, (Fix("did you mean `op`?", edits, shown=False),)
    return "", ()
