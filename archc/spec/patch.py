"""Applying a patch to its base: a JSON merge patch (RFC 7386) that knows nodes.

Merging makes new mappings and shares what a patch leaves alone; every key brings its place along.
"""

from __future__ import annotations

from collections.abc import Iterable

from archc.errors import nearest
from archc.spec.collect import Mistakes
from archc.spec.keys import FOLLOWERS, OWN_KEYS
from archc.spec.line import Line
from archc.spec.nulls import report_nulls
from archc.spec.place import Placement
from archc.spec.tree import Map, Removed

KEPT_BY_OP = ("from", "when", "repeat")  # what a node keeps when a patch gives it another op


def word_map(owner: Map, key: str) -> Map:
    """The mapping that a bare word is short for: ``{op: word}``, marked where the word stands."""
    pair = owner.marks.get(key)
    if isinstance(pair, Line):
        made = Map(pair)
        made["op"] = owner[key]
        return made
    made = Map(pair[1] if pair else owner.mark)
    made["op"] = owner[key]
    if pair:
        made.marks["op"] = (pair[1], pair[1])
    return made


def put(target: Map, key: str, value: object, origin: Map) -> None:
    """Set a key of a merged mapping; the key's place is that in ``origin``."""
    target[key] = value
    if key in origin.marks:
        target.marks[key] = origin.marks[key]


def drop(target: Map, key: str) -> None:
    """Take a key out of a merged mapping."""
    del target[key]
    target.marks.pop(key, None)


def copy(base: Map) -> Map:
    """A mapping of the same entries, to be changed."""
    made = Map(base.mark)
    made.update(base)
    made.marks.update(base.marks)
    return made


