"""Slow libraries are imported by what uses them only, each claim in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archc.cli.commands import COMMANDS, SPEC_COMMANDS, made

FORBIDDEN = {
    ("check", "specs/googlenet.yaml"): {"torch", "networkx", "rich", "graphviz"},
    ("summary", "specs/googlenet.yaml"): {"torch", "networkx", "rich", "graphviz", "jsonschema"},
    ("summary", "resnet50", "--format", "json"): {"torch", "networkx", "rich", "graphviz"},
    ("draw", "googlenet", "-o", "{folder}/net.svg"): {"torch", "jsonschema"},
    ("paths", "resnet110_cifar"): {"torch", "networkx", "rich", "graphviz", "matplotlib", "numpy"},
    ("paths", "vgg16", "--plot", "{folder}/paths.svg"): {"torch", "networkx", "rich", "graphviz"},
    ("compare", "alexnet", "vgg16"): {
        "torch",
        "networkx",
        "rich",
        "graphviz",
        "matplotlib",
        "numpy",
    },
    ("compare", "vgg16", "--plot", "{folder}/bars.svg"): {"torch", "networkx", "rich", "graphviz"},
    ("explain", "googlenet"): {"torch", "networkx", "rich", "graphviz", "matplotlib", "numpy"},
    ("explain", "A012"): {"torch", "networkx", "rich", "graphviz", "matplotlib", "numpy"},
    ("list",): {"torch", "networkx", "graphviz"},
    ("ops", "conv"): {"torch", "networkx", "graphviz"},
    ("schema",): {"torch", "networkx", "graphviz", "jsonschema"},
}
ROOT = Path(__file__).parents[1]


def loaded_after(code: str) -> set[str]:
    """The top-level modules that are loaded once ``code`` has run."""
    report = "\nprint('\\nloaded', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}{report}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("command", FORBIDDEN, ids=lambda command: command[0])
def test_a_command_leaves_slow_libraries_alone(command: tuple[str, ...], tmp_path: Path) -> None:
    arguments = [part.format(folder=tmp_path) for part in command]
    code = (
        f"from archc.cli import app\nsys.argv = ['archc', *{arguments!r}]\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )
    loaded = loaded_after(code)
    assert "archc" in loaded
    assert loaded & FORBIDDEN[command] == set()


def test_a_command_imports_no_other() -> None:
    code = (
        "import sys\nfrom archc.cli import app\nsys.argv = ['archc', 'summary', 'lenet5']\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*(name for name in sys.modules if name.startswith('archc.cli.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    files = {module.partition(".")[0] for module in COMMANDS.values()}
    loaded = {name.split(".")[2] for name in done.stdout.splitlines()[-1].split()}
    assert loaded & files == {"summary"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_made(name: str) -> None:
    command = made(name)
    assert command.name == name
    limited = any("--limit" in option.opts for option in command.params)
    assert limited == (name in SPEC_COMMANDS)


def test_importing_archc_imports_nothing_else() -> None:
    assert loaded_after("import archc") & {"torch", "yaml", "networkx", "typer", "rich"} == set()
    code = "import archc\nassert 'archc.spec' not in sys.modules"
    assert "archc" in loaded_after(code)


def test_loading_and_counting_need_no_torch() -> None:
    code = "import archc\nnet = archc.load('resnet50')\nnet.summary(), net.receptive_field('fc')"
    assert loaded_after(code) & {"torch", "networkx", "typer"} == set()
