"""``archc bench``: how fast networks run here, beside each other and beside those of libraries."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from archc.analysis import Format
from archc.analysis.estimate import DType
from archc.cli.app import colored
from archc.cli.loading import Device, available
from archc.cli.options import Args, Inputs, Root, Specs, open_spec
from archc.cli.progress import Progress

if TYPE_CHECKING:
    from archc.architecture import Architecture
    from archc.measure.bench import Bench
    from archc.measure.contenders import Contender

Batches: TypeAlias = Annotated[
    list[int],
    typer.Option(
        "--batch",
        "-b",
        min=1,
        metavar="N",
        help="Samples in a pass, 1 if left out; may be given often.",
        default_factory=lambda: [1],
        show_default=False,
    ),
]
Against: TypeAlias = Annotated[
    list[str],
    typer.Option(
        metavar="MODEL",
        help="A model to compare with: torchvision:NAME, timm:NAME or FILE.py:CLASS; may be given often.",
        default_factory=list,
        show_default=False,
    ),
]
Threads: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="CPU threads; as many as torch takes if left out.",
        show_default=False,
    ),
]
Train: TypeAlias = Annotated[
    bool, typer.Option("--train", help="Measure forward and backward in training too.")
]
Optimize: TypeAlias = Annotated[
    bool, typer.Option("--optimize", help="Measure each network optimised too.")
]
Compile: TypeAlias = Annotated[
    bool, typer.Option("--compile", help="Measure each network under torch.compile too.")
]
ByBlock: TypeAlias = Annotated[
    bool, typer.Option("--blocks", help="Say where the time of the forward pass goes.")
]
Rounds: TypeAlias = Annotated[
    int, typer.Option(min=1, metavar="N", help="How often each has its turn.")
]


def bench(  # noqa: PLR0913  # one parameter for each option
    specs: Specs,
    *,
    batch: Batches,
    train: Train = False,
    against: Against,
    optimize: Optimize = False,
    compile: Compile = False,
    blocks: ByBlock = False,
    device: Annotated[Device, typer.Option(help="Where to run.")] = "auto",
    dtype: Annotated[DType, typer.Option(help="Type of weights and inputs.")] = "float32",
    threads: Threads = None,
    rounds: Rounds = 15,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "table",
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Measure how fast networks run here: images a second, and the share of what the machine can do.

    All take turns, so that a slow minute hits them alike.
    Ratios are to the first --against, or else to the first network.
    """
    nets = [open_spec(spec, arg, input, root) for spec in specs]
    _check_references(against)
    progress = Progress()
    try:
        progress.show("importing torch")
        from archc.measure import timing
        from archc.measure.bench import Plan
        from archc.measure.bench import bench as measure
        from archc.measure.ready import Place

        place = Place(available(device), dtype)
        with timing.threads(threads):
            contenders = [
                one
                for net, name in zip(nets, _names(nets), strict=True)
                for one in _contenders(net, name, optimize, compile, progress)
            ]
            contenders += _references(against, nets[0], progress)
            base = against[0] if against else contenders[0].name
            plan = Plan(tuple(dict.fromkeys(batch)), train, blocks, place, rounds, base)
            found = measure(contenders, plan, progress.show)
    finally:
        progress.clear()
    _write(found, format)


def _check_references(against: list[str]) -> None:
    """References have one of the forms, each once.

    Raises:
        typer.BadParameter: one has not.
    """
    from archc.measure.reference import FORMS, is_reference

    for text, times in Counter(against).items():
        if not is_reference(text):
            raise typer.BadParameter(f"'{text}' is not {FORMS}", param_hint="--against")
        if times > 1:
            raise typer.BadParameter(f"'{text}' is named twice", param_hint="--against")


def _names(nets: list[Architecture]) -> list[str]:
    """The names of the networks; those of several that are called alike are numbered."""
    often, seen = Counter(net.name for net in nets), Counter[str]()
    names = []
    for net in nets:
        seen[net.name] += 1
        names.append(f"{net.name} {seen[net.name]}" if often[net.name] > 1 else net.name)
    return names


def _contenders(
    net: Architecture, name: str, optimised: bool, compiled: bool, progress: Progress
) -> Iterator[Contender]:
    """The network as it is built and, where wanted, made faster."""
    from archc.measure.contenders import Contender
    from archc.measure.timing import once

    progress.show(f"building {name}")
    shapes = tuple(node.shape for node in net.inputs.values())
    module = net.build(weights=False)
    yield Contender(name, module, shapes, net.graph)
    if optimised:
        from archc import optimize

        progress.show(f"optimising {name}")
        plain, faster = net.build(weights=False).eval(), []
        seconds = once(lambda: faster.append(optimize(plain)))
        yield Contender(
            f"{name}, optimised", faster[0], shapes, net.graph, trained=False, prepared=seconds
        )
    if compiled:
        yield Contender(f"{name}, compiled", module, shapes, net.graph, compiled=True)


def _references(against: list[str], net: Architecture, progress: Progress) -> Iterator[Contender]:
    """The models to compare with; they read what the first network reads."""
    from archc.measure.contenders import Contender
    from archc.measure.reference import reference

    shapes = tuple(node.shape for node in net.inputs.values())
    for text in against:
        progress.show(f"making {text}")
        yield Contender(text, reference(text), shapes)


def _write(found: Bench, format: Format) -> None:
    """To standard output; a table as wide as the terminal, with bold heads."""
    from archc.measure import records, report

    if format == "table" and colored(sys.stdout):
        for head, line in report.lines(found, shutil.get_terminal_size().columns):
            typer.secho(line, bold=head or None)
        return
    writers = {
        "table": report.as_table,
        "markdown": report.as_markdown,
        "csv": records.as_csv,
        "json": records.as_json,
    }
    typer.echo(writers[format](found))
