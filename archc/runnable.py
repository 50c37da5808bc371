"""What an architecture becomes: source, a module with weights, and that module made faster."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from archc.graph.graph import Graph

if TYPE_CHECKING:
    from torch import Tensor, nn

    from archc.analysis.estimate import DType, Estimate, Optimizer
    from archc.weights import Report


class Runnable:
    """The part of :class:`archc.Architecture` that runs on torch, which is imported only here."""

    graph: Graph

    def source(self) -> str:
        """The architecture as one Python file, which needs nothing but torch."""
        from archc.codegen import emit

        return emit(self.graph)

    def build(
        self,
        device: str | None = None,
        *,
        weights: str | PathLike[str] | Literal[False] | None = None,
        layout: str | None = None,
        except_: str | Sequence[str] = (),
        cast: bool = False,
    ) -> nn.Module:
        """The generated source, imported: a module in training mode.

        ``weights`` are a file (``.safetensors``, ``.pth``, ``.pt``) or ``torchvision:DEFAULT``; left out,
        those that the spec names; with neither, or with False, the module starts afresh. See
        :meth:`load_weights`. Without a ``device`` it is made where torch makes tensors (``torch.device(…)``).

        Raises:
            SpecError: the weights cannot be read, or do not fit.
        """
        from archc.codegen import build

        module: nn.Module = build(self.graph)
        if weights is None and self.graph.document.weights is not None:
            self.load_weights(module, layout=layout, except_=except_, cast=cast)
        elif weights is not None and weights is not False:
            self.load_weights(module, weights, layout=layout, except_=except_, cast=cast)
        return module if device is None else module.to(device)

    def load_weights(
        self,
        module: nn.Module,
        weights: str | PathLike[str] | None = None,
        *,
        layout: str | None = None,
        except_: str | Sequence[str] = (),
        cast: bool = False,
    ) -> Report:
        """Put trained weights into a module that :meth:`build` made; without ``weights``, the spec's.

        ``layout`` says whose names the file has, ``archc`` or one of the spec's ``layouts``; left out, the
        names say it. Every tensor must fit but those that ``except_`` names, by patterns of nodes and
        tensors: they keep their values, or stay in the file. ``cast`` allows another floating-point type.
        The report (``print`` it) tells what became of each tensor.

        Raises:
            SpecError: they cannot be read or do not fit; the module is as it was.
        """
        from archc.weights import Request, load

        return load(module, self.graph, Request(_source(weights), layout, patterns(except_), cast))

    def convert(
        self,
        weights: str | PathLike[str],
        to: str,
        *,
        layout: str | None = None,
        except_: str | Sequence[str] = (),
    ) -> tuple[dict[str, Tensor], Report]:
        """The tensors of a file of weights under the names of the layout ``to``, values untouched.

        Raises:
            SpecError: they cannot be read or do not fit.
        """
        from archc.weights import Request, convert

        return convert(self.graph, Request(_source(weights), layout, patterns(except_)), to)

    def estimate(
        self,
        *,
        batch: int = 1,
        train: bool = False,
        optimizer: Optimizer = "momentum",
        dtype: DType = "float32",
    ) -> Estimate:
        """What a forward pass, or a step of training, needs in memory, worked out and not run."""
        from archc.analysis.estimate import estimate

        return estimate(self.graph, batch=batch, train=train, optimizer=optimizer, dtype=dtype)

    def to_onnx(self, module: nn.Module) -> bytes:
        """The content of an ONNX file with the weights of ``module``, for inference with any batch.

        Raises:
            ModuleNotFoundError: the package onnx is not installed.
            SpecError: ONNX cannot hold an operator, or that many weights.
        """
        from archc.codegen.build import graph_of
        from archc.targets import to_onnx

        return to_onnx(graph_of(module) or self.graph, module)  # it may be an optimised one

    def to_pt2(self, module: nn.Module) -> bytes:
        """The content of a file that ``torch.export.load`` reads, for inference with any batch.

        Raises:
            SpecError: torch.export cannot capture the module.
        """
        from archc.codegen.build import graph_of
        from archc.targets import to_pt2

        return to_pt2(graph_of(module) or self.graph, module)

    def optimize(self, module: nn.Module, passes: str | Sequence[str] = ()) -> nn.Module:
        """A faster module for inference that computes the same as ``module``, which stays as it is.

        ``module`` is one that :meth:`build` made, in evaluation mode. ``passes`` are names of those to run,
        or with a minus of those to leave out; all of them if left out.

        Raises:
            SpecError: there is no such pass, or the module is not this architecture's, or in training mode.
        """
        from archc.passes.module import carried
        from archc.passes.optimise import chosen, optimise

        return carried(module, self.graph, optimise(self.graph, chosen(patterns(passes))))


def _source(weights: str | PathLike[str] | None) -> str | Path | None:
    return weights if weights is None or isinstance(weights, str) else Path(weights)


def patterns(given: str | Sequence[str]) -> tuple[str, ...]:
    """One or several as a tuple."""
    return (given,) if isinstance(given, str) else tuple(given)
