"""Runs cases on several processes, and prints what they came to.

``python worker.py FOLDER '{"2": ["DDP", …], "4": […]}'``: cases by the number of processes. Each compares
with one process, in double precision, and comes to the largest difference of a tensor, as a share of its
largest value. The processes are forked from this one, which has imported torch once for all of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import torch
import torch.distributed as dist
from script import checked, trained, written, wrong
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard
from torch.distributed.pipelining import PipelineStage, Schedule1F1B, ScheduleGPipe
from torch.distributed.tensor import DTensor
from torch.nn.parallel import DistributedDataParallel

import archc
from archc.codegen import build
from archc.graph.graph import Graph
from archc.pipeline import cut, stage_graphs

SPECS = Path(__file__).parent / "specs"
BATCH, PARTS = 8, 4
CPU = torch.device("cpu")


def as_tuple(result: Tensor | Sequence[Tensor]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else tuple(result)


def loss(outputs: Tensor | Sequence[Tensor], target: Tensor) -> Tensor:
    """A mean over samples, as losses are; the target has a number for each."""
    total = torch.zeros((), dtype=torch.double)
    for output in as_tuple(outputs):
        total = total + ((output.flatten(1).mean(1) - target) ** 2).mean() + output.square().mean()
    return total


def graph_of(name: str) -> Graph:
    path = SPECS / f"{name}.yaml"
    return archc.load(path if path.exists() else name).graph


def data(graph: Graph) -> tuple[list[Tensor], Tensor]:
    torch.manual_seed(1)
    inputs = [torch.randn(BATCH, *node.shape, dtype=torch.double) for node in graph.inputs.values()]
    return inputs, torch.randn(BATCH, dtype=torch.double)


def difference(one: Tensor | None, other: Tensor | None) -> float:
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    scale = max(one.abs().max().item(), other.abs().max().item()) or 1.0
    return (one - other).abs().max().item() / scale


def gradients_differ(
    module: nn.Module, wanted: Mapping[str, Tensor | None], prefix: str = ""
) -> float:
    worst = 0.0
    for name, parameter in module.named_parameters():
        found = parameter.grad
        if isinstance(found, DTensor):
            found = found.full_tensor()
        worst = max(worst, difference(found, wanted[name.removeprefix(prefix)]))
    return worst


def gradients(module: nn.Module) -> dict[str, Tensor | None]:
    return {name: parameter.grad for name, parameter in module.named_parameters()}


def pipeline(name: str, kind: type[ScheduleGPipe | Schedule1F1B], training: bool = False) -> float:
    """Forward and backward in stages; in training, one process takes the same micro-batches."""
    graph = graph_of(name)
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(0)
    whole = build(graph).double().train(training)
    module = build(stage_graphs(graph, cut(graph, world))[rank]).double().train(training)
    tensors = {key: tensor.clone() for key, tensor in whole.state_dict().items()}
    module.load_state_dict({key: tensors[key] for key in module.state_dict()})
    if rank == world - 1:
        module.register_forward_hook(lambda _, inputs, outputs: as_tuple(outputs))
    inputs, target = data(graph)
    schedule = kind(PipelineStage(module, rank, world, CPU), PARTS, loss_fn=loss)
    mine = inputs if rank == 0 else []
    wanted = target if rank == world - 1 else None
    if training:  # torch runs the stages once on empty tensors, which spoils the statistics
        schedule.step(*mine, target=wanted)
        module.zero_grad()
        module.load_state_dict({key: tensors[key] for key in module.state_dict()})
    found = schedule.step(*mine, target=wanted)
    expected = []
    for chunk in zip(*(tensor.chunk(PARTS) for tensor in (*inputs, target)), strict=True):
        outputs = whole(*chunk[:-1])
        (loss(outputs, chunk[-1]) / PARTS).backward()
        expected.append(as_tuple(outputs))
    worst = gradients_differ(module, gradients(whole))
    if rank == world - 1:
        whole_batch = [torch.cat(parts) for parts in zip(*expected, strict=True)]
        pairs = zip(as_tuple(found), whole_batch, strict=True)
        worst = max(worst, *(difference(*pair) for pair in pairs))
    for key, buffer in module.named_buffers():
        worst = max(worst, difference(buffer.double(), whole.get_buffer(key).double()))
    return worst


def parallel(name: str, wrap: Callable[[nn.Module], nn.Module], prefix: str = "") -> float:
    """Each process has a part of the batch; gradients are those of the whole batch."""
    graph = graph_of(name)
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(0)
    whole = build(graph).double().eval()
    module = build(graph).double().eval()
    module.load_state_dict(whole.state_dict())
    inputs, target = data(graph)
    outputs = whole(*inputs)
    loss(outputs, target).backward()
    wrapped = wrap(module)
    mine = [tensor.chunk(world)[rank] for tensor in (*inputs, target)]
    found = wrapped(*mine[:-1])
    loss(found, mine[-1]).backward()
    pairs = zip(as_tuple(found), as_tuple(outputs), strict=True)
    worst = max(difference(one, other.chunk(world)[rank]) for one, other in pairs)
    return max(worst, gradients_differ(wrapped, gradients(whole), prefix))


def sharded(module: nn.Module) -> nn.Module:
    """FSDP2 by block: every instance of a class that archc wrote, from the inside out."""
    for part in reversed(list(module.modules())):
        if type(part).__module__ == type(module).__module__:
            fully_shard(part)
    return module


CASES: dict[str, Callable[[Path], float]] = {
    "lenet5, GPipe": lambda _: pipeline("lenet5", ScheduleGPipe),
    "lenet5, 1F1B": lambda _: pipeline("lenet5", Schedule1F1B),
    "resnet20, evaluation": lambda _: pipeline("resnet20_cifar", Schedule1F1B),
    "resnet20, training": lambda _: pipeline("resnet20_cifar", ScheduleGPipe, training=True),
    "tower, cut inside blocks": lambda _: pipeline("tower", Schedule1F1B),
    "several inputs and outputs": lambda _: pipeline("several", ScheduleGPipe),
    "heads, training": lambda _: pipeline("heads", Schedule1F1B, training=True),
    "heads, evaluation": lambda _: pipeline("heads", ScheduleGPipe),
    "shared weights": lambda _: pipeline("shared", ScheduleGPipe),
    "resnet50": lambda _: pipeline("resnet50", Schedule1F1B),
    "train.py, steps": lambda folder: trained(written(graph_of("crossing"), folder / "steps")),
    "train.py, check": lambda folder: checked(written(graph_of("crossing"), folder / "check")),
    "train.py, check of a wrong stage": lambda folder: checked(
        wrong(written(graph_of("crossing"), folder / "wrong"))
    ),
    "DDP": lambda _: parallel("resnet20_cifar", DistributedDataParallel, "module."),
    "FSDP2": lambda _: parallel("resnet20_cifar", sharded),
    "FSDP2, blocks in blocks": lambda _: parallel("tower", sharded),
}


def member(rank: int, world: int, folder: Path, names: Sequence[str]) -> None:
    """One of the processes; the first writes the results to a file."""
    torch.set_num_threads(1)
    store, wait = f"file://{folder}/store{world}", timedelta(seconds=300)
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=world, timeout=wait)
    found = {}
    for name in names:
        worst = torch.tensor(CASES[name](folder))
        dist.all_reduce(worst, dist.ReduceOp.MAX)
        found[name] = worst.item()
    if rank == 0:
        (folder / f"{world}.json").write_text(json.dumps(found))
    dist.destroy_process_group()


def main(folder: Path, cases: Mapping[str, Sequence[str]]) -> None:
    fork = get_context("fork")
    for world, names in cases.items():
        ranks = range(int(world))
        processes = [
            fork.Process(target=member, args=(rank, int(world), folder, names)) for rank in ranks
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        if any(process.exitcode for process in processes):
            sys.exit(1)
    print(
        json.dumps({world: json.loads((folder / f"{world}.json").read_text()) for world in cases})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
