"""Weights into a module, and from one library's names into another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archc.codegen import build
from archc.errors import Mistake, Span, SpecError
from archc.graph.graph import Graph
from archc.graph.naming import naming
from archc.spec.files import follow_file
from archc.weights.fetch import fetch, is_fetched
from archc.weights.files import Checkpoint, read
from archc.weights.fit import require_fit
from archc.weights.match import Match, match, require_distinct
from archc.weights.report import Report, enumeration

if TYPE_CHECKING:
    from torch import Tensor, nn


class Request(NamedTuple):
    """Where weights come from, and how strictly they must fit.

    Without a ``source`` (a file, or ``torchvision:NAME``) it is the file that the graph's document names,
    in the ``layout`` that it names. ``exceptions`` are patterns of nodes and tensors that need not fit,
    beside those of the document. ``cast`` allows floating-point numbers of another precision.
    """

    source: str | Path | None = None
    layout: str | None = None
    exceptions: Sequence[str] = ()
    cast: bool = False


def load(module: nn.Module, graph: Graph, request: Request) -> Report:
    """Put trained weights into the module of a graph. A mistake leaves the module as it was.

    Raises:
        SpecError: the file cannot be read, its tensors do not fit, or have values that no network works with.
    """
    module = _unwrapped(module)
    wanted = module.state_dict()
    found = _matched(wanted, graph, request)
    at = _place(graph, request)
    values = _numbers(found, wanted, request.cast, at)
    empty = [name for name, tensor in wanted.items() if tensor.is_meta and name not in values]
    if empty:
        message = (
            f"{enumeration(empty)} would be left without memory: the module is on the meta device"
        )
        raise SpecError([Mistake("A094", message, at, help="build it on another device")])
    on_meta = any(tensor.is_meta for tensor in wanted.values())
    module.load_state_dict({**wanted, **values}, assign=on_meta)
    return found.report


def _unwrapped(module: nn.Module) -> nn.Module:
    """The network in what torch.compile and data parallelism wrap around it."""
    from torch import nn

    module = getattr(module, "_orig_mod", module)
    if isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
        inner: nn.Module = module.module
        return inner
    return module


def convert(graph: Graph, request: Request, to: str) -> tuple[dict[str, Tensor], Report]:
    """The tensors of a file under the names of the layout ``to``; their values are not touched.

    Raises:
        SpecError: the file cannot be read or does not fit, or there is no such layout.
    """
    import torch

    rename = naming(graph, to).tensor
    with torch.device("meta"):
        wanted = build(graph).state_dict()
    found = _matched(wanted, graph, request)
    names = {name: rename(name) for name in found.values}
    require_distinct(names, to)
    return {names[name]: value for name, value in found.values.items()}, found.report


def _matched(wanted: Mapping[str, Tensor], graph: Graph, request: Request) -> Match:
    """The tensors that were asked for, every one in its place."""
    written = graph.document.weights if request.source is None else None
    exceptions, layout = request.exceptions, request.layout
    if (
        written is not None
    ):  # what the document says holds for the file that it names, and for no other
        exceptions = (*written.exceptions, *exceptions)
        layout = layout or written.layout
    found = match(wanted, _content(graph, request.source), graph, layout, exceptions)
    require_fit(found, graph, _place(graph, request))
    return found


def _place(graph: Graph, request: Request) -> Span | None:
    """Where the spec names the file, if it does."""
    written = graph.document.weights
    return written.at if request.source is None and written is not None else None


def _content(graph: Graph, source: str | Path | None) -> Checkpoint:
    """The content of a source of weights; without one, of the file that the graph's document names."""
    written = graph.document.weights
    if source is None:
        if written is None:
            message = f"{graph.name} names no weights, and no file was given"
            raise SpecError(
                [Mistake("A092", message, help="give a file, or write `weights` in the spec")]
            )
        file = follow_file(written.base, written.file, written.at)
        return read(file.path or Path(file.shown), file.shown, written.at)
    if isinstance(source, str) and is_fetched(source):
        return fetch(source, graph.document.lineage)
    return read(Path(source), str(source))


def _numbers(
    found: Match, wanted: Mapping[str, Tensor], cast: bool, at: Span | None
) -> dict[str, Tensor]:
    """The values, every one a number of the network's type.

    Raises:
        SpecError: one is not.
    """
    other = {
        name: f"{_type(value)}, not {_type(wanted[name])}"
        for name, value in found.values.items()
        if value.dtype != wanted[name].dtype
    }
    floating = all(
        found.values[n].is_floating_point() and wanted[n].is_floating_point() for n in other
    )
    if other and not (cast and floating):
        name = next(iter(other))
        help = (
            "--cast converts between floating-point types" if floating else "convert the file first"
        )
        _refuse(found, f"{name} is {other[name]}", [*other][1:], help, at)
    values = {name: value.to(wanted[name].dtype) for name, value in found.values.items()}
    odd = [
        n for n, value in values.items() if value.is_floating_point() and not value.isfinite().all()
    ]
    if odd:
        message = f"{odd[0]} has values that are not finite (NaN or infinite)"
        _refuse(found, message, odd[1:], "training diverged, or the file is damaged", at)
    if any(tensor.is_meta for tensor in wanted.values()):
        values.update(
            {name: wanted[name].new_zeros((), device="cpu") for name in found.report.counters}
        )
    return values


def _refuse(found: Match, first: str, others: list[str], help: str, at: Span | None) -> None:
    message = f"'{found.report.file}' holds weights that cannot be used: {first}"
    why = (f"so it is with {enumeration(others)}",) if others else ()
    raise SpecError([Mistake("A094", message, at, why=why, help=help)])


def _type(value: Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")
