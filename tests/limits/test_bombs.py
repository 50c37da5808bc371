"""Every bomb is refused with little work and in half a gigabyte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bombs import BOMBS, HEAD, STARS, nodes

import archc
from archc import SpecError
from archc.architecture import Architecture

CALLS = 15_000_000  # three times what the worst of them needs, some two seconds
MEMORY = 500 * 2**20
RUN = """
import json, resource, sys
sys.path.append("..")
from archc import SpecError
from archc.architecture import Architecture
from bombs import BOMBS
from effort import calls

found = {}
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))

def refuse(name, text):
    codes = []
    try:
        Architecture.loads(text, variant="v999" if name == "variants" else "")
    except SpecError as error:
        codes = sorted({mistake.code for mistake in error.mistakes})
        assert len(error.mistakes) <= 50
        assert len(str(error)) < 200_000
    return codes

for name, (text, _) in BOMBS.items():
    codes = []
    count = calls(lambda: codes.extend(refuse(name, text)))
    found[name] = codes, count
if sys.platform == "linux":  # where ru_maxrss also counts the process that started this one
    status = open("/proc/self/status").read().partition("VmHWM:")[2]
    peak = int(status.split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([found, peak]))
"""


@pytest.fixture(scope="module")
def refused() -> tuple[dict[str, tuple[list[str], int]], int]:
    """For each bomb the codes of its report and the calls it took; and the most memory, in bytes."""
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, capture_output=True, text=True, check=True
    )
    found, peak = json.loads(done.stdout)
    return found, peak


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(
    name: str, refused: tuple[dict[str, tuple[list[str], int]], int]
) -> None:
    codes, count = refused[0][name]
    assert codes == [BOMBS[name][1]]
    assert count < CALLS


def test_bombs_take_little_memory(
    refused: tuple[dict[str, tuple[list[str], int]], int],
) -> None:
    assert refused[1] < MEMORY


LATE = """
blocks:
  inner: {args: {n: int}, nodes: {x: {op: relu, repeat: $n}}}
  outer: {args: {n: int}, nodes: {x: {op: inner, n: $n, repeat: $n}}}
nodes: {a: {op: outer, n: 4000}}
"""
ABSENT = LATE.replace("{op: relu, repeat: $n}", "{op: relu, when: $(n < 0)}")


@pytest.mark.parametrize(
    ("text", "what"), [(LATE, "nodes"), (ABSENT, "block calls and absent nodes")]
)
def test_what_shows_late_is_refused_at_the_limit(text: str, what: str) -> None:
    with archc.limits(nodes=5_000), pytest.raises(SpecError) as caught:
        Architecture.loads(HEAD + text)
    (mistake,) = caught.value.mistakes
    assert mistake.message == f"the spec expands to more than 5,000 {what}"
    assert mistake.help.endswith("`--limit nodes=10K` raises the limit, for a spec you trust")


def test_patches_of_instances_may_make_a_large_chain_small() -> None:
    text = HEAD + nodes("{op: relu, repeat: 5}", 1) + "variants: {less: {nodes: {n0.3: null}}}\n"
    with archc.limits(nodes=5):
        assert len(Architecture.loads(text, variant="less").nodes) == 5


def test_as_many_nodes_as_the_limit_says_are_fine() -> None:
    text = HEAD + nodes("{op: relu, repeat: 700}", 1)
    with archc.limits(nodes=700):
        assert len(Architecture.loads(text).nodes) == 700
    with archc.limits(nodes=699), pytest.raises(SpecError):
        Architecture.loads(text)


@pytest.mark.parametrize(
    ("text", "doing"),
    [
        (LATE, "nodes placed"),
        (nodes("relu", 20_000), "reading the text"),
        (nodes("relu", 2000) + f"freeze: [{', '.join([STARS] * 500)}]\n", "that freeze names"),
    ],
)
def test_time_runs_out(text: str, doing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**9))
    monkeypatch.setattr("archc.budgets.monotonic", lambda: next(clock))  # a second for each look
    with archc.limits(time=2 if "reading" in doing else 30), pytest.raises(SpecError) as caught:
        Architecture.loads(HEAD + text)
    mistake = caught.value.mistakes[-1]
    assert mistake.code == "A058"
    assert mistake.message.endswith(doing)


def test_counting_runs_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Architecture.loads(HEAD + nodes("relu", 200))
    clock = iter(range(10**9))
    monkeypatch.setattr("archc.budgets.monotonic", lambda: next(clock))
    with archc.limits(time=5), pytest.raises(SpecError, match="receptive fields"):
        net.summary()
