"""Runs the script that archc writes beside the stages, ``train.py``, in processes that are there already."""

from __future__ import annotations

import importlib
import io
import sys
from argparse import Namespace
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import torch
import torch.distributed as dist
from torch import nn

from archc.graph.graph import Graph
from archc.pipeline import cut
from archc.pipeline.files import stage_files

CPU = torch.device("cpu")
OPTIONS = Namespace(batch=8, microbatches=4, steps=2, schedule="1f1b", lr=0.01)


def write(graph: Graph, count: int, folder: Path) -> None:
    """The files of a network in ``count`` stages."""
    folder.mkdir()
    for name, content in stage_files(graph, cut(graph, count)).items():
        (folder / name).write_bytes(content)


def imported(folder: Path) -> ModuleType:
    """The script of a folder, with the stages that stand there."""
    for file in folder.glob("*.py"):
        sys.modules.pop(file.stem, None)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    script = importlib.import_module("train")
    sys.path.remove(str(folder))
    return script


def written(graph: Graph, folder: Path) -> ModuleType:
    """The script of as many stages as there are processes."""
    if dist.get_rank() == 0:
        write(graph, dist.get_world_size(), folder)
    dist.barrier()
    return imported(folder)


def checked(script: ModuleType) -> float:
    """What ``--check`` finds to differ most in this stage."""
    script.report = lambda rank, differences: max(differences.values())
    worst: float = script.check(dist.get_rank(), CPU, OPTIONS)
    return worst


def trained(script: ModuleType) -> float:
    """0 if the steps were taken and told."""
    told = io.StringIO()
    with redirect_stdout(told):
        script.train(dist.get_rank(), CPU, OPTIONS)
    last = dist.get_rank() == dist.get_world_size() - 1
    steps = [line.partition(":")[0] for line in told.getvalue().splitlines()]
    wanted = ["step 1 of 2", "step 2 of 2"] if last else []
    return 0.0 if steps == wanted else float("inf")


def wrong(script: ModuleType) -> ModuleType:
    """The script with a last stage that computes a little too much."""
    last = script.STAGES[-1]

    def stage() -> nn.Module:
        module: nn.Module = last()
        module.register_forward_hook(lambda _, inputs, output: output * (1 + 1e-6))
        return module

    script.STAGES = (*script.STAGES[:-1], stage)
    return script
