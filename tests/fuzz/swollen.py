"""Inputs that are small in what they say and large in what they ask for: the work must be bounded."""

from __future__ import annotations

from collections.abc import Callable

from hostile import Random

HEAD = "archc: 1\nname: net\ninput: [3, 8, 8]\n"


def _spec(nodes: str, rest: str = "") -> str:
    return f"{HEAD}{rest}nodes:\n{nodes}"


def _sizes(r: Random) -> int:
    return r.choice((50, 99, 101, 500, 1000, 1001, 3000))


def nested_lists(r: Random) -> str:
    depth = r.choice((10, 60, 64, 65, 66, 500, 5000))
    return _spec(f"  n1: {{op: relu, from: {'[' * depth}x{']' * depth}}}\n")


def nested_maps(r: Random) -> str:
    depth = r.choice((20, 66, 900))
    return "\n".join(" " * i + "a:" for i in range(depth))


def bombs(r: Random) -> str:
    """Aliases of aliases: each level ten times as large."""
    levels = r.randrange(2, 12)
    rows = ["a0: &a0 [x, x]"] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * r.choice((2, 10)))}]" for i in range(1, levels)
    ]
    return _spec(
        f"  n1: {{op: relu, kernel: *a{levels - 1}}}\n", "args: {" + ", ".join(rows) + "}\n"
    )


def repeats(r: Random) -> str:
    count = r.choice(("1000", "49999", "100000", "1000000", "9" * 20, "$(10 * 10 * 10 * 10)"))
    op = r.choice(("relu", "{op: conv, filters: 3, kernel: 1}", "cell", "identity", "no_such",
                   "{op: conv, filters: 3, kernel: 3}", "{op: add, from: [n0, n0]}"))  # fmt: skip
    blocks = "blocks: {cell: {nodes: {a: relu, b: {op: add, from: [a, input]}}}}\n"
    node = op[1:-1] if op.startswith("{") else f"op: {op}"
    return _spec(f"  n0: relu\n  n1: {{{node}, repeat: {count}}}\n  n2: relu\n", blocks)


def towers(r: Random) -> str:
    """Blocks that call the one below several times: exponential, or merely deep."""
    levels, each = r.choice(((63, 1), (65, 1), (300, 1), (20, 2), (6, 10), (8, 4), (3, 60)))
    mistake = r.choice(("relu", "relu", "{op: conv, filters: 1, kernel: 99}", "nothing"))
    rows = [f"  b0: {{nodes: {{n: {mistake}}}}}"]
    for i in range(1, levels):
        calls = ", ".join(f"n{k}: b{i - 1}" for k in range(each))
        rows.append(f"  b{i}: {{nodes: {{{calls}}}}}")
    return _spec(f"  n1: b{levels - 1}\n", "blocks:\n" + "\n".join(rows) + "\n")


def many_nodes(r: Random) -> str:
    """Many nodes, right or all wrong, in a line or with wide branches."""
    count = _sizes(r)
    row = r.choice(("relu", "{op: conv, filters: 3, kernel: 9}", "{op: conv, filter: 3}", "no_such",
                    "{op: relu, from: n%d}", "{op: add, from: [input, n0]}", "null", "{op: add, from: input}",
                    "{op: relu, from: input}", "{op: relu, from: nn%d}", 
                    "{op: conv, filters: $(n%d), kernel: 1}",
                    "{op: add, from: [n%d, n%d]}"))  # fmt: skip
    rows = [f"  n{i}: {row.replace('%d', str(max(0, i - 1)))}" for i in range(count)]
    return _spec("\n".join(rows) + "\n")


def wide(r: Random) -> str:
    names = ", ".join(["n1"] * _sizes(r))
    op = r.choice(("add", "concat", "mul", "relu"))
    return _spec(f"  n1: relu\n  n2: {{op: {op}, from: [{names}]}}\n")


def expressions(r: Random) -> str:
    """Work inside one expression: products of lists and text, long sums, deep nesting."""
    text = r.choice((
        "[0] * 999999999", "'a' * 999999999", "([1] * 1000) * 1000", "(" * 400 + "1" + ")" * 400,
        "+".join(["1"] * 490), " if 1 else ".join(["1"] * 90), "-" * 990 + "1", "[" * 90 + "]" * 90,
        "9" * 900, "10 * " * 190 + "1", "1 < " * 240 + "1", "'" + "\\\\" * 400 + "'", "1 and " * 150 + "1",
        "max(" * 60 + "1" + ", 2)" * 60, "x + x + x", "[x, x, x, x]", "sum([[1, 2]])", "round(1e308)",
        "divisible(1e308, 1)", "1e308 * 10", "ceil(1e308)", "5 % 1e-320", "x[0:999999999:1]", "'é' * 1000",
    ))  # fmt: skip
    args = f"args: {{x: [{', '.join(['1'] * r.choice((1, 900, 1100)))}]}}\n"
    return _spec(f'  n1: {{op: conv, filters: "$({text})", kernel: 1}}\n', args)


