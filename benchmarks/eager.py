"""The module as archc writes it, beside torchvision's or timm's, both run as they are by PyTorch.

Speed in inference for every network that both have, in training for a few, memory for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from allocated import peak
from networks import Pair, checked, pair, references
from record import Results, Row
from rounds import timed

from archc.measure.contenders import tensors

if TYPE_CHECKING:
    from torch import Tensor, nn

ARCHC, TORCHVISION, TIMM = "archc", "torchvision", "timm"
QUICK = ("resnet18", "googlenet_bn")
BATCHED = ("alexnet_torchvision", "googlenet_bn", "resnet50", "densenet121", "efficientnet_b0")
BATCH, TRAINING_BATCH = 16, 4
SECONDS = {"inference": 2.0, "batched": 6.0, "training": 5.0}  # of measuring, at the least 5 rounds


def beside(results: Results, case: str, mode: str, size: int) -> tuple[Row | None, Row | None]:
    """The rows of archc's module and of the library's."""
    ours, torchvision, timm = (
        results.one("eager", case, subject, mode, size) for subject in (ARCHC, TORCHVISION, TIMM)
    )
    return ours, torchvision or timm


def cases(quick: bool) -> list[str]:
    """Every network that torchvision or timm has too."""
    return list(QUICK) if quick else list(references())


def measure(case: str, quick: bool) -> Iterator[Row]:
    """Inference and a training step of one network."""
    both = pair(case)
    yield from inference(case, both, 1, SECONDS["inference"], quick)
    if case in BATCHED and not quick:
        yield from inference(case, both, BATCH, SECONDS["batched"], quick)
    yield from training(case, both, quick)


def inference(case: str, both: Pair, batch: int, budget: float, quick: bool) -> Iterator[Row]:
    """The forward pass in evaluation mode."""
    import torch

    images = both.images(batch)
    subjects = {ARCHC: both.ours.eval(), both.library: both.theirs.eval()}
    with torch.inference_mode():
        checked(both.ours(images), both.theirs(images))
        tasks = {name: partial(model, images) for name, model in subjects.items()}
        facts = {name: {"peak": peak(task, warm=True)} for name, task in tasks.items()}
        row = partial(Row, "eager", case, "inference", batch)
        yield from timed(row, tasks, budget, quick, facts=facts)


def training(case: str, both: Pair, quick: bool) -> Iterator[Row]:
    """Forward, backward and a step of gradient descent; timed where it is one of the few."""
    images = both.images(TRAINING_BATCH)
    models = {ARCHC: both.ours.train(), both.library: both.theirs.train()}
    tasks = {name: step(model, images) for name, model in models.items()}
    facts = {name: {"peak": peak(task)} for name, task in tasks.items()}
    row = partial(Row, "eager", case, "training", TRAINING_BATCH)
    if case in BATCHED or quick:
        yield from timed(row, tasks, SECONDS["training"], quick, facts=facts)
    else:
        yield from (row(subject=name, facts=found) for name, found in facts.items())


def step(model: nn.Module, images: Tensor) -> Any:
    """One step of training; every output is held against class 0. Gradients are freed afterwards."""
    import torch

    descent = torch.optim.SGD(model.parameters(), lr=1e-6)
    labels = torch.zeros(len(images), dtype=torch.long)

    def run() -> None:
        outputs = tensors(model(images))
        losses = [torch.nn.functional.cross_entropy(output, labels) for output in outputs]
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        descent.step()
        descent.zero_grad()

    return run
