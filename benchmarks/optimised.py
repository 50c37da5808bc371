"""archc.optimize beside torchvision's module, run by PyTorch or by what else makes models fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from allocated import peak
from eager import ARCHC, TORCHVISION
from networks import Pair, checked, pair
from peers import compiled, onnx_runtime, torchscript
from record import Row
from roofline import work
from rounds import clocked, reason, timed

import archc

if TYPE_CHECKING:
    from torch import Tensor, nn

OPTIMISED, TORCHSCRIPT, COMPILE, ONNX = (
    "archc optimised", "TorchScript", "torch.compile", "ONNX Runtime",
)  # fmt: skip
BATCHES = (1, 16)
SECONDS = {1: 8.0, 16: 20.0}
COMPILED_TWICE = ("googlenet_bn",)  # at the large batch too: each compiling takes a minute


def cases(quick: bool) -> list[str]:
    """The networks that the targets name."""
    networks = ["googlenet_bn", "inception_v3", "resnet50", "densenet121", "vgg16"]
    return networks[::2][:2] if quick else networks


def measure(case: str, quick: bool) -> Iterator[Row]:
    """One network at every batch."""
    both = pair(case)
    both.ours.eval()
    both.theirs.eval()
    for batch in BATCHES[:1] if quick else BATCHES:
        yield from at_batch(case, both, batch, quick)


def at_batch(case: str, both: Pair, batch: int, quick: bool) -> Iterator[Row]:
    """Every rival that can be made and computes the same, timed in turns."""
    import torch

    images = both.images(batch)
    row = partial(Row, "optimised", case, "inference", batch)
    tasks: dict[str, Callable[[], Any]] = {}
    facts: dict[str, dict[str, float]] = {}
    with torch.inference_mode():
        expected = both.theirs(images)
    for name, make in makers(case, both, images, quick).items():
        try:
            tasks[name], prepare = clocked(make)
            with torch.inference_mode():
                facts[name] = {"prepare": prepare, "difference": checked(tasks[name](), expected)}
                if name != ONNX:  # it has an allocator of its own
                    facts[name]["peak"] = peak(tasks[name], warm=True)
        except Exception as error:  # whatever a peer raises
            tasks.pop(name, None)
            yield row(subject=name, failed=reason(error))
    facts.setdefault(ARCHC, {}).update(work(both.net.graph, batch)._asdict())
    with torch.inference_mode():
        yield from timed(row, tasks, SECONDS[batch], quick, facts=facts)


def optimised(model: nn.Module, images: Tensor) -> Callable[[], Any]:
    """archc's; the first call lays weights out."""
    import torch

    task = partial(archc.optimize(model), images)
    with torch.inference_mode():
        task()
    return task


def makers(
    case: str, both: Pair, images: Any, quick: bool
) -> dict[str, Callable[[], Callable[[], Any]]]:
    """What makes each rival's task. The models as they are need no making."""
    import torch

    threads = torch.get_num_threads()
    found: dict[str, Callable[[], Callable[[], Any]]] = {
        TORCHVISION: lambda: partial(both.theirs, images),
        ARCHC: lambda: partial(both.ours, images),
        OPTIMISED: lambda: optimised(both.ours, images),
        TORCHSCRIPT: lambda: torchscript(both.theirs, images),
        ONNX: lambda: onnx_runtime(both.net, both.ours, images, threads),
    }
    if len(images) == 1 or case in COMPILED_TWICE:
        found[COMPILE] = lambda: compiled(both.theirs, images)
    return found
