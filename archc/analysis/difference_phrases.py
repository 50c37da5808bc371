"""One change in words: ``kernel 11 → 7``, ``batch norm added``, ``moved behind pool1, was behind conv1``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from archc.analysis.difference import Change
from archc.analysis.difference_fold import Told, common_ratio
from archc.analysis.words import counted, dimensions, plain, short
from archc.ops.base import show
from archc.ops.init import Start

LONGEST = 40  # characters of one value; a table that is longer is only counted
PYTORCH = "PyTorch's"  # how weights start without an `init`
FEW = 3  # pairs of values that are all listed


def phrase(told: Told) -> str:
    """A change in words; of several values, the first and the last."""
    change = told.change
    writer = NODE.get(change.key) if change.about == "node" else None
    if writer is not None:
        return writer(told)
    if change.about in ("norm", "act") and not change.key:
        return _beside(told)
    if change.about == "init":
        return "; ".join(_init(*pair) for pair in told.pairs)
    name = change.key if change.about in ("setting", "arg") else f"{change.about} {change.key}"
    return valued(name, told.pairs)


def document_phrase(change: Change) -> str:
    """A change of a document, in words."""
    name = " ".join(filter(None, (change.key, change.name)))
    if change.key == "input":
        sizes = (None if shape is None else dimensions(shape) for shape in (change.old, change.new))
        return came_or_went(name, *sizes)
    if change.key == "freeze":
        old, new = (", ".join(map(plain, paths)) or "nothing" for paths in (change.old, change.new))
        return f"freeze {_cut(old)} → {_cut(new)}"
    if change.key == "output" and None in (change.old, change.new):
        end, verb = (change.new, "added") if change.old is None else (change.old, "removed")
        return f"{name} {verb}, at {end}"
    return came_or_went(name, *(None if v is None else value(v) for v in (change.old, change.new)))


def came_or_went(name: str, old: str | None, new: str | None) -> str:
    """``input left 3 × 32 × 32 added``"""
    if old is None or new is None:
        return f"{name} {new} added" if old is None else f"{name} {old} removed"
    return f"{name} {old} → {new}"


def valued(name: str, pairs: Sequence[tuple[Any, Any]]) -> str:
    """A setting with its values before and after.

    >>> valued("filters", [(64, 128), (128, 256), (256, 512), (512, 1024)])
    'filters × 2 (64 → 128 … 512 → 1024)'
    """
    words = [f"{value(old)} → {value(new)}" for old, new in pairs]
    if len(pairs) == 1:
        return f"{name} {words[0]}"
    spread = ", ".join(words) if len(words) <= FEW else f"{words[0]} … {words[-1]}"
    ratio = common_ratio(pairs)
    return f"{name} × {ratio:g} ({spread})" if ratio is not None else f"{name} {spread}"


def value(given: Any) -> str:
    """A value as a spec would write it, in little space."""
    if given is None:
        return "none"
    if isinstance(given, float):
        return f"{given:.4g}"
    if isinstance(given, list | tuple) and len(show(given)) > LONGEST:
        return f"a table of {counted(len(given), 'row')}"
    text = plain(given) if isinstance(given, str) else plain(show(given))
    return _cut(text)


def _cut(text: str) -> str:
    return plain(text, 2 * LONGEST)


def _start(init: Start | None) -> str:
    """``normal, std 0.01, bias 1``"""
    if init is None:
        return PYTORCH
    named = [(key, getattr(init, key)) for key in ("std", "bound", "gain", "mode")]
    rest = [f"{key} {value(given)}" for key, given in named if given is not None]
    bias = [f"bias {value(init.bias)}"] if init.bias or not init.weight else []
    return ", ".join([init.weight or PYTORCH, *rest, *bias])


def _init(old: Start | None, new: Start | None) -> str:
    """How weights start, in full where the scheme is another, or else what of it is."""
    if old is None or new is None or old.weight != new.weight:
        return f"{_start(old)} → {_start(new)}"
    keys = ("std", "bound", "gain", "mode", "bias")
    pairs = ((key, getattr(old, key), getattr(new, key)) for key in keys)
    return ", ".join(f"{key} {value(one)} → {value(two)}" for key, one, two in pairs if one != two)


def _beside(told: Told) -> str:
    """A norm or activation that came, went or is another."""
    if len(told.pairs) > 1:
        return valued(told.change.about, told.pairs)
    ((old, new),) = told.pairs
    if old is None or new is None:
        return f"{new} added" if old is None else f"{old} removed"
    return f"{old} → {new}"


def _whole(told: Told) -> str:
    """What was added or removed."""
    labels = [plain(new if old is None else old) for old, new in told.pairs]
    nodes, params = told.change.numbers
    size = f" ({counted(nodes, 'node')}, {short(params)} parameters)" if nodes > FEW else ""
    return merged(labels) + (size if len(labels) == 1 else "")


def merged(labels: Sequence[str]) -> str:
    """Labels of alike nodes as one.

    >>> merged(["1×1 conv, 64", "1×1 conv, 128", "1×1 conv, 256"])
    '1×1 conv, 64 … 256'
    """
    columns = list(zip_longest(*(label.split(", ") for label in labels), fillvalue=""))
    ends = ((column[0], column[-1]) for column in columns)
    alike = (set(column) for column in columns)
    cells = (a if len(known) == 1 else " … ".join(filter(None, (a, b)))
             for (a, b), known in zip(ends, alike, strict=True))  # fmt: skip
    return ", ".join(cells)


def _reads(told: Told) -> str:
    """What is read now, as far as it differs."""
    old, new = told.pairs[0]
    more = [name for name in new if name not in old]
    less = [name for name in old if name not in new]
    kept = [name for name in old if name in new]
    if kept and bool(more) != bool(less) and [name for name in new if name in old] == kept:
        verb = "also reads" if more else "no longer reads"
        return f"{verb} {', '.join(more or less)}"
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) == len(new):
        old, new = zip(*pairs, strict=True)
    return f"reads {', '.join(new)} instead of {', '.join(old)}"


def _behind(told: Told) -> str:
    old, new = told.pairs[0]
    return f"moved behind {new}, was behind {old}"


def _order(told: Told) -> str:
    ends = (f"behind {end}" if end else "first" for end in told.pairs[0][::-1])
    return f"{told.change.name} runs {', was '.join(ends)}"


def _instances(told: Told) -> str:
    return f"{value(told.pairs[0][0])} → {value(told.pairs[0][1])} instances"


def _old(told: Told) -> str:
    return merged([plain(old) for old, _ in told.pairs])


def _new(told: Told) -> str:
    return merged([plain(new) for _, new in told.pairs])


def _arrow(told: Told) -> str:
    return f"{_old(told)} → {_new(told)}"


def _shares(told: Told) -> str:
    old, new = told.pairs[0]
    if new is None:
        return f"weights of its own, was those of {old}"
    return f"weights of {new}, was {f'those of {old}' if old else 'its own'}"


NODE: dict[str, Callable[[Told], str]] = {
    "added": _whole,
    "removed": _whole,
    "bypassed": lambda told: f"{_old(told)}; the signal passes it by",
    "restored": lambda told: f"{_new(told)}; the signal passed it by",
    "replaced": _arrow,
    "operator": _arrow,
    "block": lambda told: f"block {_arrow(told)}",
    "renamed": lambda told: f"renamed, was {told.pairs[0][0]}",
    "moved": _behind,
    "order": _order,
    "reads": _reads,
    "instances": _instances,
    "shares": _shares,
}