class Patcher:
    """Merges the patches of one chain. ``added`` gathers, per scope, nodes that patches put at the end:
    ``""`` is the document, other scopes are blocks.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.added: dict[str, set[str]] = {}
        self.base = ""  # the name of what is patched, for messages

    def document(self, base: Map, patch: Map, base_name: str) -> Map:
        """The base with the patch applied; name, title and the like are the patch's alone."""
        self.base = base_name
        merged = Map(patch.mark)
        for key, value in base.items():
            if key not in OWN_KEYS:
                put(merged, key, value, base)
        missing = []
        for key, value in patch.items():
            old = merged.get(key)
            if key in OWN_KEYS:
                put(merged, key, value, patch)
            elif value is None:
                if key in merged:
                    drop(merged, key)
                else:
                    missing.append(key)
            elif key == "nodes" and isinstance(old, Map) and isinstance(value, Map):
                merged[key] = self.nodes(old, value, "")
            elif key == "blocks" and isinstance(value, Map):
                blocks = old if isinstance(old, Map) else Map(value.mark)
                put(merged, key, self.blocks(blocks, value), patch)
            else:
                self.entry(merged, key, patch)
        self._report_missing(patch, missing, merged, merged)
        return merged

    def mapping(self, base: Map, patch: Map) -> Map:
        """RFC 7386 on two mappings: merge by key, replace lists and scalars, null removes."""
        merged = copy(base)
        missing = []
        for key, value in patch.items():
            if value is not None:
                self.entry(merged, key, patch)
            elif key in merged:
                drop(merged, key)
            else:
                missing.append(key)
        self._report_missing(patch, missing, base, merged)
        return merged

    def entry(self, merged: Map, key: str, patch: Map) -> None:
        """One entry of a patch that is not null."""
        old, value = merged.get(key), patch[key]
        if not isinstance(value, Map):
            put(merged, key, value, patch)
        elif key in FOLLOWERS and isinstance(old, Map | str):
            merged[key] = self.node(old if isinstance(old, Map) else word_map(merged, key), value)
        elif isinstance(old, Map):
            merged[key] = self.mapping(old, value)
        else:
            put(merged, key, value, patch)

    def node(self, base: Map, patch: Map) -> Map:
        """A node, or what `norm` and `act` hold. Another op drops the old settings."""
        if "share" in patch or ("op" in patch and patch["op"] != base.get("op")):
            kept = Map(patch.mark)
            for key in KEPT_BY_OP:
                if key in base:
                    put(kept, key, base[key], base)
            base = kept
        return self.mapping(base, patch)

    def blocks(self, base: Map, patch: Map) -> Map:
        """The blocks of a document."""
        merged = copy(base)
        missing = []
        for name, value in patch.items():
            old = base.get(name)
            if value is None:
                if name in merged:
                    drop(merged, name)
                else:
                    missing.append(name)
            elif isinstance(old, Map) and isinstance(value, Map):
                merged[name] = self.block(old, value, name)
            elif self._is_new_block(base, patch, name):
                put(merged, name, value, patch)
        self._report_missing(patch, missing, base, merged)
        return merged

    def block(self, base: Map, patch: Map, name: str) -> Map:
        """One block that base and patch both have."""
        nodes, old = patch.get("nodes"), base.get("nodes")
        if not (isinstance(nodes, Map) and isinstance(old, Map)):
            return self.mapping(base, patch)
        rest = copy(patch)
        drop(rest, "nodes")
        merged = self.mapping(base, rest)
        merged["nodes"] = self.nodes(old, nodes, name)
        return merged

    def nodes(self, base: Map, patch: Map, scope: str) -> Map:
        """The nodes of a document or block, with new and moved ones in their places."""
        merged = copy(base)
        placement = Placement(self.mistakes)
        added = self.added.setdefault(scope, set())
        removed: set[str] = set()
        missing = []
        for name, value in patch.items():
            is_path = "." in name
            if value is None:
                if is_path:
                    put(merged, name, None, patch)  # removes one instance, once it is expanded
                elif has(merged, name):
                    removed.add(name)
                else:
                    missing.append(name)
                continue
            change = word_map(patch, name) if isinstance(value, str) else value
            if not isinstance(change, Map):
                put(merged, name, value, patch)
                continue
            if not is_path:
                change, placed = placement.take(name, change)
                self._note_new(name, change, placed, merged, patch, added)
            self._put_node(merged, name, change, patch)
        remove_nodes(merged, removed, patch)
        added -= removed
        self._report_missing(patch, missing, base, merged)
        return placement.apply(merged)

    def _put_node(self, merged: Map, name: str, change: Map, patch: Map) -> None:
        """A patch of one node or of one instance, or a new node."""
        is_path = "." in name
        if is_path and isinstance(merged.get(name), Map):
            put(merged, name, overlay(merged[name], change), patch)
        elif has(merged, name) and not is_path:
            self._change_node(merged, name, change, patch)
        elif is_path or "op" in change or "share" in change:
            if name in merged:  # new under the name of one that was removed
                drop(merged, name)
            put(merged, name, change, patch)

    def _change_node(self, merged: Map, name: str, change: Map, patch: Map) -> None:
        old = merged[name]
        if isinstance(old, str):
            old = word_map(merged, name)
        elif not isinstance(old, Map):  # what was never a node
            old = Map(change.mark)
        made = self.node(old, change)
        if made.mark is change.mark:
            put(merged, name, made, patch)
        else:
            merged[name] = made

    def _note_new(
        self, name: str, change: Map, placed: bool, merged: Map, patch: Map, added: set[str]
    ) -> None:
        if not has(merged, name) and ("op" in change or "share" in change):
            added.add(name)
        elif not has(merged, name):
            message = f"{self.base} has no node '{name}' to patch"
            help = nearest(name, merged, "a new node needs `op`")
            self.mistakes.add("A023", message, patch.key_span(name), help)
        if placed:
            added.discard(name)

    def _is_new_block(self, base: Map, patch: Map, name: str) -> bool:
        """Whether this is a whole block; a patch of one that the base lacks is a misspelt name."""
        block = patch[name]
        nodes = block.get("nodes") if isinstance(block, Map) else None
        if isinstance(block, Map) and (
            nodes is None or (isinstance(nodes, Map) and _is_patch(nodes))
        ):
            help = nearest(name, base, "a new block needs nodes, each with its `op`")
            self.mistakes.add(
                "A023", f"{self.base} has no block '{name}' to patch", patch.key_span(name), help
            )
            return False
        return True

    def _report_missing(
        self, patch: Map, missing: list[str], known: Iterable[str], merged: Map
    ) -> None:
        """Report what cannot be removed. Text cut at a comma is told so, and taken out of ``merged``."""
        if not missing:
            return
        names = list(known)

        def tell(key: str) -> None:
            leave = "leave it out of the patch"
            none = f"to have none here, write `{key}: none`" if key in FOLLOWERS else leave
            help = nearest(key, names, none)
            self.mistakes.add(
                "A024",
                f"there is no '{key}' here to remove from {self.base}",
                patch.key_span(key),
                help,
            )

        for key in report_nulls(patch, self.mistakes, set(missing), tell):
            if key in merged:
                drop(merged, key)


def has(nodes: Map, name: str) -> bool:
    """Whether there is a node of this name, not counting those that a patch removed."""
    return name in nodes and not isinstance(nodes[name], Removed)


def remove_nodes(nodes: Map, removed: set[str], patch: Map) -> None:
    """Take nodes out, and older patches of their instances with them."""
    for name in removed:
        old = nodes[name]
        gone = Removed(old.mark if isinstance(old, Map) else nodes.marks[name][1])
        if isinstance(old, Map) and "from" in old:
            put(gone, "from", old["from"], old)
        nodes[name] = gone
    for key in [key for key in nodes if "." in key and key.partition(".")[0] in removed]:
        if key not in patch:
            drop(nodes, key)


def overlay(base: Map, patch: Map) -> Map:
    """Two patches of one instance as one: nulls are kept, since they remove once it is expanded."""
    if "op" in patch and patch["op"] != base.get("op"):
        return patch
    merged = copy(base)
    for key, value in patch.items():
        old = merged.get(key)
        nested = isinstance(old, Map) and isinstance(value, Map)
        put(merged, key, overlay(merged[key], value) if nested else value, patch)
    return merged


def _is_patch(nodes: Map) -> bool:
    return any(
        node is None or (isinstance(node, Map) and not {"op", "share"} & node.keys())
        for node in nodes.values()
    )
