"""What a figure of blocks is called, and what is said of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.analysis.words import dimensions, plain
from archc.drawing.inside.find import Inside
from archc.drawing.inside.numbers import cost_of
from archc.drawing.picture.facts import facts, paper
from archc.drawing.picture.page import Heading
from archc.drawing.words import title_of

MOST_PAPERS = 2


def heading(parts: Sequence[Inside]) -> Heading:
    """The figure's title and facts."""
    if len(parts) == 1:
        (part,) = parts
        told = [paper(part.network), *_share(part)] if part.path else [*facts(part.network)]
        return Heading(panel_title(part), tuple(filter(None, told)))
    papers = list(dict.fromkeys(filter(None, (paper(part.network) for part in parts))))
    told = papers if len(papers) <= MOST_PAPERS else []
    return Heading(_title(parts), (*told, *_common(parts)))


def panel_title(part: Inside) -> str:
    """``inception_3a of GoogLeNet``."""
    whole = title_of(part.network)
    return f"{part.path} of {whole}" if part.path else whole


def call_of(part: Inside) -> tuple[str, str]:
    """The name of the block that a part is a call of, and its arguments: ``width 64, stride 1``."""
    if part.scope is None or part.scope.block is None:
        return "", ""
    args = [(name, value) for name, value in part.scope.args.items() if _simple(value)]
    return plain(part.scope.block.name), plain(
        ", ".join(f"{name} {_shown(value)}" for name, value in args)
    )


def _simple(value: object) -> bool:
    return isinstance(value, int | float | str)


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _title(parts: Sequence[Inside]) -> str:
    """One name for all: what they share is said once."""
    paths = {part.path for part in parts}
    networks = list(dict.fromkeys(panel_title(part._replace(path="")) for part in parts))
    if len(paths) == 1 and "" not in paths and len(networks) == len(parts):
        return f"{parts[0].path} of {_and(networks)}"
    if len(networks) == 1 and "" not in paths:
        return f"{_and([part.path for part in parts])} of {networks[0]}"
    titles = [panel_title(part) for part in parts]
    if len(titles) == 2:
        first, second = titles
        return f"{first}{',' if ',' in first else ''} beside {second}"
    return _and(titles)


def _and(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _common(parts: Sequence[Inside]) -> Iterator[str]:
    """What all of them read."""
    shapes = [next(iter(part.graph.inputs.values())).shape for part in parts if part.graph.inputs]
    all_of_them = "both" if len(parts) == 2 else "all"
    if len(set(shapes)) == 1:
        yield f"{all_of_them} read {dimensions(shapes[0])}"
    elif len({shape[1:] for shape in shapes}) == 1 and len(shapes[0]) > 2:
        yield f"{all_of_them} on {dimensions(shapes[0][1:])} maps"


def _share(part: Inside) -> Iterator[str]:
    """How much of the network's cost lies here."""
    whole = cost_of(part._replace(graph=part.network))
    own = cost_of(part)
    pairs = (("parameters", own.params, whole.params), ("MACs", own.macs, whole.macs))
    for name, here, all_of_it in pairs:
        if here and all_of_it >= here:
            share = 100 * here / all_of_it
            yield f"{f'{share:.1f}' if share >= 0.1 else '< 0.1'} % of the network’s {name}"
