"""Reading, checking and analysing: archc beside its imports, PyTorch's analysers and PyYAML.

Every size of network is a process of its own, so that the memory is that network's alone.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from allocated import process_peak
from networks import ROOT, pair
from record import Row
from rounds import clocked, timed

import archc
from archc.architecture import Architecture
from archc.measure.timing import once
from archc.spec.files import bundled

if TYPE_CHECKING:
    from torch import nn

SIZES = (10**2, 10**3, 10**4, 10**5, 10**6)
SECONDS = {"process": 25.0, "analysis": 0.3, "analysers": 6.0, "nodes": 4.0, "other": 8.0}
REPEATED, WRITTEN = "by repeat", "written out"
SPECS, PROCESS, YAML, BUILD = "bundled specs", "archc summary", "PyYAML", "building"
FROM_GRAPH = "archc, of a loaded graph"  # as torchinfo has its module
SLOW = 0.5  # seconds, from which on a summary is timed once
ANALYSED = ("googlenet_bn", "resnet152", "densenet121", "efficientnet_b0", "vgg16")
SUMMARY = ("archc", "summary", str(ROOT / "specs/googlenet.yaml"))
LOADED = (
    "import sys, runpy; sys.argv = {arguments!r}; before = set(sys.modules)\n"
    "try: runpy.run_module('archc', run_name='__main__', alter_sys=True)\n"
    "except SystemExit: pass\n"
    "names = [name for name in sys.modules if name not in before and name != '__mp_main__']\n"
    "print(*names, file=sys.stderr)"
)
IMPORTABLE = (
    "import importlib, sys\n"
    "for name in {names!r}:\n"
    "    try: importlib.import_module(name)\n"
    "    except ImportError: continue\n"
    "    print(name, file=sys.stderr)"
)


def cases(quick: bool) -> list[str]:
    """Comparisons, and chains of so many nodes."""
    sizes = SIZES[:2] if quick else SIZES
    chains = [f"{kind}, {size:,} nodes" for kind in (REPEATED, WRITTEN) for size in sizes]
    networks = ANALYSED[:1] if quick else ANALYSED
    return [PROCESS, SPECS, *networks, *chains, YAML, BUILD]


def measure(case: str, quick: bool) -> Iterator[Row]:
    """One comparison, or one size."""
    if case in COMPARISONS:
        yield from COMPARISONS[case](quick)
    elif case in ANALYSED:
        yield from analysers(case, quick)
    else:
        kind, _, size = case.partition(", ")
        yield from chain(kind, int(size.removesuffix(" nodes").replace(",", "")), quick)


def process(*arguments: str) -> Callable[[], object]:
    """A task that starts Python anew with these arguments; bytecode is kept, as by default."""
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def loaded(arguments: tuple[str, ...]) -> list[str]:
    """The modules that a command of archc imports, in their order, but for those made by hand."""
    names = _told(LOADED.format(arguments=list(arguments)))
    written = [name for name in names if name.replace(".", "_").isidentifier()]
    return _told(IMPORTABLE.format(names=written))


def _told(code: str) -> list[str]:
    """The words that some code writes to stderr."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.split()


def summary_process(quick: bool) -> Iterator[Row]:
    """The whole command beside processes that only import what it imports."""
    modules = loaded(SUMMARY)
    others = [name for name in modules if not name.startswith("archc")]
    tasks = {
        "archc summary": process("-m", *SUMMARY),
        "its imports": process("-c", f"import {', '.join(modules)}"),
        "those of other packages": process("-c", f"import {', '.join(others)}"),
    }
    yield from timed(partial(Row, "frontend", PROCESS), tasks, SECONDS["process"], quick)


def bundled_specs(quick: bool) -> Iterator[Row]:
    """Every bundled spec by name and from a loaded graph, and torchinfo on a module that is there already.

    On the device ``meta`` torchinfo computes no values, which is its fastest.
    """
    for one in bundled()[:: 15 if quick else 1]:
        yield from _analysed(one.name, quick)


def _analysed(name: str, quick: bool) -> Iterator[Row]:
    from torchinfo import summary

    net = archc.load(name)
    shapes = [(1, *node.shape) for node in net.inputs.values()]
    full, bare = _modules(net)
    tasks = {
        "archc": lambda: str(archc.load(name).summary()),
        FROM_GRAPH: lambda: str(Architecture(net.graph, net.read).summary()),
        "torchinfo": lambda: str(summary(full, shapes, verbose=0, device="cpu")),
    }
    if bare is not None:
        tasks["torchinfo on meta"] = lambda: str(summary(bare, shapes, verbose=0, device="meta"))
    row = partial(Row, "frontend", SPECS, name)
    if (seconds := once(tasks["torchinfo"])) > SLOW:  # mostly the network's own arithmetic
        del tasks["torchinfo"]
        yield row(subject="torchinfo", runs=(seconds,))
    yield from timed(row, tasks, SECONDS["analysis"], quick)


