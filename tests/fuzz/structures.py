"""Random documents of the language's own keys, operators and values, as YAML text.

``wild`` is how often a value is replaced by a hostile one: with 0 many documents are valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hostile import Random, expression, quoted, scalar, words

from archc.ops import OPERATORS
from archc.spec.keys import BLOCK_KEYS, DOCUMENT_KEYS, NODE_KEYS, OUTPUT_KEYS, WEIGHTS_KEYS

OPS = (*OPERATORS, *["conv"] * 12, *["fc", "max_pool", "add", "concat", "relu"] * 4)
SETTINGS = {name: tuple(op.attributes()) for name, op in OPERATORS.items()}
IDS = ("n1", "n2", "n3", "n4", "n5", "n6")
ARGS = ("width", "depth", "flag", "list", "x")
BLOCKS = ("cell", "unit")
PLAUSIBLE: dict[str, tuple[str, ...]] = {
    "kernel": ("1", "3", "3", "5", "[3, 1]", "2"), "padding": ("0", "1", "1", "same", "[[0, 1], [1, 0]]"),
    "stride": ("1", "2", "[2, 1]", "$(1 + i % 2)"), "filters": ("4", "8", "$width", "$(2 * width)"),
    "units": ("10", "$(n1.channels)", "3"), "groups": ("1", "2", "4"), "dilation": ("1", "2"),
    "size": ("2", "[4, 4]", "1", "5"), "ceil": ("true", "false"), "bias": ("true", "false", "$flag"),
    "rate": ("0.5", "0", "0.1"), "shape": ("[4, 4, 4]", "[-1]", "[2, -1]", "[64]"), "axis": ("0", "1"),
    "init": ("xavier_uniform", "{weight: kaiming_normal, bias: 0}", "zeros"), "start": ("0", "1"),
    "factor": ("2", "4"), "amount": ("1", "[1, 2]"), "stop": ("2", "4"), "order": ("[1, 0, 2]",),
    "like": IDS, "mode": ("nearest", "bilinear", "zero", "reflect", "replicate"), "scale": ("2",),
}  # fmt: skip


class Grower:
    """Grows one document; everything it decides comes from the random numbers."""

    def __init__(self, r: Random, wild: float) -> None:
        self.r, self.wild = r, wild
        self.anchors: list[str] = []
        self.called = False  # whether there are blocks to call

    def text(self) -> str:
        parts = ["archc: 1\n" if self.often(0.97) else f"archc: {scalar(self.r)}\n"]
        parts.append(f"name: {self.value(lambda: 'net')}\n")
        keys = (
            tuple(DOCUMENT_KEYS)
            if self.wild
            else ("blocks", "blocks", "defaults", "title", "layouts")
        )
        for _ in range(self.r.randrange(1, 5) if self.wild else self.r.randrange(2)):
            parts.append(self.entry(self.r.choice(keys)))
        if self.often(0.9) or not self.wild:
            parts.append(self.entry("input"))
        if self.often(0.6) or not self.wild:
            parts.append("args: {width: 8, depth: 2, flag: true, list: [1, 2], x: 0.5}\n")
        self.called = any(part.startswith("blocks") for part in parts)
        body = self.nodes("  ", self.r.randrange(1, 6))
        parts.append(f"nodes:\n{body}")
        if self.often(self.wild / 2):
            self.r.shuffle(parts)
        seen: dict[str, str] = {}  # a key given twice ends everything: keep the last, mostly
        for part in parts:
            seen[part.split(":")[0] if self.often(0.98) else part] = part
        return "".join(seen.values())

    def often(self, share: float) -> bool:
        return self.r.random() < share

    def of(self, options: Any) -> str:
        return str(self.r.choice(options))

    def value(self, usual: Callable[[], str]) -> str:
        """The usual text, or something hostile in its place."""
        if not self.often(self.wild):
            return usual()
        kind = self.r.random()
        if kind < 0.08:
            self.anchors.append(f"a{len(self.anchors)}")
            return f"&{self.anchors[-1]} {usual()}"
        if kind < 0.15 and self.anchors:
            return f"*{self.of(self.anchors)}"
        return self.tree(2) if kind < 0.35 else scalar(self.r)

    def tree(self, depth: int) -> str:
        """Any value in flow style."""
        kind = self.r.random()
        if depth == 0 or kind < 0.4:
            return scalar(self.r)
        items = [self.tree(depth - 1) for _ in range(self.r.randrange(4))]
        if kind < 0.7:
            return f"[{', '.join(items)}]"
        keys = (*NODE_KEYS, *OUTPUT_KEYS, *WEIGHTS_KEYS, *IDS)
        return (
            "{" + ", ".join(f"{self.value(lambda: self.of(keys))}: {item}" for item in items) + "}"
        )

    def entry(self, key: str) -> str:
        """One key of the document with its value."""
        makers: dict[str, Callable[[], str]] = {
            "archc": lambda: "1",
            "name": lambda: "net",
            "extends": lambda: self.of(("base.yaml", "base.yaml:v", "./case.yaml", "zfnet")),
            "include": lambda: self.of(("[part.yaml]", "[part.yaml, base.yaml]", "[case.yaml]")),
            "input": self.shape,
            "args": lambda: self.mapping(ARGS, lambda _: self.of(("8", "2", "true", "[1, 2]", "0.5"))),
            "defaults": lambda: self.mapping(OPS, self.settings),
            "blocks": lambda: "\n" + self.blocks("  "),
            "outputs": self.outputs,
            "layouts": self.layouts,
            "freeze": lambda: self.of(("[n1]", "[n*]", "['*', n2.n1]", "[n1.0]")),
            "weights": lambda: self.mapping(tuple(WEIGHTS_KEYS), lambda _: self.of(("x.pth", "[n1]"))),
            "variants": self.variants,
            "nodes": lambda: "\n" + self.nodes("  ", 2),
            "title": lambda: "'A title'",
            "paper": lambda: "{authors: [A, B], title: T, venue: V, year: 2012}",
        }  # fmt: skip
        return f"{key}: {self.value(makers.get(key, lambda: 'some words'))}\n"

    def mapping(self, keys: tuple[str, ...], value: Callable[[str], str]) -> str:
        chosen = {self.of(keys) for _ in range(self.r.randrange(1, 4))}
        pairs = [(key, self.value(lambda key=key: value(key))) for key in sorted(chosen)]  # type: ignore[misc]
        return "{" + ", ".join(f"{key}: {text}" for key, text in pairs) + "}"

    def shape(self) -> str:
        usual = ("[3, 8, 8]", "[4, 8, 8]", "[8, 16, 16]", "[4, 16]", "[10]", "[2, 4, 6, 6]", "[$width, 8, 8]",
                 "[1, 32, 32]", "{n7: [3, 8, 8], n8: [3, 8, 8]}")  # fmt: skip
        usual = usual if self.wild else usual[:-1]
        return self.value(lambda: self.of(usual))

    def settings(self, op: str, only: bool = True) -> str:
        """Some settings of an operator, in braces; ``only`` those that are sure to be known."""
        known = SETTINGS.get(op, ARGS)
        wanted = [
            key for key in known if key in ("filters", "kernel", "units", "size", "shape", "stop")
        ]
        if only and known:
            wanted = [self.of(known)]
        elif known and self.often(0.2):
            wanted.append(self.of([key for key in known if key in PLAUSIBLE] or known))
        usual = [(k, self.value(lambda k=k: self.of(PLAUSIBLE.get(k, INTS)))) for k in wanted]  # type: ignore[misc]
        return "{" + ", ".join(f"{k}: {v}" for k, v in dict(usual).items()) + "}"

    def node(self, index: int) -> str:
        op = (
            self.of(BLOCKS) if self.often(0.15 if self.wild or self.called else 0) else self.of(OPS)
        )
        called = op in BLOCKS and self.often(0.9)
        parts = [
            f"op: {self.value(lambda: op)}",
            "n: 4" if called else self.settings(op, only=False)[1:-1],
        ]
        if op in ("add", "concat", "mul") and self.often(0.97):
            before = IDS[index - 1] if index else "input"
            parts.append(f"from: [{before}, {self.of((*IDS[:index], 'input', before, before))}]")
        elif self.often(0.05 + self.wild):
            usual = (*IDS[:index], "input", "n1.0", f"[{IDS[0]}, {IDS[index - 1]}]", "n2.out")
            parts.append(f"from: {self.value(lambda: self.of(usual))}")
        extra = {"norm": ("batch_norm", "none", "layer_norm"), "act": ("relu", "none", "{op: elu}"),
                 "when": ("$flag", "true", "$(i == 0)"), "repeat": ("2", "0", "$depth", "3"),
                 "label": ("hey",), "note": ("hm",), "share": IDS, "after": IDS, "before": IDS}  # fmt: skip
        for key, usual in extra.items():
            rare = self.wild / 5 if key in ("share", "after", "before") else 0.06
            if self.often(rare + self.wild / 5):
                parts.append(f"{key}: {self.value(lambda usual=usual: self.of(usual))}")  # type: ignore[misc]
        if self.often(self.wild / 3):
            parts.append(f"{self.value(lambda: words(self.r))}: {scalar(self.r)}")
        return "{" + ", ".join(filter(None, parts)) + "}"

    def nodes(self, indent: str, count: int) -> str:
        lines = []
        for index in range(count):
            id = self.value(lambda index=index: IDS[index % len(IDS)])  # type: ignore[misc]
            written = self.value(lambda index=index: self.node(index))  # type: ignore[misc]
            lines.append(f"{indent}{id}: {written}\n")
        return "".join(lines)

    def blocks(self, indent: str) -> str:
        text = ""
        for name in BLOCKS[: self.r.randrange(1, 3)]:
            text += f"{indent}{self.value(lambda name=name: name)}:\n"  # type: ignore[misc]
            if self.often(0.9):
                text += f"{indent}  args: {{n: int, m: {self.value(lambda: '3')}}}\n"
            for key in BLOCK_KEYS:
                if key not in ("nodes", "args") and self.often(0.02 + self.wild):
                    text += f"{indent}  {key}: {self.value(lambda: self.of(('[a, b]', 'n1', '{o: n1}')))}\n"
            text += f"{indent}  nodes:\n{self.nodes(indent + '    ', self.r.randrange(1, 4))}"
        return text

    def outputs(self) -> str:
        return self.of(("n1", "[n1, n2]", "{a: n1, b: {from: n2, training_only: true}}", "n2.0"))

    def layouts(self) -> str:
        rules = ("conv<n>: [conv<n>, bn<n>]", "n<x>: m<x>", "n1: 'a.b'", "<a>.<b>: [<b>.<a>, x]",
                 "n<x:1>: 'm<x+1>'", "'*': x", "n1.<i>.n2: 'l<i>.{0,1}'")  # fmt: skip
        return "{lib: {" + self.value(lambda: self.of(rules)) + "}}"

    def variants(self) -> str:
        changes = ("null", "{kernel: 1}", "{after: n2}", self.node(1))
        patch: dict[str, Callable[[], str]] = {
            "nodes": lambda: "{n1: " + self.of(changes) + "}",
            "args": lambda: "{width: 4}",
            "input": self.shape,
            "extends": lambda: self.of(("v", "v2", "case.yaml")),
            "blocks": lambda: "{cell: {nodes: {n1: null}}}",
            "outputs": self.outputs,
            "defaults": lambda: "{conv: {act: relu}}",
        }
        body = self.mapping(tuple(patch), lambda key: patch[key]())
        paths = "{nodes: {n1.0: null, n2.n1: {kernel: 1}, n2.1.n1: null}}"
        return (
            "{v: " + body + (f", v2: {self.value(lambda: paths)}" if self.often(0.3) else "") + "}"
        )


INTS = ("1", "2", "3", "4", "true", "0.5", "[1, 2]", "relu")

SIGNS = (*":-,[]{}?!&*|>'\"#%@`\n\n\n  ", "\n  ", "\n    ", ": ", "- ", ", ")


def structure(r: Random) -> str:
    """A document; a third is tame, a third has a few hostile values, a third many."""
    return Grower(r, r.choice((0.0, 0.03, 0.2))).text()


def tokens(r: Random) -> str:
    """YAML's punctuation and the language's words in any order."""
    vocabulary = (*SIGNS, *DOCUMENT_KEYS, *NODE_KEYS, *IDS, *ARGS, "archc: 1\n")
    head = r.choice(
        ("", "archc: 1\nname: net\n", "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n  ")
    )
    parts = [
        scalar(r) if r.random() < 0.12 else quoted(r, words(r)) if r.random() < 0.03
        else expression(r) if r.random() < 0.04 else r.choice(vocabulary)
        for _ in range(r.randrange(1, 40))
    ]  # fmt: skip
    return head + "".join(parts)
