"""What a column shows: one bar for a layer, a block call, or equal neighbours of a repeated node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

from archc.analysis.cost import Cost, total
from archc.analysis.words import dimensions, plain
from archc.drawing.palette import Kind
from archc.drawing.words import followers
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Part, Scope
from archc.ops.base import Shape

Stage: TypeAlias = Literal["all", "equal", "one"]  # instances of a node that a bar stands for
IMAGE = (1, 3)  # channels of what is called an image
HEAVY = ("convolution", "fully_connected", "folded")
FREE = Cost()
FEW = 6  # rows that are too few to show a network


class Key(NamedTuple):
    """Bars that are opened together: their level, their stage, and the block or operator."""

    level: int
    stage: Stage
    what: str


@dataclass(frozen=True)
class Bar:
    """One row of a column: what stands in it, and what it costs, all its instances together.

    ``after`` are the norm and the activation inside a layer; ``parts`` the instances it stands for.
    ``level`` counts the calls around it, ``shape`` is that of its result.
    """

    name: str
    label: str
    kind: Kind
    shape: Shape
    cost: Cost = FREE
    times: int = 1
    after: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    item: Item | None = None
    stage: Stage = "one"
    level: int = 0

    @property
    def opens(self) -> Key | None:
        """What it is opened together with, so that equal things look equal; None: it is whole."""
        if not self.parts or (self.stage == "one" and not isinstance(self.parts[0], Scope)):
            return None
        return Key(self.level, self.stage, _what(self.parts[0]))

    @property
    def bold(self) -> bool:
        """What may have weights stands out from what only shapes."""
        return self.kind in HEAVY

    def opened(self) -> list[Bar]:
        """The bars that show one step more of the same."""
        item, part = self.item, self.parts[0]
        assert item is not None
        if self.stage == "all":
            return [_bar(item, run, self.level) for run in _runs(self.parts)]
        if self.stage == "equal":
            return [_bar(item, (each,), self.level) for each in self.parts]
        assert isinstance(part, Scope)
        return list(_scope_bars(part, self.level + 1))


def bars(graph: Graph, limit: int) -> list[Bar]:
    """The network's rows from input to output, opened as far as ``limit`` rows allow.

    A block opens where it is a chain; one with branches is a bar of its own, since a column shows
    one layer after the other. What only training runs is left out, and so is dropout. There are more
    rows than the limit only where the document itself has more nodes.
    """
    shown = [*_inputs(graph), *_scope_bars(graph.root, 0), *_outputs(graph)]
    tried: set[Key] = set()
    while key := _next(shown, tried):
        tried.add(key)
        more = [one for bar in shown for one in (bar.opened() if bar.opens == key else (bar,))]
        if len(more) <= limit and (len(shown) < FEW or _all_chains(shown, key)):
            shown = more
    return shown


def _next(shown: Sequence[Bar], tried: set[Key]) -> Key | None:
    """What to open next: what stands outermost, and there instances before their insides."""
    keys = dict.fromkeys(key for bar in shown if (key := bar.opens) and key not in tried)
    return min(keys, key=lambda key: (key.level, get_args(Stage).index(key.stage)), default=None)


def _all_chains(shown: Sequence[Bar], key: Key) -> bool:
    """Whether opening leaves a column of one layer after the other, and no like bar closed."""
    if key.stage != "one":
        return True
    like = [bar for bar in shown if bar.opens and bar.opens._replace(stage="one") == key]
    return all(bar.stage == "one" and _chain(bar.parts[0]) for bar in like)


def _chain(part: Part) -> bool:
    """Whether each node inside reads what the one before it gave, and nothing else."""
    before: Node | None = None
    for item in part.items if isinstance(part, Scope) else ():
        for inner, sources in zip(item.parts, item.sources, strict=False):
            if len(sources) != 1 or before not in (None, sources[0]):
                return False
            before = inner.node if isinstance(inner, Bypass) else inner.result
    return True


def _inputs(graph: Graph) -> Iterator[Bar]:
    for name, node in graph.inputs.items():
        image = name == "input" and len(node.shape) == 3 and node.shape[0] in IMAGE
        words = "image" if image else plain(name)
        yield Bar(name, f"{words}, {dimensions(node.shape)}", "input", node.shape)


def _outputs(graph: Graph) -> Iterator[Bar]:
    kept = [output for output in graph.outputs if not output.training_only]
    for output in kept:
        words = plain(output.name) if len(kept) > 1 else "output"
        shape = output.node.shape
        yield Bar(f"output {output.name}", f"{words}, {dimensions(shape)}", "input", shape)


def _scope_bars(scope: Scope, level: int) -> Iterator[Bar]:
    """A bar for each written node."""
    for item in scope.items:
        parts = tuple(part for part in item.parts if _shown(part))
        if parts:
            yield _bar(item, parts, level)


def _shown(part: Part) -> bool:
    nodes = list(part.nodes)
    if not nodes or all(node.training_only for node in nodes):
        return False
    return not (isinstance(part, Layer) and part.node.op.family == "dropout")


def _bar(item: Item, parts: tuple[Part, ...], level: int) -> Bar:
    last = parts[-1]
    result = last.node if isinstance(last, Bypass) else last.result
    nodes = (node for part in parts for node in part.nodes if not node.training_only)
    path = item.path if len(parts) == len(item.parts) else _path(parts[0])
    first = parts[0]
    after = followers(first) if isinstance(first, Layer) else ()
    return Bar(
        path, _label(item, parts), _kind(first), result.shape, total(nodes), len(parts), after,
        parts, item, _stage(parts), level,
    )  # fmt: skip


def _stage(parts: Sequence[Part]) -> Stage:
    if len(parts) == 1:
        return "one"
    return "equal" if len(list(_runs(parts))) == 1 else "all"


def _label(item: Item, parts: Sequence[Part]) -> str:
    """A layer as papers write it; a block's name, or the name of its one call."""
    words = {_what(part) for part in parts}
    first = parts[0]
    if isinstance(first, Layer):
        labels = {part.node.label for part in parts if isinstance(part, Layer)}
        return plain(labels.pop()) if len(labels) == len(words) == 1 else _called(item)
    if isinstance(first, Bypass):
        return "bypassed"
    return (
        plain(words.pop().replace("_", " ")) if item.repeated and len(words) == 1 else _called(item)
    )


def _called(item: Item) -> str:
    return plain(item.spec.label or item.spec.id.replace("_", " "))


def _kind(part: Part) -> Kind:
    match part:
        case Layer(node=node):
            return node.op.family
        case Scope():
            return "folded"
        case Bypass():
            return "shape"


def _what(part: Part) -> str:
    """The operator's or the block's name."""
    if isinstance(part, Scope):
        return part.block.name if part.block is not None else ""
    return part.node.op.name


def _path(part: Part) -> str:
    return part.node.name if isinstance(part, Layer) else part.path


def _runs(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """Neighbours whose operations, shapes and costs are the same."""
    run: list[Part] = []
    looks: object = None
    for part in parts:
        like = [(n.op, n.facts, n.params, n.frozen) for n in part.nodes]
        if run and like != looks:
            yield tuple(run)
            run = []
        run.append(part)
        looks = like
    if run:
        yield tuple(run)
