"""How the runtime grows with the batch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from eager import ARCHC, TORCHVISION
from networks import checked, pair
from optimised import OPTIMISED
from record import Row
from rounds import timed

import archc

SIZES = (1, 2, 4, 8, 16, 32)
SECONDS = 5.0


def cases(quick: bool) -> list[str]:
    """One network of many small layers, and one of large ones."""
    return ["googlenet_bn"] if quick else ["googlenet_bn", "resnet50"]


def measure(case: str, quick: bool) -> Iterator[Row]:
    """Every size of batch, for the module as it is, optimised, and torchvision's."""
    import torch

    both = pair(case)
    subjects = {
        TORCHVISION: both.theirs.eval(),
        ARCHC: both.ours.eval(),
        OPTIMISED: archc.optimize(both.ours),
    }
    with torch.inference_mode():
        for size in SIZES[:3] if quick else SIZES:
            images = both.images(size)
            expected = both.theirs(images)
            checked(subjects[OPTIMISED](images), expected)
            tasks = {name: partial(model, images) for name, model in subjects.items()}
            yield from timed(
                partial(Row, "batches", case, "inference", size), tasks, SECONDS, quick
            )
