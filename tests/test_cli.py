"""The command line: what it prints where, and with which exit status."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc import __version__
from archc.cli import app
from archc.cli.commands import COMMANDS
from archc.cli.options import complete_spec, settings_of, shapes_of

GOOD = """\
archc: 1
name: net
args: {classes: 10, width: 4}
input: [3, 8, 8]
nodes:
  a: {op: conv, filters: $width, kernel: 3}
  b: {op: fc, units: $classes}
variants:
  wide: {args: {width: 8}}
"""
BAD = GOOD.replace("kernel: 3", "kernal: 3")


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=stdin, prog_name="archc")


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    Path("bad.yaml").write_text(BAD)
    return "good.yaml"


def test_version_and_help() -> None:
    assert archc("--version").stdout == f"archc {__version__}\n"
    assert archc("-h").exit_code == 0
    assert "Usage: archc" in archc().output


def test_help_lists_every_command_in_order() -> None:
    panel = archc("--help").stdout.partition("Commands")[2]
    listed = [line.split()[1] for line in panel.splitlines()[1:] if re.match(r"│ \w", line)]
    assert listed == [*COMMANDS]
    assert "Did you mean 'summary'?" in archc("sumary", "net.yaml").stderr


def test_check_counts_what_is_fine(good: str) -> None:
    result = archc("check", good)
    assert result.exit_code == 0
    assert result.stdout == "ok good.yaml: net with 2 nodes, 1,562 parameters, 1 variant\n"
    assert result.stderr == ""


def test_check_reports_every_file_on_standard_error(good: str) -> None:
    result = archc("check", "bad.yaml", good, "missing.yaml")
    assert result.exit_code == 1
    assert result.stdout.startswith("ok good.yaml")
    assert "bad.yaml:6:34" in result.stderr
    assert "did you mean 'kernel'?" in result.stderr
    assert "bad.yaml: 1 error\n" in result.stderr
    assert "there is no file 'missing.yaml'" in result.stderr


def test_check_finds_what_is_wrong_in_a_variant_alone(good: str) -> None:
    Path(good).write_text(GOOD + "  narrow: {nodes: {a: {kernel: 9}}}\n")
    result = archc("check", good)
    assert result.exit_code == 1
    assert "in variant narrow" in result.stderr
    assert "1 error in 10 lines, checked in" in result.stderr


def test_check_takes_bundled_names_with_all_their_variants() -> None:
    """Also where a document is not called as its file is."""
    result = archc("check", "vgg16", "vgg16:vgg11")
    assert result.exit_code == 0
    assert re.search(r"^ok vgg16: vgg16 with .* variants$", result.stdout, re.MULTILINE)
    assert "ok vgg16:vgg11: vgg11 with " in result.stdout
    result = archc("check", "vgg11:vgg16")
    assert "error[A030]: 'vgg11' is a variant and has none of its own" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_in_a_line() -> None:
    command = [sys.executable, "-m", "archc", "summary", "lenet5"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: no space left on device\n")


def test_check_reads_standard_input() -> None:
    fine = archc("check", "-", stdin=GOOD)
    assert fine.stdout == "ok -: net with 2 nodes, 1,562 parameters, 1 variant\n"
    wrong = archc("check", "-", stdin=BAD)
    assert wrong.exit_code == 1
    assert "<stdin>:6:34" in wrong.stderr


def test_check_shows_warnings_and_passes(good: str) -> None:
    Path(good).write_text(GOOD.replace("kernel: 3", "kernel: 3, stride: 2"))
    result = archc("check", good)
    assert result.exit_code == 0
    assert "1 variant (1 warning)" in result.stdout
    assert "warning" in result.stderr


@pytest.mark.parametrize("format", ["table", "json", "csv", "markdown"])
def test_summary_writes_each_format_without_colours(good: str, format: str) -> None:
    result = archc("summary", good, "--format", format)
    assert result.exit_code == 0
    assert "conv" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_args_and_input_change_the_architecture(good: str) -> None:
    options = ("-a", "classes=7", "--arg", "width=2", "--input", "3x10x12")
    counts = json.loads(archc("summary", good, "--format", "json", *options).stdout)
    assert counts["input"] == [3, 10, 12]
    assert [node["shape"] for node in counts["nodes"]] == [[2, 8, 10], [7]]


def test_variants_are_named_after_a_colon(good: str) -> None:
    counts = json.loads(archc("summary", f"{good}:wide", "--format", "json").stdout)
    assert counts["name"] == "wide"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("-a", "classes"), "'classes' is not NAME=VALUE"),
        (("-a", "2=3"), "'2=3' is not NAME=VALUE"),
        (("-a", "classes=[1"), "no value that YAML can read"),
        (("-a", "classes=1, 2"), "a list is written [1, 2]"),
        (("-a", "classes=1]\nx: [2"), "no value that YAML can read"),
        (("-a", "classes="), "no value that YAML can read"),
        (("--input", "3x"), "'3x' is not a shape like 3x224x224"),
        (("--input", "3", "--input", "a=3"), "each needs its name"),
        (("--frmat", "json"), "No such option"),
        (("--format", "xml"), "xml"),
    ],
)
def test_wrong_usage_exits_with_2(good: str, option: tuple[str, ...], message: str) -> None:
    result = archc("summary", good, *option)
    assert result.exit_code == 2
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert message in words
    assert result.stdout == ""


def test_a_spec_that_does_not_exist_exits_with_1() -> None:
    result = archc("summary", "resnt50")
    assert result.exit_code == 1
    assert "did you mean 'resnet50'?" in result.stderr


def test_an_unknown_arg_is_a_mistake_in_the_spec_s_use(good: str) -> None:
    result = archc("summary", good, "-a", "clases=3")
    assert result.exit_code == 1
    assert "did you mean 'classes'?" in result.stderr


def test_values_of_args_are_yaml_1_2() -> None:
    given = settings_of(["a=1e-4", "b=no", "c=[1, 2]", "d=3", "e=true", "f={x: 1}", "g=a=b"])
    assert given == {
        "a": 1e-4, "b": "no", "c": [1, 2], "d": 3, "e": True, "f": {"x": 1}, "g": "a=b",
    }  # fmt: skip


def test_shapes_are_given_plainly_or_by_name() -> None:
    assert shapes_of([]) is None
    assert shapes_of(["3x224x224"]) == [3, 224, 224]
    assert shapes_of(["left=3x8x8", "right=5"]) == {"left": [3, 8, 8], "right": [5]}


def test_specs_are_completed(good: str) -> None:
    assert complete_spec("resnet56") == ["resnet56_cifar"]
    assert complete_spec("go") == ["googlenet", "googlenet_bn", "good.yaml"]


def test_build_writes_the_file_and_runs_it(good: str) -> None:
    result = archc("build", good, "--device", "cpu", "--batch", "2")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    path = Path("build/net.py")
    lines = path.read_text().count("\n")
    assert first == f"build/net.py: {lines} lines, 1,562 parameters"
    assert re.fullmatch(r"forward pass on cpu: 2 × 3 × 8 × 8 → 2 × 10 in [\d.,]+ ms", second)
    assert [path.name for path in path.parent.iterdir()] == ["net.py"]


def test_build_says_why_the_forward_pass_failed(good: str) -> None:
    result = archc("build", good, "--device", "cpu", "--batch", "1000000000000")
    assert result.exit_code == 1
    assert "the forward pass failed: " in result.stderr
    assert "a smaller --batch" in result.stderr


def test_build_writes_to_the_file_named(good: str) -> None:
    assert archc("build", good, "--out", "models/mine.py").exit_code == 0
    assert Path("models/mine.py").is_file()


@pytest.mark.parametrize("out", ["/dev/null", "/dev/stdout", "-", "notes.txt"])
def test_build_wants_a_folder_or_a_source_file(good: str, out: str) -> None:
    Path("notes.txt").touch()
    result = archc("build", good, "--out", out)
    assert result.exit_code == 2
    said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert f"'{out}' is no folder: name one, or a file that ends in .py" in said
    assert not Path(out, "net.py").exists()


def test_draw_writes_the_format_of_the_ending(good: str) -> None:
    result = archc("draw", good, "-o", "net.svg")
    assert (result.exit_code, result.stdout) == (0, "net.svg\n")
    assert b"<svg" in Path("net.svg").read_bytes()


def test_draw_to_standard_output(good: str) -> None:
    assert archc("draw", good, "-o", "-", "--format", "dot").stdout.startswith("digraph")


@pytest.mark.parametrize("command", ["draw", "build"])
def test_a_place_that_cannot_be_written_is_wrong_usage(good: str, command: str) -> None:
    result = archc(command, good, "--out", f"{good}/x.{'svg' if command == 'draw' else 'py'}")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_draw_knows_its_formats(good: str) -> None:
    assert archc("draw", good, "-o", "net.gif").exit_code == 2
    assert archc("draw", good, "--format", "gif").exit_code == 2


def test_list_names_the_bundled_specs() -> None:
    listed = json.loads(archc("list", "--format", "json").stdout)
    (resnet,) = (spec for spec in listed if spec["name"] == "resnet50")
    assert resnet["title"] == "ResNet-50"
    assert resnet["file"].endswith("resnet.yaml")
    assert len(archc("list").stdout.splitlines()) == len(listed) + 1


def test_ops_lists_operators_and_shows_one() -> None:
    assert re.search(r"^max_pool +pooling +kernel, ", archc("ops").stdout, re.MULTILINE)
    page = archc("ops", "conv").stdout
    assert re.search(r"^kernel .* required", page, re.MULTILINE)
    assert "3 × 227 × 227 → 96 × 55 × 55" in page
    unknown = archc("ops", "cnv")
    assert (unknown.exit_code, "'conv'" in unknown.stderr) == (2, True)


def test_schema_is_json() -> None:
    assert json.loads(archc("schema").stdout)["$schema"].startswith("https://json-schema.org/")


def test_schema_prints_the_file_that_is_shipped() -> None:
    """In a process of its own, where no test has added an operator."""
    done = subprocess.run(
        [sys.executable, "-m", "archc", "schema"], capture_output=True, encoding="utf-8", check=True
    )
    shipped = Path(__file__).parents[1] / "specs/archc.schema.json"
    assert done.stdout == shipped.read_text(encoding="utf-8")


def process(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "archc", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)


def test_a_reader_that_goes_away_is_no_error() -> None:
    running = process("summary", "resnet152", "--all", "--format", "json")
    assert running.stdout is not None
    running.stdout.close()
    _, complaint = running.communicate()
    assert (running.returncode, complaint) == (141, b"")


def test_an_interrupt_ends_quietly() -> None:
    # a shell that runs tests in the background has its children ignore interrupts
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    running = process("check", "-")
    signal.signal(signal.SIGINT, before)
    time.sleep(2)  # it now waits for its input
    running.send_signal(signal.SIGINT)
    _, complaint = running.communicate()
    assert (running.returncode, complaint) == (130, b"")
