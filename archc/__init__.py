"""archc: neural network architectures as short specs, checked, analysed, drawn and compiled.

>>> import archc
>>> net = archc.load("resnet50")
>>> net.params
25557032

Nothing is imported before it is used: not torch by anything but :func:`build`, nor the compiler by
``import archc``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from torch import nn

    from archc.architecture import Architecture
    from archc.budgets import Limits
    from archc.errors import SpecError

__version__ = "0.1.0"
__all__ = [
    "Architecture",
    "SpecError",
    "__version__",
    "build",
    "limits",
    "load",
    "loads",
    "optimize",
]


def load(
    spec: str | Path,
    /,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    **args: Any,
) -> Architecture:
    """An architecture from a file, ``file.yaml:variant``, or the name of a bundled spec.

    ``input`` replaces the spec's input shape (without the batch: ``[3, 299, 299]``), ``args`` the
    defaults of its args.

    Raises:
        SpecError: with every mistake found.
    """
    from archc.architecture import Architecture

    return Architecture.load(spec, input=input, args=args)


def loads(
    text: str,
    /,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    **args: Any,
) -> Architecture:
    """An architecture from a spec's text. See :func:`load`.

    Raises:
        SpecError: with every mistake found.
    """
    from archc.architecture import Architecture

    return Architecture.loads(text, input=input, args=args)


def build(
    spec: str | Path,
    /,
    device: str | None = None,
    input: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    weights: str | Path | None = None,
    **args: Any,
) -> nn.Module:
    """The architecture as a PyTorch module. See :func:`load`, and :meth:`Architecture.build`.

    Its weights come from the file ``weights``, or from that which the spec names, or are fresh.

    Raises:
        SpecError: with every mistake found.
    """
    return load(spec, input, **args).build(device, weights=weights)


def optimize(module: nn.Module, passes: str | Sequence[str] = ()) -> nn.Module:
    """A faster module for inference that computes the same as ``module``, which stays as it is.

    ``module`` is one that :func:`build` made in this process, in evaluation mode. ``passes`` are names
    of those to run, or with a minus of those to leave out; all of them if left out. docs/optimize.md
    says what each does.

    Raises:
        SpecError: there is no such pass, or the module is not archc's, was changed, or is in training mode.
    """
    from archc.passes.module import optimised
    from archc.passes.optimise import chosen

    return optimised(module, chosen((passes,) if isinstance(passes, str) else tuple(passes)))


def limits(**changes: float | str | None) -> AbstractContextManager[Limits]:
    """Other limits for what runs inside ``with``: ``archc.limits(nodes=5_000_000, time="10s")``.

    docs/limits.md lists them. A value is a number (bytes, seconds, or a count), text as ``--limit``
    takes it, or None for as much as archc can do.

    Raises:
        ValueError: there is no limit of this name, or it cannot be this.
    """
    from archc.budgets import limits

    return limits(**changes)


def __getattr__(name: str) -> Any:
    if name == "Architecture":
        from archc.architecture import Architecture

        return Architecture
    if name == "SpecError":
        from archc.errors import SpecError

        return SpecError
    raise AttributeError(f"module 'archc' has no attribute {name!r}")
