"""How far the outputs of an optimised module are from those of the module it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import chain
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph

if TYPE_CHECKING:
    from torch import Tensor, nn

TOLERANCE = 1e-3
HOPELESS = 0.05  # a network this far from itself in float64 multiplies the smallest error
NUMBERS = (
    "give trained weights without NaN; a deep network of fresh ones needs norms, or --tolerance 1"
)
ROUNDS = 3
TRIES = 2  # samples of each round


class Difference(NamedTuple):
    """The largest difference of two outputs, as a share of the largest number among them.

    ``rounding`` is how far the module before is from itself in float64, where that was looked at.
    """

    relative: float
    absolute: float
    samples: int
    rounding: float = 0.0


def difference(before: nn.Module, after: nn.Module, graph: Graph) -> Difference:
    """Run both on the same normal noise, with seeds that do not change."""
    import torch

    worst = Difference(0.0, 0.0, ROUNDS * TRIES)
    with torch.inference_mode():
        for seed in range(ROUNDS):
            pairs = zip(_outputs(before, graph, seed), _outputs(after, graph, seed), strict=True)
            for one, other in pairs:
                worst = max(worst, _apart(one, other), key=lambda found: found.relative)
    return worst


def _outputs(module: nn.Module, graph: Graph, seed: int) -> Sequence[Tensor]:
    import torch

    generator = torch.Generator().manual_seed(seed)
    shapes = [(TRIES, *node.shape) for node in graph.inputs.values()]
    noise = [torch.randn(shape, generator=generator) for shape in shapes]
    some = _some(module)
    result = module(*(tensor.to(some) for tensor in noise))
    return (result,) if isinstance(result, torch.Tensor) else result


def settle(module: nn.Module, graph: Graph) -> None:
    """Give fresh batch norms what training would: statistics of their inputs, factors and summands.

    With those that they start with, folding them would change nothing, and prove nothing.
    """
    import torch
    from torch.nn.modules.batchnorm import _BatchNorm

    norms = [part for part in module.modules() if isinstance(part, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for norm in norms:
            norm.momentum = 1.0  # the statistics of this one batch
            if norm.affine:
                norm.weight.uniform_(0.5, 1.5)
                norm.bias.uniform_(-0.2, 0.2)
        if norms:
            some = _some(module)
            module.train()(*(torch.randn(TRIES, *n.shape).to(some) for n in graph.inputs.values()))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        if norm.running_var is not None:  # of few samples, so some channels seem constant
            norm.running_var.clamp_(min=0.1 * float(norm.running_var.mean()))
    module.eval()


def _some(module: nn.Module) -> Tensor:
    """A tensor of the module, whose device and type inputs have to have."""
    import torch

    held = chain(module.parameters(), module.buffers())
    return next((tensor for tensor in held if tensor.is_floating_point()), torch.empty(0))


def _apart(one: Tensor, other: Tensor) -> Difference:
    one, other = one.double(), other.double()
    largest = float(one.abs().max())
    apart = float((one - other).abs().max())
    if not isfinite(apart) or not isfinite(largest):  # numbers that are none prove nothing
        return Difference(inf, inf, ROUNDS * TRIES)
    return Difference(apart / largest if largest else apart, apart, ROUNDS * TRIES)


def proven(
    before: nn.Module, after: nn.Module, graph: Graph, tolerance: float | None
) -> Difference:
    """The difference, which is at most ``tolerance``.

    Without one it is 0.001, or what rounding alone makes: in deep networks of weights that were never trained
    a module can be further than that from itself in float64.

    Raises:
        SpecError: the difference is larger.
    """
    found = difference(before, after, graph)
    if found.relative == inf:
        raise _refused(
            "outputs hold numbers that are infinite or none, which proves nothing", NUMBERS
        )
    allowed = TOLERANCE if tolerance is None else tolerance
    if tolerance is None and found.relative > allowed:
        rounding = difference(before, deepcopy(before).double(), graph).relative
        if rounding > HOPELESS:
            words = f"rounding alone changes outputs by {rounding:.1e} of the largest, which proves nothing"
            raise _refused(words, NUMBERS)
        found, allowed = found._replace(rounding=rounding), max(allowed, 4 * rounding)
    if found.relative > allowed:
        words = (
            f"the optimised network computes something else: outputs differ by {found.relative:.1e} of the "
            f"largest, more than {allowed:.1g}"
        )
        raise _refused(
            words, "leave out a pass with --passes -NAME, or allow more with --tolerance"
        )
    return found


def _refused(message: str, help: str) -> SpecError:
    return SpecError([Mistake("A102", message, help=help)])
