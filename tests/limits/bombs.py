"""Specs that a stranger may send to keep a machine busy: small texts that stand for huge networks."""

from __future__ import annotations

from itertools import pairwise

HEAD = "archc: 1\nname: net\ninput: [3, 8, 8]\n"


def nodes(line: str, count: int) -> str:
    return "nodes:\n" + "".join(f"  n{i}: {line.replace('#', str(i))}\n" for i in range(count))


def doubled(inner: str, levels: int = 60) -> str:
    """Blocks that each call the one before twice."""
    lines = [f"  b0: {{nodes: {{x: {inner}}}}}"]
    lines += [
        f"  {two}: {{nodes: {{x: {{op: {one}}}, y: {{op: {one}}}}}}}"
        for one, two in pairwise(f"b{i}" for i in range(levels))
    ]
    return "blocks:\n" + "\n".join(lines) + f"\nnodes: {{a: {{op: b{levels - 1}}}}}\n"


def laughs(levels: int) -> str:
    names = [f"l{level}" for level in range(levels)]
    lines = ["args:", "  l0: &l0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"  {two}: &{two} [{', '.join([f'*{one}'] * 9)}]" for one, two in pairwise(names)]
    return "\n".join(lines) + "\nnodes: {a: relu}\n"


CHAIN = (
    "blocks:\n  b: {nodes: {x: {op: relu, repeat: 100000}}}\nnodes: {a: {op: b, repeat: 100000}}\n"
)
VARIANTS = "nodes: {a: relu}\nvariants:\n  v0: {title: a}\n" + "".join(
    f"  v{i}: {{extends: v{i - 1}}}\n" for i in range(1, 1000)
)

STARS = f"'{'*n' * 40}'"

# name -> the text, and the code that it is refused with
BOMBS = {
    "laughs": (HEAD + laughs(20), "A006"),
    "brackets": (HEAD + "args: {a: " + "[" * 10**5, "A006"),
    "digits": (HEAD + nodes(f"{{op: fc, units: {'9' * 10**6}}}", 1), "A007"),
    "repeat": (HEAD + nodes("{op: relu, repeat: 1000000000}", 1), "A054"),
    "repeat_arg": (HEAD + "args: {n: 1000000000}\n" + nodes("{op: relu, repeat: $n}", 1), "A054"),
    "repeats_nested": (HEAD + CHAIN, "A054"),
    "doubled": (HEAD + doubled("relu"), "A054"),
    "doubled_wrong": (HEAD + doubled("{op: conv, filter: 3}"), "A054"),
    "doubled_absent": (HEAD + doubled("{op: relu, when: false}"), "A054"),
    "filters": (HEAD + nodes("{op: conv, filters: 1000000000000, kernel: 3}", 1), "A060"),
    "weights": (HEAD + nodes("{op: fc, units: 1000000}", 40), "A054"),
    "product": (HEAD + nodes(f"{{op: fc, units: $({'*'.join(['99999'] * 50)})}}", 1), "A055"),
    "text": (HEAD + f"args:\n  s: $({'+'.join([repr('a' * 40)] * 20)})\n  l: $([s, s])\n"
             + "".join(f"  l{i}: $({a} + {a})\n" for i, a in enumerate(["l", *(f"l{k}" for k in range(30))]))
             + nodes("{op: relu}", 1), "A055"),
    "parentheses": (HEAD + nodes(f"{{op: fc, units: $({'(' * 400}1{')' * 400})}}", 1), "A012"),
    "unknown": (HEAD + nodes("{op: relu, from: nope_#}", 3000), "A041"),
    "unknown_blocks": (HEAD + "blocks:\n" + "".join(f"  blk_{i}: {{nodes: {{x: relu}}}}\n"
                       for i in range(3000)) + nodes("blkx#", 3000), "A040"),
    "variants": (HEAD + VARIANTS, "A026"),
    "freeze": (HEAD + nodes("relu", 1000) + f"freeze: [{', '.join([STARS] * 500)}]\n", "A057"),
}  # fmt: skip
