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
from archc.weights.match import Match, match
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
    for wrapping in ("_orig_mod", "module"):  # torch.compile's and nn.DataParallel's
        module = getattr(module, wrapping, module)
    wanted = module.state_dict()
    found = _matched(wanted, graph, request)
    require_numbers(found, wanted, request.cast, _place(graph, request))
    empty = any(tensor.is_meta for tensor in wanted.values())
    module.load_state_dict({**wanted, **found.values}, assign=empty)
    return found.report


def convert(graph: Graph, request: Request, to: str) -> tuple[dict[str, Tensor], Report]:
    """The tensors of a file under the names of the layout ``to``; their values are not touched.

    Raises:
        SpecError: the file cannot be read or does not fit, or two tensors would have one name.
    """
    import torch

    rename = naming(graph, to).tensor
    with torch.device("meta"):
        wanted = build(graph).state_dict()
    found = _matched(wanted, graph, request)
    renamed: dict[str, Tensor] = {}
    for name, value in found.values.items():
        if rename(name) in renamed:
            message = f"the layout '{to}' gives two tensors the name {rename(name)}"
            raise SpecError([Mistake("A091", message, help="mend its rules in `layouts`")])
        renamed[rename(name)] = value
    return renamed, found.report


def _matched(wanted: Mapping[str, Tensor], graph: Graph, request: Request) -> Match:
    """The tensors that were asked for, every one in its place."""
    written = graph.document.weights
    exceptions, layout = request.exceptions, request.layout
    if written is not None:
        exceptions = (*written.exceptions, *exceptions)
        layout = layout or (written.layout if request.source is None else None)
    found = match(wanted, locate(graph, request.source), graph, layout, exceptions)
    require_fit(found, graph, _place(graph, request))
    return found


def _place(graph: Graph, request: Request) -> Span | None:
    """Where the spec names the file, if it does."""
    written = graph.document.weights
    return written.at if request.source is None and written is not None else None


def locate(graph: Graph, source: str | Path | None) -> Checkpoint:
    """The content of a source of weights; without one, of the file that the graph's document names.

    Raises:
        SpecError: it is not there, or cannot be read.
    """
    written = graph.document.weights
    if source is None:
        if written is None:
            raise SpecError(
                [Mistake("A092", f"{graph.name} names no weights, and no file was given")]
            )
        file = follow_file(written.base, written.file, written.at)
        return read(file.path or Path(file.shown), file.shown, written.at)
    if isinstance(source, str) and is_fetched(source):
        return fetch(source, graph.document.lineage)
    return read(Path(source), str(source))


def require_numbers(
    found: Match, wanted: Mapping[str, Tensor], cast: bool, at: Span | None
) -> None:
    """Every value must be a number of the network's type.

    Raises:
        SpecError: one is not.
    """
    kinds = [
        f"{name} is {_type(value)}, not {_type(wanted[name])}"
        for name, value in found.values.items()
        if not _same_type(value, wanted[name], cast)
    ]
    if kinds:
        help = "--cast converts between floating-point types" if not cast else ""
        _refuse(found, f"{kinds[0]}", kinds[1:], help, at)
    odd = [name for name, value in found.values.items() if not _finite(value)]
    if odd:
        message = f"{odd[0]} has values that are not finite (NaN or infinite)"
        _refuse(found, message, odd[1:], "training diverged, or the file is damaged", at)


def _refuse(found: Match, first: str, others: list[str], help: str, at: Span | None) -> None:
    message = f"'{found.report.file}' holds weights that cannot be used: {first}"
    why = (f"so it is with {enumeration([one.split()[0] for one in others])}",) if others else ()
    raise SpecError([Mistake("A094", message, at, why=why, help=help)])


def _type(value: Tensor) -> str:
    kind = str(value.dtype).removeprefix("torch.")
    return f"{kind}, sparse" if value.is_sparse else kind


def _same_type(value: Tensor, wanted: Tensor, cast: bool) -> bool:
    floating = value.dtype.is_floating_point and wanted.dtype.is_floating_point
    plain = not value.is_sparse and not value.is_quantized and value.device.type == "cpu"
    return plain and (value.dtype == wanted.dtype or (cast and floating))


def _finite(value: Tensor) -> bool:
    return not value.dtype.is_floating_point or bool(value.isfinite().all())