def _modules(net: Architecture) -> tuple[nn.Module, nn.Module | None]:
    """A module on the CPU, and one on ``meta`` unless an initialisation of it computes."""
    import torch

    try:
        with torch.device("meta"):
            full, bare = net.build().eval(), net.build().eval()
    except NotImplementedError:
        return net.build().eval(), None
    zeros = {key: torch.zeros(value.shape) for key, value in bare.state_dict().items()}
    # drawing weights would take longer than what is measured
    full.to_empty(device="cpu").load_state_dict(zeros, assign=True)
    return full, bare


def analysers(case: str, quick: bool) -> Iterator[Row]:
    """From nothing but a text, and from a module built beforehand."""
    both = pair(case)
    shape, module = (1, *both.input), both.theirs.eval()

    def torchinfo() -> object:
        from torchinfo import summary

        return str(summary(module, shape, verbose=0))

    def torchview() -> object:
        from torchview import draw_graph

        return draw_graph(module, input_size=shape, device="cpu", depth=9)

    tasks = {
        "archc": lambda: str(archc.load(case).summary()),
        "torchinfo": torchinfo,
        "fvcore": lambda: counted_by_fvcore(module, both.images(1)),
        "torchview": torchview,
    }
    yield from timed(partial(Row, "frontend", case, "analysis"), tasks, SECONDS["analysers"], quick)


def counted_by_fvcore(module: Any, images: Any) -> object:
    """The FLOPs that fvcore counts, without its warnings."""
    from fvcore.nn import FlopCountAnalysis

    counts = FlopCountAnalysis(module, images)
    return counts.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def chain(kind: str, nodes: int, quick: bool) -> Iterator[Row]:
    """From the text to a graph with every shape, and its totals; memory is the whole process's."""
    text = (chain_by_repeat if kind == REPEATED else chain_written_out)(nodes)
    row = partial(Row, "frontend", kind, "nodes", nodes)
    _, seconds = clocked(partial(costs, text))
    peak = process_peak()
    if seconds > SECONDS["nodes"]:  # once is enough for what takes long
        yield row(subject="archc", runs=(seconds,), facts={"peak": peak})
        return
    tasks = {"archc": partial(costs, text)}
    yield from timed(row, tasks, SECONDS["nodes"], quick, facts={"archc": {"peak": peak}})


def chain_by_repeat(nodes: int) -> str:
    """One line that stands for all nodes."""
    return (
        "archc: 1\nname: chain\ninput: [8, 16, 16]\n"
        f"nodes:\n  link: {{op: conv, filters: 64, kernel: 3, padding: 1, repeat: {nodes}}}\n"
    )


def chain_written_out(nodes: int) -> str:
    """A line for each node."""
    lines = (f"  link{i}: {{op: conv, filters: 64, kernel: 3, padding: 1}}\n" for i in range(nodes))
    return "archc: 1\nname: chain\ninput: [8, 16, 16]\nnodes:\n" + "".join(lines)


def costs(text: str) -> tuple[int, ...]:
    """The totals of a spec's text, however large."""
    with archc.limits(nodes=None, bytes=None, values=None, time=None):
        net = archc.loads(text)
        return net.params, net.macs, net.depth, net.peak_activation_bytes


def beside_yaml(quick: bool) -> Iterator[Row]:
    """The least that any reader of such a text pays: PyYAML's C parser, places and no values."""
    import yaml

    nodes = 1_000 if quick else 20_000
    text = chain_written_out(nodes)
    tasks = {
        "archc": lambda: costs(text),
        "yaml.compose": lambda: yaml.compose(text, Loader=yaml.CSafeLoader),
    }
    yield from timed(partial(Row, "frontend", YAML, "nodes", nodes), tasks, SECONDS["other"], quick)


def building(quick: bool) -> Iterator[Row]:
    """A module with random weights, from YAML text and by torchvision's own code."""
    from archc.measure.reference import torchvision_models

    models = torchvision_models()
    tasks = {"archc": lambda: archc.build("resnet50"), "torchvision": models.resnet50}
    yield from timed(partial(Row, "frontend", BUILD, "resnet50"), tasks, SECONDS["other"], quick)


COMPARISONS = {PROCESS: summary_process, SPECS: bundled_specs, YAML: beside_yaml, BUILD: building}
