"""docs/performance.md, from the results of a run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import tables
from optimised import BATCHES
from record import Results, read
from verdicts import verdicts

from archc.analysis.words import counted

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "benchmarks/results.json", ROOT / "benchmarks/gpu.json")
FIGURES = ROOT / "docs/figures"
LINE = 105  # characters

HEAD = """\
# How fast archc is

Generated from `benchmarks/results.json` by `make docs`; do not edit. `make bench` measures anew and
writes that file, with the time of every round.
"""
METHOD = """\
A speed is a ratio: 2 is twice as fast as torchvision's module run eagerly by PyTorch. Subjects of one
comparison take turns in one process, forwards and backwards, after warming up, so a slow minute of the
machine hits all alike. The ratio is the median of the ratios of single rounds, whose middle half stands in
brackets: where the machine's speed changes, it changes less than the ratio of the medians. Both modules
have equal weights, and a subject whose outputs differ from torchvision's by more than 10⁻⁴ of the largest is
not measured. Numbers are float32.

Peak memory is the most that a call held at once of what it asked PyTorch's allocator for; weights and
the input are there before and do not count. It is the same in every run. ONNX Runtime has an allocator
of its own.
"""
MISSED = """\
Where a goal of the optimised networks is missed, [memory](#memory) and
[what the machine allows](#what-the-machine-allows) show what limits them.
"""
UNOPTIMISED = """\
## As written

The module that `archc build` writes and `archc.build` imports, beside the library's, both run as they
are: torchvision's, or timm's where the name says so. Memory is times the library's. A training step is
forward, backward and a step of gradient descent.
"""
OPTIMISED = """\
## Optimised

`archc.optimize(model)` beside what else makes a model fast. The rivals start from torchvision's module,
but ONNX Runtime from archc's own ONNX file. `torch.compile` compiles for a fixed batch, with an empty
cache.
"""
PREPARING = """\
The time until each is ready, at batch 1, with the first calls, which lay weights out or compile.
"""
MEMORY = """\
### Memory

The last column is what the largest layer reads and writes. Whoever computes one layer after the other
holds about this; less where a sum is written over one of its terms, and where a batch is taken in slices.
PyTorch's max pooling makes more: an index of 8 bytes beside each number of its result, read or not.
"""
LIMITS = """\
### What the machine allows

The ceilings are measured in the same run, by a product of two large matrices and by a copy of a large
tensor. At these the operations of a network take some time, and moving its bytes takes some; the longer
of the two is the least time. Bytes count each layer's input, weights and result once; norms, activations
and concatenations count as parts of their neighbours. What a cache holds moves faster than the copy, so
a network may come below where bytes decide.
"""
OVER_BATCH = """\
## Over the batch
"""
FRONT_END = """\
## The front end

Below 1, archc takes less time than what stands beside it.
"""
ANALYSED = """\
Summaries, for archc from YAML text, for the others from a torchvision module built beforehand:
"""
SPECS = """\
Every bundled spec beside torchinfo on a module of it built beforehand, on the CPU and on the device
`meta`, where nothing is computed. archc loads the spec by its name and summarises it, for a second time
in its process, so that the file is parsed already; or it summarises a graph loaded beforehand. The five at
which it does worst:
"""
GROWTH = """\
From text to shapes, parameters, MACs, depth and peak memory, each in a process of its own. The dashed
lines of the chart are the goals for a million nodes.
"""
DRAWING = """\
## Drawing

Whole processes; torchview's DOT is laid out by the same Graphviz library.
"""
REASONS = """\
## Where the time goes

- **A whole process** is imports: Python's own, typer, PyYAML, and archc's operators. Torch, networkx and
  rich are not loaded.
- **Reading** a text is mostly PyYAML's C parser; long runs of plain lines are read without it. A line and
  column are worked out only for a message.
- **Expansion** makes one operator for equal settings, and works out shape, weights and costs once for
  each operator and input shapes. What is left is names and wiring.
- **Receptive fields** cost as much as all other totals, so they are worked out when first asked for.
- **The garbage collector** waits while a stage runs: nothing that it makes is garbage, and visiting the
  growing tree and graph again and again takes long.
- **Building** a module is drawing random weights, here as in torchvision.
"""


def pages() -> dict[Path, str]:
    """The page and its charts, by the files where they belong; none before anything was measured."""
    from charts import charts

    results, gpu = (read(file) if file.exists() else None for file in FILES)
    if results is None:
        return {}
    drawn = charts(results)
    page = performance_page(results, gpu, set(drawn))
    return {ROOT / "docs/performance.md": page} | {
        FIGURES / name: chart.decode() for name, chart in drawn.items()
    }


def performance_page(results: Results, gpu: Results | None, drawn: set[str]) -> str:
    """The page; ``drawn`` are the names of the charts that there are."""
    return "\n".join(_lines(results, gpu, drawn)).rstrip() + "\n"


def _lines(results: Results, gpu: Results | None, drawn: set[str]) -> Iterator[str]:
    yield HEAD
    if results.quick:
        yield "**This is a quick look with few rounds and networks. Its times are not to be relied on.**\n"
    yield from about(results)
    yield METHOD
    yield from section("## What is to be reached\n", tables.goals(results))
    if any(one.kept < len(one.found) for one in verdicts(results)):
        yield MISSED
    yield from section(UNOPTIMISED, tables.unoptimised(results))
    yield from _optimised(results, drawn)
    yield from section(OVER_BATCH, tables.batches(results), image("batches", drawn))
    yield from _front_end(results, drawn)
    yield from section(DRAWING, tables.drawing(results))
    if gpu is not None:
        yield from section(f"## On a GPU\n\n{''.join(about_gpu(gpu))}", tables.gpu(gpu))
    yield REASONS
    yield from section("## What was not measured\n", tables.failures(results))


def _optimised(results: Results, drawn: set[str]) -> Iterator[str]:
    one, many = (list(tables.optimised(results, size)) for size in BATCHES)
    if not one:
        return
    yield from section(OPTIMISED, ["Batch 1:", "", *one], image("speed", drawn))
    yield from section("Batch 16:\n", many)
    yield from section(PREPARING, tables.preparing(results))
    yield from section(MEMORY, tables.memories(results))
    yield from section(LIMITS, tables.limits(results))


def _front_end(results: Results, drawn: set[str]) -> Iterator[str]:
    yield from section(FRONT_END, tables.front_end(results))
    yield from section(ANALYSED, tables.analysed(results))
    yield from section(SPECS, tables.specs(results))
    yield from section(GROWTH, tables.growth(results), image("nodes", drawn))


def section(head: str, body: Iterator[str] | list[str], chart: str = "") -> Iterator[str]:
    """A heading with a table below it; nothing where the table is empty."""
    lines = list(body)
    if lines:
        yield head
        if chart:
            yield chart
        yield from lines
        if lines[-1]:
            yield ""


def image(name: str, drawn: set[str]) -> str:
    """The line that shows a chart, if there is one."""
    file = f"performance-{name}.svg"
    return f"![{ALTERNATIVES[name]}](figures/{file})\n" if file in drawn else ""


ALTERNATIVES = {
    "speed": "Speed of each rival as a multiple of torchvision's, a group of bars for each network",
    "nodes": "Time and memory over the number of nodes, both axes logarithmic",
    "batches": "Milliseconds an image over the number of images in a batch",
}


def about(results: Results) -> Iterator[str]:
    """Where, when and with what it was measured."""
    machine, ceilings = results.machine, results.ceilings
    packages = ", ".join(
        f"{name} {number}" for name, number in results.versions.items() if number[0].isdigit()
    )
    yield filled(
        f"Measured on {results.date}: {machine['cpu']}, {machine['threads']} threads on "
        f"{machine['cores']} cores, {int(machine['memory']) / 2**30:.0f} GiB, {machine['system']}. "
        f"Its ceilings: {ceilings['flops'] / 1e9:.0f} GFLOP/s for a product of matrices, "
        f"{ceilings['bytes'] / 1e9:.1f} GB/s for a copy, read and written. {packages}. "
        f"The run took {counted(round(sum(results.took.values()) / 60), 'minute')}."
    )


def about_gpu(results: Results) -> Iterator[str]:
    """Which GPU, and when."""
    device, torch = results.machine.get("gpu", "a GPU"), results.versions["torch"]
    flops, copied = results.ceilings["flops"] / 1e12, results.ceilings["bytes"] / 1e12
    yield filled(
        f"Measured on {results.date}: {device}, torch {torch}. Its ceilings: {flops:.1f} TFLOP/s for a "
        f"product of float32 matrices, {copied:.2f} TB/s for a copy, read and written. Beside the medians of "
        "torchvision's module run eagerly, how many times as fast the others are. A CUDA graph plays the "
        "same kernels again without Python."
    )


def filled(words: str) -> str:
    """A paragraph in lines as long as the others."""
    return textwrap.fill(words, LINE, break_long_words=False, break_on_hyphens=False) + "\n"