def many_expressions(r: Random) -> str:
    """Each as long as one may be, and unlike the others: their syntax trees are far larger than the text."""
    count = r.choice((20, 300, 1500))
    ones = ", ".join(["1"] * 300)
    args = "".join(f"  x{i}: '$([{ones}, {i}])'\n" for i in range(count))
    return _spec("  n1: relu\n", f"args:\n{args}")


def chains_of_args(r: Random) -> str:
    """Each arg as twice the one before: lists, text, numbers."""
    start = r.choice(("[1, 2]", "ab", "7", "0.5", "[[]]"))
    rows = [f"x0: {start}"] + [
        f'x{i}: "$(x{i - 1} {r.choice("+*")} x{i - 1})"' for i in range(1, 60)
    ]
    nest = [f"x0: {start}"] + [f'x{i}: "$([x{i - 1}, x{i - 1}])"' for i in range(1, 40)]
    chosen = r.choice((rows, nest))
    return _spec(
        f"  n1: {{op: fc, units: $x{len(chosen) - 1}}}\n", "args: {" + ", ".join(chosen) + "}\n"
    )


def long_words(r: Random) -> str:
    word = r.choice(("a", "é", "\\e", "🙂", "\\u202e")) * _sizes(r)
    places = (f'  "{word}": relu\n', f'  n1: "{word}"\n', f'  n1: {{op: relu, label: "{word}"}}\n',
              f'  n1: {{op: relu, "{word}": 1}}\n', f'  n1: {{op: relu, from: "{word}"}}\n',
              f'  n1: {{op: relu, act: "{word}"}}\n', f'  n1: {{op: conv, filters: "{word}", kernel: 1}}\n',
              f'  n1: {{op: relu, when: "$({word})"}}\n')  # fmt: skip
    title = f'title: "{word}"\nnote: "{word}"\n' if r.random() < 0.3 else ""
    return _spec(r.choice(places), title)


def huge_tensors(r: Random) -> str:
    n = r.choice(("1000000", "1048576", "1099511627776", "9" * 18, "2147483648"))
    kind = r.choice((
        f"  n1: {{op: conv, filters: {n}, kernel: 1}}\n", f"  n1: {{op: fc, units: {n}}}\n",
        f"  n1: {{op: pad, padding: {n}}}\n", f"  n1: {{op: upsample, scale: {n}}}\n",
        f"  n1: {{op: conv_transpose, filters: 1, kernel: {n}, stride: {n}}}\n",
        f"  n1: {{op: adaptive_avg_pool, size: {n}}}\n", f"  n1: {{op: crop, size: {n}}}\n",
        f"  n1: {{op: conv, filters: {n}, kernel: 1, connections: [[0], [1]]}}\n",
        f"  n1: {{op: rbf, units: {n}}}\n", f"  n1: {{op: reshape, shape: [{n}, -1]}}\n",
        "  n1: {op: adaptive_max_pool, size: 99999}\n",
    ))  # fmt: skip
    return _spec(kind) if r.random() < 0.7 else _spec(kind).replace("[3, 8, 8]", f"[3, {n}, 8]")


def patches(r: Random) -> str:
    """Chains of variants, paths and moves."""
    count = r.choice((5, 31, 33, 200))
    rows = [f"  v{i}: {{extends: v{i + 1}, nodes: {{n1: {{after: n2}}}}}}" for i in range(count)]
    moves = [f"  n{i}: {{after: n{(i * 7) % 50}}}" for i in range(50)]
    nodes = "".join(f"  n{i}: relu\n" for i in range(50))
    if r.random() < 0.5:
        return (
            f"archc: 1\nname: net\nextends: case.yaml:v0\nnodes:\n{nodes}variants:\n"
            + "\n".join(rows)
        )
    variant = "variants:\n  v:\n    nodes:\n" + "\n".join("    " + row for row in moves) + "\n"
    return _spec(nodes, variant)


def patterns(r: Random) -> str:
    """Rules and globs that a matcher could go back and forth over."""
    stars = "*" * r.choice((3, 30)) + "a*" * r.choice((3, 40)) + "b"
    holes = "".join(f"<x{i}>" for i in range(r.choice((2, 3, 20))))
    name = "a" * 90
    rest = f"freeze: ['{stars}', '*.*.*']\nlayouts: {{lib: {{'{holes}': '{holes}', '<a>.<b>': '<b>.<a>'}}}}\n"
    return _spec(f"  {name}: {{op: relu, repeat: 50}}\n", rest)


MAKERS: tuple[Callable[[Random], str], ...] = (
    nested_lists, nested_maps, bombs, repeats, towers, many_nodes, wide, expressions, many_expressions,
    chains_of_args, long_words, huge_tensors, patches, patterns,
)  # fmt: skip


def swollen(r: Random) -> str:
    return r.choice(MAKERS)(r)
