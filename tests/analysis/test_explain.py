"""``archc explain``: every formula comes to the fact it explains, in bundled and random specs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from math import prod
from pathlib import Path

import pytest
from generate import Seeded, written

from archc.analysis import Summary, summarise
from archc.analysis.lecture import explain, pages, places
from archc.analysis.lecture.facts import macs, sizes, weights
from archc.analysis.lecture.field import views
from archc.analysis.lecture.latex import LETTERS, escaped
from archc.analysis.lecture.page import Arithmetic, LectureFormat, Page, Piece
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.graph import Graph, Node
from archc.ops.formula import Formula
from archc.spec.files import bundled

NAMES = [spec.name for spec in bundled()]
# the same layers as in a smaller one, more often or wider
LARGER = re.compile(r"_b[2-7]|161|169|201|101|152|110|1202|(32|44|56)_cifar|vgg1[139]|_v1|_keras")
EACH = [
    pytest.param(name, marks=pytest.mark.slow) if LARGER.search(name) else name for name in NAMES
]
GOLDEN = Path(__file__).parent / "explained"
PAGES = [
    "alexnet conv1",
    "alexnet conv2",
    "alexnet fc6",
    "googlenet inception_3a",
    "googlenet pool1",
    "resnet50 conv1",
    "resnet50 layer1.0.conv2",
    "resnet50 layer1.0.conv2_norm",
    "resnet50 layer1",
    "resnet50 pool",
    "unet up4.up",
    "unet up4.cut",
    "unet input",
    "lenet5_1998 C3",
    "efficientnet_b0 stage2.0.depthwise",
    "alexnet",
]
ENDINGS = {"text": "txt", "markdown": "md", "latex": "tex"}


@cache
def counted(name: str) -> Summary:
    return summarise(Architecture.load(name).graph)


def random_graphs(seeds: range) -> Iterator[Graph]:
    for seed in seeds:
        try:
            yield Architecture.loads(written(Seeded(seed))).graph
        except SpecError:
            continue


def distinct(graph: Graph) -> list[Node]:
    """One node for each operator and facts: equal nodes have equal formulas."""
    return list({(id(node.op), id(node.facts)): node for node in graph.nodes.values()}.values())


def check_operators(graph: Graph) -> int:
    """That what the operators say is what they compute; how many sums there were."""
    count = 0
    for node in distinct(graph):
        said = node.op.sizes(node.input_shapes, node.shape)
        assert len(said) == len(node.shape)
        for sum, size in zip(said, node.shape, strict=True):
            assert sum is None or sum.result == size, node
        assert list(said) == sizes(node)
        trained = node.op.weight_sum(node.input_shapes)
        assert (trained.result if trained else 0) == node.facts.params, node
        multiplied = node.op.mac_sum(node.input_shapes, node.shape)
        assert (multiplied.result if multiplied else 0) == node.facts.macs, node
        count += len([sum for sum in [*said, trained, multiplied] if sum is not None])
    return count


def check_fields(summary: Summary) -> int:
    """That the recurrences come to the receptive fields that the analysis found."""
    count = 0
    for node in summary.graph.nodes.values():
        for name, axes in views(summary.graph, summary.fields, node).items():
            for place, axis in enumerate(axes):
                reach = axis.reach
                assert reach == summary.fields[node.name][name][place]
                facts = (reach.size, reach.stride, reach.offset)
                sums = (axis.size, axis.jump, axis.start)
                for sum, fact in zip(sums, facts, strict=True):
                    assert sum is None or sum.result == fact, node
                    count += sum is not None
                if axis.kept:
                    sources = [summary.fields[source.name].get(name) for source in node.inputs]
                    assert reach.size in [reaches[place].size for reaches in sources if reaches]
    return count


@pytest.mark.parametrize("name", EACH)
def test_every_formula_comes_to_its_fact(name: str) -> None:
    summary = counted(name)
    assert check_operators(summary.graph) > 0
    assert check_fields(summary) > 0


@pytest.mark.parametrize(
    "seeds", [range(10), pytest.param(range(10, 100), marks=pytest.mark.slow)], ids=str
)
def test_so_does_every_formula_of_random_specs(seeds: range) -> None:
    graphs = list(random_graphs(seeds))
    assert len(graphs) > 0.7 * len(seeds)
    assert sum(map(check_operators, graphs)) > 8 * len(seeds)
    assert sum(check_fields(summarise(graph)) for graph in graphs) > 3 * len(seeds)


def test_weighted_layers_show_how_their_sums_come_about() -> None:
    """A convolution's sum is more than its result."""
    for node in distinct(counted("googlenet").graph):
        if node.op.weighted:
            trained, multiplied = weights(node), macs(node)
            assert trained is not None
            assert multiplied is not None
            assert not trained.given
            assert not multiplied.given


