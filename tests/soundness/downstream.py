"""Where a mistake may be told that one change brought about: at the change, or where its effects arrive."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx
from changes import Path, Tree
from located import Refused
from mutants import Mutant

UPSTREAM = {"A043"}  # what the changed node no longer reads feeds nothing now


def told_at_the_change(one: Mutant, case: Refused) -> None:
    """The mistake stands at the changed element or downstream of it, in the old spec or the new."""
    links = nx.compose(_links(one.before), _links(case.document))
    ((_, path),) = one.changes
    changed, told = element(path), element(case.path)
    links.add_nodes_from((changed, told))
    reached = {changed, *nx.descendants(links, changed)}
    if case.mistake.code in UPSTREAM:
        parts = {changed, *links.successors(changed)} if changed == ("nodes",) else {changed}
        reached |= {other for part in parts for other in nx.ancestors(links, part)}
    assert told in reached, f"{changed} was changed, and {told} does not depend on it"


def element(path: Path) -> Path:
    """The part of a document that a path is in: a node, a block, or one of the document's keys."""
    if path[:1] == ("nodes",):
        return path[:2]
    if path[:1] == ("blocks",) and path[2:3] == ("outputs",):
        return ("result", *path[:2])
    if path[:1] == ("blocks",):
        return path[:4] if path[2:3] == ("nodes",) and len(path) > 3 else path[:2]
    return path[:1]


def _links(document: Tree) -> nx.DiGraph:
    """From each element to those that its change may reach: more of them rather than fewer."""
    links = nx.DiGraph()
    blocks: dict[str, Tree] = document.get("blocks", {})
    scopes: list[tuple[Path, Tree]] = [((), document["nodes"])]
    scopes += [(("blocks", name), block["nodes"]) for name, block in blocks.items()]
    for scope, nodes in scopes:
        whole: Path = scope or ("nodes",)
        result: Path = ("result", *scope)
        above: Path = whole if scope else ("input",)
        links.add_edges_from(((whole, result), (result, ("outputs",))))
        for id, node in nodes.items():
            own = (*scope, "nodes", id)
            links.add_edges_from(
                ((whole, own), (("args",), own), (own, ("freeze",)), (own, result))
            )
            if not isinstance(node, dict) or "from" not in node:
                links.add_edge(above, own)
            words = {*re.findall(r"\w+", str(node))}
            links.add_edges_from(((*scope, "nodes", name), own) for name in words & {*nodes})
            links.add_edges_from((("input",), own) for _ in words & _inputs(document, scope))
            for block in words & {*blocks}:
                links.add_edges_from(((own, ("blocks", block)), (("result", "blocks", block), own)))
            above = own
    return links


def _inputs(document: Tree, scope: Path) -> set[str]:
    given: Any = document["input"]
    return set() if scope else {"input", *(given if isinstance(given, dict) else ())}
