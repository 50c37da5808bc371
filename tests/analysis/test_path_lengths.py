"""Counts of paths: closed forms, and every path walked one by one, by networkx too."""

from __future__ import annotations

import statistics
from collections import Counter
from fractions import Fraction
from math import comb

import networkx as nx
import pytest
from generate import Seeded, written

import archc
from archc.analysis import path_lengths as module
from archc.analysis.path_lengths import PathLengths, path_lengths
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.graph import Graph, Node
from archc.spec.files import bundled

HEAD = "archc: 1\nname: net\ninput: [4, 4, 4]\n"
FEW = 20_000  # paths that a test walks one by one


def network(nodes: str, rest: str = "") -> Architecture:
    body = "".join(f"  {line.strip()}\n" for line in nodes.strip().splitlines())
    return Architecture.loads(f"{HEAD}{rest}nodes:\n{body}")


def sources(node: Node) -> tuple[Node, ...]:
    """What a path may come from: of a crop the first input, as the second only says how large."""
    return node.inputs[:1] if node.op.name == "crop" else node.inputs


def walked(graph: Graph) -> Counter[int]:
    """The length of every path, each followed to its end."""
    found: Counter[int] = Counter()

    def walk(node: Node, length: int) -> None:
        if not node.inputs:
            found[length] += 1
        for source in sources(node):
            walk(source, length + node.op.weighted)

    for output in graph.outputs:
        if not output.training_only:
            walk(output.node, 0)
    return found


def by_networkx(graph: Graph) -> Counter[int]:
    """The same, by networkx on the graph in which a value read twice has two edges."""
    derived = nx.MultiDiGraph()
    derived.add_nodes_from(graph.inputs)
    for name, node in graph.nodes.items():
        derived.add_edges_from((source.name, name) for source in sources(node))
    return Counter(
        sum(graph.nodes[target].op.weighted for _, target, _ in path)
        for start in graph.inputs
        for output in graph.outputs
        if not output.training_only
        for path in nx.all_simple_edge_paths(derived, start, output.node.name)
    )


def product(*factors: dict[int, int]) -> dict[int, int]:
    """The lengths of paths through one part after the other."""
    found = {0: 1}
    for factor in factors:
        longer: Counter[int] = Counter()
        for length, number in found.items():
            for more, times in factor.items():
                longer[length + more] += number * times
        found = longer
    return dict(sorted(found.items()))


@pytest.mark.parametrize(
    ("name", "units"), [("resnet20_cifar", 9), ("resnet110_cifar", 54), ("resnet1202_cifar", 600)]
)
def test_a_residual_network_has_binomially_many_paths(name: str, units: int) -> None:
    lengths = archc.load(name).paths()
    assert lengths.counts == {2 + 2 * k: comb(units, k) for k in range(units + 1)}
    assert (lengths.total, lengths.power) == (2**units, units)
    assert lengths.mean == 2 + units
    assert lengths.std == pytest.approx(units**0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "layers", "depths"),
    [("resnet18", 2, (2, 2, 2, 2)), ("resnet50", 3, (3, 4, 6, 3)), ("resnet152", 3, (3, 8, 36, 3))],
)
def test_projections_are_layers(name: str, layers: int, depths: tuple[int, ...]) -> None:
    """A stage's first unit has a convolution on its shortcut, but where the shape stays."""
    unit, projected = {0: 1, layers: 1}, {1: 1, layers: 1}
    stages = [product(projected, *[unit] * (depth - 1)) for depth in depths]
    if name == "resnet18":
        stages[0] = product(*[unit] * depths[0])
    assert archc.load(name).paths().counts == product({2: 1}, *stages)


def test_googlenet_has_four_branches_nine_times() -> None:
    assert archc.load("googlenet").paths().counts == product({4: 1}, *[{1: 2, 2: 2}] * 9)


@pytest.mark.parametrize("name", ["vgg19", "alexnet", "plain110_cifar", "plain34", "lenet5"])
def test_a_plain_network_has_one_path(name: str) -> None:
    net = archc.load(name)
    assert net.paths().counts == {net.depth: 1}


@pytest.mark.parametrize("name", [spec.name for spec in bundled()])
def test_the_longest_path_is_the_depth(name: str) -> None:
    net = archc.load(name)
    assert net.paths().longest == net.depth


@pytest.mark.parametrize(
    ("nodes", "outputs", "counts"),
    [
        ("a: {op: conv, filters: 4, kernel: 1}\nb: {op: add, from: [a, a]}", "", {1: 2}),
        ("a: {op: add, from: [input, input]}\nb: {op: add, from: [a, a, input]}", "", {0: 5}),
        ("a: relu\nb: {op: conv, filters: 2, kernel: 1}", "outputs: [a, b]\n", {0: 1, 1: 1}),
        ("a: {op: fc, units: 3}\nb: {op: fc, units: 3}", "outputs: {x: a, y: b, z: b}\n", {1: 1, 2: 2}),
        ("a: relu\nb: {op: fc, units: 2}\nc: {op: fc, units: 2, from: a}",
         "outputs: {main: b, aux: {from: c, training_only: true}}\n", {1: 1}),
        ("a: {op: conv, filters: 4, kernel: 1}\ng: global_avg_pool\nf: {op: conv, filters: 4, kernel: 1}\n"
         "m: {op: mul, from: [a, f]}", "", {1: 1, 2: 1}),
        ("a: {op: conv, filters: 4, kernel: 1, norm: batch_norm, act: prelu}", "", {1: 1}),
        ("a: {op: conv, filters: 4, kernel: 3}\nb: {op: crop, like: a, from: input}\n"
         "c: {op: add, from: [a, b]}", "", {0: 1, 1: 1}),
    ],
    ids=["twice", "thrice", "outputs", "names", "training", "gate", "norm", "crop"],
)  # fmt: skip
def test_what_a_path_is(nodes: str, outputs: str, counts: dict[int, int]) -> None:
    net = network(nodes, outputs)
    assert net.paths().counts == counts == walked(net.graph) == by_networkx(net.graph)