def pieces(page: Page) -> Iterator[Piece]:
    for fact in (*page.facts, *page.totals):
        yield from fact.pieces
    for line in page.table.lines if page.table is not None else ():
        for cell in line.cells:
            yield from cell


@pytest.mark.parametrize("name", ["googlenet", "resnet50", "densenet121", "unet"])
def test_sums_of_blocks_and_tables_come_to_the_totals(name: str) -> None:
    summary = counted(name)
    count = 0
    for path in [path for path in places(summary.graph) if path not in summary.graph.nodes]:
        (page,) = pages(summary, [path])
        inside = [node for node in summary.graph.nodes.values() if node.name.startswith(f"{path}.")]
        for fact in page.totals:
            key = {"parameters": "params", "MACs": "macs"}.get(fact.label)
            if key and inside:
                (sum,) = fact.pieces
                assert isinstance(sum, Formula)
                assert sum.result == sum_of(inside, key)
                count += 1
    assert count > 5
    (table,) = pages(summary)
    shown = [p for p in pieces(table) if isinstance(p, Arithmetic)]
    assert len(shown) > 20


def sum_of(nodes: list[Node], key: str) -> int:
    return sum(getattr(node, key) for node in nodes)


def golden(file: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(f"{text}\n", encoding="utf-8")
    assert f"{text}\n" == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("subject", PAGES)
def test_pages(subject: str) -> None:
    name, *nodes = subject.split()
    golden(GOLDEN / f"{subject.replace(' ', '-')}.txt", explain(counted(name), nodes))


@pytest.mark.parametrize("format", ["markdown", "latex"])
@pytest.mark.parametrize("subject", ["alexnet conv2", "googlenet inception_3a", "alexnet"])
def test_pages_in_other_formats(subject: str, format: str) -> None:
    name, *nodes = subject.split()
    file = GOLDEN / f"{subject.replace(' ', '-')}.{ENDINGS[format]}"
    golden(file, explain(counted(name), nodes, format))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [100, 120])
@pytest.mark.parametrize("name", ["googlenet", "resnet50", "alexnet", "vgg16", "unet"])
def test_the_table_fits(name: str, width: int) -> None:
    from archc.analysis.lecture import text_lines

    (page,) = pages(counted(name))
    assert page.table is not None
    lines = [line.text for line in text_lines(page, width)]
    rows = lines[: lines.index("", 3)]
    assert max(map(len, rows)) <= width
    assert len(rows) < 2.5 * len(page.table.lines) + 6


COMMAND = re.compile(r"\\[A-Za-z]+|\\.")
KNOWN = {
    r"\paragraph", r"\begin", r"\end", r"\item", r"\text", r"\frac", r"\cdot", r"\left", r"\right",
    r"\lfloor", r"\rfloor", r"\lceil", r"\rceil", r"\max", r"\toprule", r"\midrule", r"\bottomrule",
    r"\textbf", r"\hspace", r"\scriptsize", r"\setlength", r"\tabcolsep", r"\noindent", r"\par",
    r"\times", r"\to", r"\textbackslash", r"\dots", r"\leq", r"\Sigma", r"\Phi", r"\sigma", r"\pm",
    r"\\", r"\_", r"\textasciitilde", r"\textasciicircum", r"\%", r"\$", r"\{", r"\}", r"\&", r"\#",
    r"\quad", r"\textasciigrave",
}  # fmt: skip


