"""Path patches: what a variant says about one instance (``layer3.2: null``, ``conv1.0: {padding: 100}``)."""

from __future__ import annotations

from collections.abc import Mapping

from archc.errors import Mistake, Span, nearest
from archc.graph.frame import Fault
from archc.graph.settings import patched
from archc.spec.document import NodeSpec
from archc.spec.tree import Map

OF_CHAIN = ("from", "when", "repeat", "share")


class Instances:
    """The path patches of a document, and which of them have met their instance."""

    def __init__(self, patches: Mapping[str, Map | None], marks: Map) -> None:
        self.some = bool(patches)
        self._patches = patches
        self._marks = marks
        self._met: set[str] = set()

    def patch(self, path: str, spec: NodeSpec) -> NodeSpec:
        """The node as it stands at this path."""
        patch = self._patches.get(path) if self._patches else None
        if patch is None:
            return spec
        self._met.add(path)
        return patched(spec, patch)

    def instance(self, path: str, spec: NodeSpec) -> NodeSpec:
        """The instance of a repeated node as it stands at this path.

        Raises:
            Fault: the patch has a key that belongs to the chain as a whole.
        """
        patch = self._patches.get(path) if self._patches else None
        for key in OF_CHAIN:
            if patch is not None and key in patch:
                message = f"'{key}' cannot be set for one instance of a repeated node"
                help = f"patch '{path.rpartition('.')[0]}', or remove the instance: {path}: null"
                raise Fault(Mistake("A052", message, patch.key_span(key), help=help))
        return self.patch(path, spec)

    def removed(self, path: str) -> bool:
        """Whether a patch removes what stands at this path."""
        if path in self._patches and self._patches[path] is None:
            self._met.add(path)
            return True
        return False

    def below(self, path: str) -> bool:
        """Whether something inside this path is patched."""
        return any(other.startswith(f"{path}.") for other in self._patches)

    def order(self, path: str, count: int) -> list[int]:
        """The order in which the instances of a repeated node run: patches may move them."""
        order = list(range(count))
        for name, patch in self._patches.items():
            stem, _, index = name.rpartition(".")
            if stem != path or patch is None or not ({"before", "after"} & set(patch)):
                continue
            place = "before" if "before" in patch else "after"
            target = str(patch[place]).removeprefix(f"{path}.")
            known = [str(i) for i in order]
            if index not in known or target not in known or target == index:
                at = patch.span(place)
                message = f"'{place}: {patch[place]}' names no other instance of {path}"
                help = f"it has {path}.0 to {path}.{count - 1}"
                raise Fault(Mistake("A052", message, at, help=help))
            order.remove(int(index))
            order.insert(order.index(int(target)) + (place == "after"), int(index))
        return order

    def unmet(self, paths: list[str], unseen: list[str]) -> list[Mistake]:
        """A mistake for each patch whose path nothing has; ``paths`` are those that exist.

        What lies below one of the ``unseen``, which failed or are left out, was never looked at.
        """
        missing = [
            path
            for path in self._patches
            if path not in self._met and not any(f"{path}.".startswith(f"{f}.") for f in unseen)
        ]
        return [
            Mistake(
                "A052",
                f"the patch of '{path}' touches nothing",
                self._span(path),
                help=nearest(path, paths) or "see the paths with `archc summary`",
            )
            for path in missing
        ]

    def _span(self, path: str) -> Span:
        nodes = self._marks.get("nodes")
        return nodes.key_span(path) if isinstance(nodes, Map) else self._marks.span()
