"""Where new and moved nodes go: ``after: conv2`` and ``before: fc6``."""

from __future__ import annotations

from archc.errors import nearest
from archc.spec.collect import Mistakes
from archc.spec.keys import brief
from archc.spec.tree import Map

MOVES = ("after", "before")
MOST_NAMED = 4  # nodes in a message


class Placement:
    """The moves of one patch. Nodes with one anchor keep the order in which the patch writes them."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.moves: dict[
            str, tuple[str, str, Map]
        ] = {}  # node -> (after or before, anchor, the patch)

    def take(self, name: str, change: Map) -> tuple[Map, bool]:
        """The change without its move, which is remembered, and whether there was one."""
        written = [key for key in MOVES if key in change]
        if not written:
            return change, False
        rest = Map(change.mark)
        for key, value in change.items():
            if key not in MOVES:
                rest[key] = value
        rest.marks.update(change.marks)
        anchor = change[written[-1]]
        if len(written) == 2:
            message = f"'{name}' cannot stand both after '{change['after']}' and before '{change['before']}'"
            self.mistakes.add("A025", message, change.key_span("before"), "write one of the two")
        elif not isinstance(anchor, str):
            message = f"{written[0]} must be the name of a node, not {brief(anchor)}"
            self.mistakes.add("A021", message, change.span(written[0]))
        else:
            self.moves[name] = (written[0], anchor, change)
        return rest, True

    def apply(self, nodes: Map) -> Map:
        """The nodes in their new order."""
        moves = {name: move for name, move in self.moves.items() if self._possible(name, nodes)}
        if not moves:
            return nodes
        beside: dict[tuple[str, str], list[str]] = {}
        for name, (side, anchor, _) in moves.items():
            beside.setdefault((side, anchor), []).append(name)
        made = Map(nodes.mark)
        made.marks.update(nodes.marks)
        for name in nodes:
            if name not in moves:
                _emit(name, nodes, beside, made)
        for name, (side, anchor, change) in moves.items():
            if name not in made:
                message = f"'{name}' stands {side} '{anchor}', which is itself placed by '{name}'"
                self.mistakes.add(
                    "A025", message, change.span(side), "name a node that stays where it is"
                )
                break
        return made

    def _possible(self, name: str, nodes: Map) -> bool:
        side, anchor, change = self.moves[name]
        if anchor in nodes and anchor != name and "." not in anchor:
            return name in nodes
        message = f"there is no node '{anchor}' to stand {side}"
        if anchor == name:
            message = f"'{name}' cannot stand {side} itself"
        others = [other for other in nodes if other != name and "." not in other]
        help = "name another node"
        if anchor != name:
            help = nearest(anchor, others, _alike(anchor, others))
        self.mistakes.add("A025", message, change.span(side), help)
        return False


def _alike(name: str, nodes: list[str]) -> str:
    """The nodes that differ from a name in their number only, or the last ones."""
    stem = name.rstrip("0123456789")
    same = [node for node in nodes if node.rstrip("0123456789") == stem]
    found = (same or nodes)[-MOST_NAMED:]
    return f"{'the last nodes' if not same else 'nodes of this kind'} are {', '.join(found)}"


def _emit(name: str, nodes: Map, beside: dict[tuple[str, str], list[str]], made: Map) -> None:
    """Put a node, and those placed beside it, at the end of ``made``."""
    waiting = [(name, False)]
    while waiting:
        current, ready = waiting.pop()
        if ready:
            made[current] = nodes[current]
            continue
        waiting.extend((other, False) for other in reversed(beside.get(("after", current), [])))
        waiting.append((current, True))
        waiting.extend((other, False) for other in reversed(beside.get(("before", current), [])))