def check_latex(text: str) -> None:
    """Balanced braces, paired environments and dollars, no special character by itself."""
    assert set(COMMAND.findall(text)) <= KNOWN
    bare = re.sub(r"\\[{}$&#%_\\]", "", text)
    depth = 0
    for char in bare:
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    begun = re.findall(r"\\begin{(\w+\*?)}", bare)
    assert sorted(begun) == sorted(re.findall(r"\\end{(\w+\*?)}", bare))
    for line in bare.splitlines():
        assert line.count("$") % 2 == 0
        outside = "".join(line.split("$")[::2])
        assert "_" not in outside or "\\text{" in line, line
        assert not re.search(r"[#%~^]", outside), line
    assert all(" " <= char <= "~" or char == "\n" or "À" <= char <= LETTERS for char in text)


@pytest.mark.parametrize("name", EACH)
def test_latex_of_a_network_is_well_formed_and_escaped(name: str) -> None:
    check_latex(explain(counted(name), (), "latex"))


def test_so_is_that_of_every_operator_and_of_blocks() -> None:
    known: set[str] = set()
    for name in filter(lambda name: not LARGER.search(name), NAMES):
        graph = counted(name).graph
        nodes = {
            node.op.name: node.name for node in graph.nodes.values() if node.op.name not in known
        }
        known |= nodes.keys()
        calls = [path for path in places(graph) if path not in graph.nodes][:2]
        check_latex(explain(counted(name), [*nodes.values(), *calls], "latex"))
    assert len(known) > 20


def test_sums_that_are_too_long_for_a_line_are_broken() -> None:
    """Of a block's counts: between their terms, each as wide at most as an article's text on A4."""
    text = explain(counted("googlenet"), ["inception_3a", "inception_4e"], "latex")
    rows = re.findall(r"&& (.*?)(?: \\\\)?$", text, re.MULTILINE)
    assert len(rows) == 16
    assert max(len(re.sub(r"\\\w+|[{}\\ ]", "", row)) for row in rows) < 52
    assert sum(row.startswith(r"\quad {} + ") or row.startswith(r"\quad {} = ") for row in rows) > 2