def test_paths_from_every_input_to_every_output() -> None:
    net = Architecture.loads(
        "archc: 1\nname: two\ninput: {left: [4], right: [4]}\nnodes:\n"
        "  a: {op: fc, units: 4, from: left}\n  both: {op: add, from: [a, right]}\n"
        "  b: {op: fc, units: 2}\noutputs: [both, b]\n"
    )
    assert net.paths().counts == {0: 1, 1: 2, 2: 1} == by_networkx(net.graph)


def test_random_graphs() -> None:
    """Random specs over the whole language: branches, repeats, sharing, several outputs."""
    tried = branched = 0
    for seed in range(100):
        try:
            graph = Architecture.loads(written(Seeded(seed))).graph
        except SpecError:
            continue
        lengths = path_lengths(graph)
        if lengths.total > FEW:
            continue
        assert lengths.counts == dict(sorted(walked(graph).items())), seed
        assert lengths.total > 300 or lengths.counts == by_networkx(graph), seed
        tried += 1
        branched += lengths.total > 5
    assert tried > 60
    assert branched > 15


def lesion(patch: str, base: str = "resnet110_cifar") -> PathLengths:
    text = f"archc: 1\nextends: {base}\nname: patched\nnodes:\n  {patch}\n"
    return Architecture.loads(text).paths()


@pytest.mark.parametrize("unit", ["stage1.0", "stage2.3", "stage3.17"])
def test_a_lesion_halves_the_paths(unit: str) -> None:
    lengths = lesion(f"{unit}: null")
    assert lengths.counts == {2 + 2 * k: comb(53, k) for k in range(54)}


@pytest.mark.parametrize("move", ["stage2.9: {before: stage2.3}", "stage3.1: {after: stage3.17}"])
def test_a_reordering_leaves_the_lengths(move: str) -> None:
    assert lesion(move) == archc.load("resnet110_cifar").paths()


SKEWED = PathLengths({1: 3, 2: 10, 5: 60, 6: 20, 11: 7})


def test_mean_and_deviation_are_those_of_the_list_of_lengths() -> None:
    lengths = [length for length, number in SKEWED.counts.items() for _ in range(number)]
    assert SKEWED.mean == statistics.mean(lengths)
    assert SKEWED.std == pytest.approx(statistics.pstdev(lengths), rel=1e-12)
    assert (SKEWED.shortest, SKEWED.longest, SKEWED.total, SKEWED.power) == (1, 11, 100, None)


@pytest.mark.parametrize(
    ("low", "high", "share"), [(1, 11, 1.0), (2, 5, 0.7), (3, 4, 0.0), (-9, 1, 0.03), (6, 99, 0.27)]
)
def test_share(low: int, high: int, share: float) -> None:
    assert SKEWED.share(low, high) == share


@pytest.mark.parametrize(
    ("share", "middle"),
    [
        (1.0, (1, 11)),
        (0.95, (1, 11)),
        (0.94, (2, 11)),
        (0.86, (2, 6)),
        (0.5, (5, 6)),
        (0.0, (5, 5)),
    ],
)
def test_the_middle_leaves_out_half_of_the_rest_at_either_end(
    share: float, middle: tuple[int, int]
) -> None:
    assert SKEWED.middle(share) == middle
    assert SKEWED.share(*middle) >= share


def test_veit_s_numbers() -> None:
    """19 to 35 of 54 modules are on more than 95 % of the paths, 5 to 17 on 0.45 % (section 4)."""
    lengths = archc.load("resnet110_cifar").paths()
    assert lengths.share(2 + 2 * 19, 2 + 2 * 35) > 0.95
    assert round(lengths.share(2 + 2 * 5, 2 + 2 * 17), 4) == 0.0045


def test_numbers_beyond_floats() -> None:
    lengths = archc.load("resnet1202_cifar").paths()
    exact = Fraction(sum(comb(600, k) for k in range(276, 325)), 2**600)
    assert lengths.middle() == (2 + 2 * 276, 2 + 2 * 324)
    assert lengths.share(*lengths.middle()) == float(exact)


def doubling(times: int) -> Architecture:
    blocks = "blocks: {twice: {nodes: {sum: {op: add, from: [input, input]}}}}\n"
    return network(f"a: {{op: twice, repeat: {times}}}", blocks)


def test_more_paths_than_python_writes_out_are_refused() -> None:
    assert str(doubling(13_999).paths().total) == str(2**13_999)
    with pytest.raises(SpecError) as caught:
        doubling(14_000).paths()
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A054"
    assert mistake.message == "net has more paths than archc counts"
    assert mistake.help == "repeat less: fewer than 2^14,000 paths, and at most 1 GiB to count them"


def test_many_outputs_together_can_be_too_many() -> None:
    net = doubling(13_999)
    net.graph.outputs.append(net.graph.outputs[0]._replace(name="again"))
    with pytest.raises(SpecError, match="more paths than archc counts"):
        net.paths()


def test_the_memory_that_counting_takes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = archc.load("resnet110_cifar").graph
    monkeypatch.setattr(module, "MAX_BYTES", 200_000)
    assert path_lengths(graph).power == 54
    monkeypatch.setattr(module, "MAX_BYTES", 20_000)
    with pytest.raises(SpecError, match="more paths than archc counts"):
        path_lengths(graph)


def test_it_shows_itself_briefly() -> None:
    assert repr(SKEWED) == "<PathLengths: 1 to 11 layers, mean 5.2>"