def test_what_belongs_to_a_fact_stands_below_it_in_latex() -> None:
    text = explain(counted("alexnet"), ["conv1"], "latex")
    order = ["reads", r"\quad channels", r"\quad height", "parameters", r"\quad jump", "read by"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_quotation_marks_open_and_close_in_latex() -> None:
    assert (
        escaped('a "b c" ("d") `e` “f”')
        == "a ``b c'' (``d'') \\textasciigrave{}e\\textasciigrave{} ``f''"
    )


def test_github_makes_no_links_of_a_spec_s_words() -> None:
    title = "@someone #12 https://example.org www.example.org me@example.org"
    net = Architecture.loads(
        f'{{archc: 1, name: n, title: "{title}", input: [4], nodes: {{a: relu}}}}'
    )
    text = explain(summarise(net.graph), (), "markdown")
    assert not re.search(r"@\w|#\d|://|www\.", text)
    assert re.sub("<!-- -->|\\\\", "", text).startswith(f"**{title} (n): input 4**")


@pytest.mark.parametrize("format", ["text", "markdown", "latex"])
def test_a_field_is_written_alike_in_both_tables(format: LectureFormat) -> None:
    whole, chain = (explain(counted("resnet50"), names, format) for names in ((), ["layer1"]))
    for text in (whole, chain):
        (row,) = re.findall(r"^.*layer1\.1 .*$", text, re.MULTILINE)
        assert row.split("MACs")[0].rstrip("| \\").split()[-1] == "35"


HOSTILE = """\
archc: 1
name: odd
title: "\\\\input{/etc/passwd} $x_1$ <b>%&#~^|`*"
input: [3, 8, 8]
nodes:
  conv_1: {op: conv, filters: 4, kernel: 3, note: "\\e[31m $(rm) \\\\end{document} _a_ [l](u)"}
"""


def test_text_of_a_spec_stays_text() -> None:
    summary = summarise(Architecture.loads(HOSTILE).graph)
    tex = explain(summary, ["conv_1"], "latex")
    check_latex(tex)
    assert r"\textbackslash{}input\{/etc/passwd\}" in tex
    markdown = explain(summary, ["conv_1"], "markdown")
    assert "&lt;b>" in markdown
    assert r"\[l\](u)" in markdown
    for format in ("text", "markdown", "latex"):
        assert "\x1b" not in explain(summary, ["conv_1"], format)  # type: ignore[arg-type]


UNEVEN = """\
archc: 1
name: net
input: {left: [3, 9, 10], right: [3, 9, 10]}
nodes:
  wide: {op: conv, from: left, filters: 4, kernel: [3, 5], stride: [2, 3], dilation: [2, 1], bias: false}
  same: {op: conv, from: right, filters: 4, kernel: 3, stride: 3, padding: same, groups: 1}
  shrunk: {op: adaptive_avg_pool, from: same, size: [3, 2]}
  sum: {op: add, from: [wide, shrunk]}
  big: {op: upsample, factor: 2}
  chain: {op: conv, filters: 4, kernel: 1, repeat: 2}
  none: {op: relu, when: false}
freeze: [wide]
"""
SAID = {
    "wide": [
        "  height               (9 − 2·(3 − 1) − 1 + 2·0)/2 + 1 = 3",
        "  width                (10 − 5 + 2·0)/3 + 1 ≈ 2.67 → 2",
        "parameters             3·5·3·4 = 180, frozen",
        "receptive field of left, height  r_in + (k − 1)·j_in = 1 + (5 − 1)·1 = 5",
    ],
    "same": [
        "  height               9/3 = 3",
        "  width                10/3 ≈ 3.33 → 4, rounded up",
    ],
    "shrunk": ["  height               3, as set"],
    "sum": ["reads wide (4 × 3 × 2), shrunk (4 × 3 × 2)"],
    "big": ["  height 3·2 = 6", "jump 1"],
    "chain": ["net: 2 instances in a chain", "parameters             2·20 = 40"],
    "none": ["It is absent here: `when` is false, or `repeat` is 0."],
    "right": ["right in net: an input of the network"],
}


@pytest.mark.parametrize("node", SAID)
def test_what_is_said(node: str) -> None:
    summary = summarise(Architecture.loads(UNEVEN).graph)
    text = re.sub(" +", " ", explain(summary, [node]))
    for words in SAID[node]:
        assert re.sub(" +", " ", words) in text, text


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(SpecError) as caught:
        Architecture.load("resnet50").explain("layer1.0.conv22")
    (mistake,) = caught.value.mistakes
    assert (mistake.code, mistake.message) == ("A085", "resnet50 has no node 'layer1.0.conv22'")
    assert mistake.help == "did you mean 'layer1.0.conv2'?"


def test_from_python() -> None:
    net = Architecture.load("lenet5")
    assert repr(net.explain("C1")) == explain(summarise(net.graph), ["C1"])
    assert net.explain(["C1", "C3"]).count("After LeCun") == 2
    assert net.explain().startswith("LeNet-5")
    assert net.explain("C1", format="latex").startswith("\\paragraph{C1 in LeNet-5")


def test_bytes_are_four_a_number() -> None:
    for node in distinct(counted("alexnet").graph):
        (page,) = pages(counted("alexnet"), [node.name])
        facts = {fact.label: fact.pieces for fact in page.facts}
        if "memory of the result" in facts:
            (sum, *_) = facts["memory of the result"]
            assert isinstance(sum, Formula)
            assert sum.result == 4 * prod(node.shape)
