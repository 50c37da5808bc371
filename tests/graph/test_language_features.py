"""A patch that names other outputs leaves out what only the base's outputs needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from network import built, network, result

import archc
from archc.architecture import Architecture
from archc.errors import SpecError

BASE = """
args: {deep: true, tall: 8}
blocks:
  unit:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1}
      relu: relu
  fork:
    nodes:
      low: {op: conv, filters: 4, kernel: 1}
      high: {op: conv, filters: 4, kernel: 1, from: input}
    outputs: {low: low, high: high}
"""
NODES = """
stem: {op: conv, filters: 4, kernel: 1, norm: batch_norm, act: relu}
layer1: {op: unit, repeat: 3}
side: {op: unit, from: stem}
extra: {op: add, from: [layer1, side], when: $deep}
layer2: {op: unit, repeat: 4}
fork: fork
join: {op: concat, from: [fork, fork.high]}
pool: global_avg_pool
fc: {op: fc, units: 3}
"""
EVERYTHING = ["stem", "layer1", "side", "extra", "layer2", "fork", "join", "pool", "fc"]


def patched(patch: str, nodes: str = NODES, rest: str = BASE, **given: object) -> Architecture:
    text = f"{rest}\nvariants:\n  changed: {{{patch}}}\n"
    return network(nodes, text, variant="changed", **given)


def tops(net: Architecture) -> list[str]:
    """The nodes of the document that are there."""
    return [item.spec.id for item in net.graph.root.items]


def told(patch: str, nodes: str = NODES, rest: str = BASE) -> list[str]:
    with pytest.raises(SpecError) as caught:
        patched(patch, nodes, rest)
    return [mistake.message for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("patch", "kept", "left_out"),
    [
        ("outputs: fc", EVERYTHING, []),
        ("outputs: [layer1, fc]", EVERYTHING, []),
        ("outputs: join", EVERYTHING[:-2], ["pool", "fc"]),
        ("outputs: layer2", EVERYTHING[:5], ["fork", "join", "pool", "fc"]),
        ("outputs: [fork.high]", EVERYTHING[:6], ["join", "pool", "fc"]),
        ("outputs: extra", EVERYTHING[:4], ["layer2", "fork", "join", "pool", "fc"]),
        ("outputs: layer1", ["stem", "layer1"], ["side", "extra", "layer2", "fork", "join", "pool", "fc"]),
        ("outputs: {a: side, b: stem}", ["stem", "side"],
         ["layer1", "extra", "layer2", "fork", "join", "pool", "fc"]),
        ("outputs: layer2, args: {deep: false}, nodes: {side: null}", EVERYTHING[:5],
         ["fork", "join", "pool", "fc"]),
        ("outputs: [layer2], nodes: {fc: null}", EVERYTHING[:5], ["fork", "join", "pool", "fc"]),
        ("outputs: head, nodes: {head: {op: fc, units: 2, from: layer1}}", ["stem", "layer1", "head"],
         ["side", "extra", "layer2", "fork", "join", "pool", "fc"]),
        ("outputs: layer1.1", ["stem", "layer1"],
         ["side", "extra", "layer2", "fork", "join", "pool", "fc", "layer1.2"]),
        ("outputs: {a: layer1.0, b: layer2.2}", EVERYTHING[:5], ["fork", "join", "pool", "fc", "layer2.3"]),
        ("outputs: [layer1.0, layer1]", ["stem", "layer1"],
         ["side", "extra", "layer2", "fork", "join", "pool", "fc"]),
        ("outputs: layer1.0, nodes: {layer1.2: {before: layer1.0}}", ["stem", "layer1"],
         ["side", "extra", "layer2", "fork", "join", "pool", "fc", "layer1.1"]),
        ("outputs: layer1.1, nodes: {layer1.1: null}", ["stem", "layer1"],
         ["side", "extra", "layer2", "fork", "join", "pool", "fc", "layer1.2"]),
    ],
)  # fmt: skip
def test_what_only_the_bases_outputs_needed_is_left_out(
    patch: str, kept: list[str], left_out: list[str]
) -> None:
    net = patched(patch)
    assert tops(net) == kept
    assert list(net.graph.left_out) == left_out
    assert not net.graph.warnings
    built(net)


@pytest.mark.parametrize("absent", ["when: $(depth > 3)", "repeat: $(depth - 2)"])
def test_an_absent_node_needs_its_first_input_only(absent: str) -> None:
    nodes = f"""
a: relu
b: tanh
c: {{op: add, from: [a, b], {absent}}}
d: sigmoid
e: {{op: add, from: [d, b]}}
"""
    for depth, kept in ((2, ["a", "d"]), (4, ["a", "b", "c", "d"])):
        net = patched("outputs: d", nodes, f"args: {{depth: {depth}}}")
        assert [item.path for item in net.graph.root.items if item.parts] == kept


def test_names_and_numbers_are_those_of_the_base() -> None:
    base, net = network(NODES, BASE), patched("outputs: {a: layer1.1, b: layer2.0}")
    assert [node.name for node in net.nodes] == [
        "stem", "stem_norm", "stem_act", "layer1.0.conv", "layer1.0.relu", "layer1.1.conv", "layer1.1.relu",
        "layer1.2.conv", "layer1.2.relu", "side.conv", "side.relu", "extra", "layer2.0.conv", "layer2.0.relu",
    ]  # fmt: skip
    for node in net.nodes:
        assert (node.shape, node.params) == (base.shape(node.name), base.node(node.name).params)
    assert [(o.name, o.node.name) for o in net.outputs] == [
        ("a", "layer1.1.relu"),
        ("b", "layer2.0.relu"),
    ]


@pytest.mark.parametrize(
    "patch",
    [
        "outputs: layer2, nodes: {new: {op: relu, from: layer1}}",
        "outputs: fc, nodes: {layer2: {from: layer1}}",  # the base's output is still one
        "outputs: fc, nodes: {pool: {from: layer1}}",
        "nodes: {fc: {from: layer1}}",  # no outputs are named
        "nodes: {new: {op: fc, units: 2, from: layer2}}",
    ],
)
def test_a_node_that_fed_no_output_is_still_a_mistake(patch: str) -> None:
    assert any("feeds nothing and is no output" in message for message in told(patch))


def test_outputs_of_a_document_without_a_base_leave_out_nothing() -> None:
    with pytest.raises(SpecError, match="'fc' feeds nothing"):
        network(NODES, f"outputs: layer2\n{BASE}")


def test_variants_of_variants_leave_out_what_any_base_needed() -> None:
    variants = """
variants:
  one: {outputs: layer2}
  two: {extends: one, outputs: layer1, nodes: {layer2.1: {act: tanh}}}
  three: {extends: two, title: Three}
  back: {extends: two, outputs: fc}
  last: {extends: two, outputs: null}
"""
    for name in ("two", "three"):
        assert tops(network(NODES, BASE + variants.replace("{act: tanh}", "null"), variant=name)) == [
            "stem", "layer1"
        ]  # fmt: skip
    again = variants.replace("{act: tanh}", "null")
    for name in ("back", "last"):
        assert tops(network(NODES, BASE + again, variant=name)) == EVERYTHING


def test_patches_of_what_is_left_out_are_passed_over() -> None:
    net = patched(
        "outputs: layer1.0, nodes: {layer2.1: null, layer1.2.conv: {bias: false}, layer2.9: null}"
    )
    assert result(net) == "layer1.0.relu"
    assert any("touches nothing" in m for m in told("outputs: layer2, nodes: {layer1.9: null}"))


def test_what_is_left_out_need_not_fit_the_input() -> None:
    nodes = "a: {op: conv, filters: 4, kernel: 3}\nb: {op: conv, filters: 2, kernel: 7}\nc: relu"
    with pytest.raises(SpecError, match="kernel"):
        network(nodes)
    assert built(patched("outputs: a", nodes, ""))


def test_shared_weights_are_kept_with_their_node() -> None:
    nodes = """
a: {op: conv, filters: 3, kernel: 1}
b: {share: a}
c: {op: add, from: [a, b]}
d: {op: conv, filters: 2, kernel: 1}
e: {share: d, from: a}
f: {op: concat, from: [c, d, e]}
"""
    assert tops(patched("outputs: b", nodes, "")) == ["a", "b"]
    assert told("outputs: e", nodes, "") == ["'d' feeds nothing and is no output"]
    assert tops(patched("outputs: [d, e]", nodes, "")) == ["a", "b", "c", "d", "e"]


def test_a_chain_whose_weights_are_shared_is_kept_whole() -> None:
    nodes = "a: {op: conv, filters: 3, kernel: 1, repeat: 3}\nb: {share: a}\nc: relu"
    assert [n.name for n in patched("outputs: [a.0, b]", nodes, "").nodes] == [
        "a.0", "a.1", "a.2", "b.0", "b.1", "b.2"
    ]  # fmt: skip
    assert built(patched("outputs: b.1", nodes, ""))


def test_expressions_and_crops_need_what_they_name() -> None:
    nodes = """
a: {op: conv, filters: 3, kernel: 3}
b: {op: conv, filters: 6, kernel: 3}
c: {op: crop, like: b, from: a}
d: {op: crop, like: $other, from: a}
e: {op: conv, filters: 6, kernel: 1, from: $(other if b.height > 2 else "a")}
f: {op: add, from: [e, b]}
g: {op: concat, from: [c, d, f]}
"""
    rest = "args: {other: b}"
    for end in ("c", "d", "e"):
        assert tops(patched(f"outputs: {end}", nodes, rest)) == ["a", "b", end]


def test_each_item_of_a_list_of_sources_is_needed() -> None:
    nodes = """
a: {op: conv, filters: 6, kernel: 1}
b: {op: conv, filters: 6, kernel: 1, from: a}
unread: {op: conv, filters: 6, kernel: 1, from: a}
c: {op: add, from: [a, '$("a" if b.channels > 9 else "b")']}
d: {op: concat, from: [b, c, unread]}
"""
    net = patched("outputs: c", nodes, "")
    assert tops(net) == ["a", "b", "c"]
    assert [node.name for node in net.node("c").inputs] == ["a", "b"]


def test_an_expression_that_depends_on_shapes_needs_args_and_nodes_alike() -> None:
    nodes = """
a: {op: conv, filters: 3, kernel: 3}
b: {op: conv, filters: 6, kernel: 3}
c: {op: conv, filters: 6, kernel: 1}
unread: relu
d: {op: relu, from: '$(SOURCE if b.height > 2 else "a")'}
e: {op: concat, from: [b, c, d, unread]}
"""
    for source, args in (("other", "{other: c}"), ("others[0]", "{others: [c, a]}")):
        net = patched("outputs: d", nodes.replace("SOURCE", source), f"args: {args}")
        assert tops(net) == ["a", "b", "c", "d"]
        assert [node.name for node in net.node("d").inputs] == ["c"]
    nodes = nodes.replace("kernel: 1}", "kernel: 1, from: a}").replace("SOURCE", '"c"')
    assert told("outputs: d", nodes, "") == ["'b' feeds nothing and is no output"]


@pytest.mark.parametrize(
    ("defaults", "node", "kept"),
    [
        ("{crop: {like: b}}", "op: crop", ["a", "b", "c"]),
        ("{crop: {like: $other}}", "op: crop", ["a", "b", "c"]),
        ("{crop: {like: b}}", "op: $kind", ["a", "b", "c"]),
        ("{crop: {like: b}}", "op: crop, like: s", ["s", "a", "c"]),  # its own comes first
        ("{crop: {like: b}}", "op: relu", ["a", "c"]),
        ("{conv: {bias: false}}", "op: crop, like: b", ["a", "b", "c"]),
    ],
)
def test_defaults_need_what_they_name(defaults: str, node: str, kept: list[str]) -> None:
    nodes = f"""
s: {{op: conv, filters: 6, kernel: 5, from: input}}
a: {{op: conv, filters: 3, kernel: 3, from: input}}
b: {{op: conv, filters: 6, kernel: 5, from: input}}
c: {{{node}, from: a}}
d: {{op: concat, from: [s, b]}}
e: {{op: add, from: [c, d]}}
"""
    rest = f"args: {{other: b, kind: crop}}\ndefaults: {defaults}"
    assert tops(patched("outputs: c", nodes, rest)) == kept


def test_patches_of_instances_need_what_they_name() -> None:
    nodes = """
a: {op: conv, filters: 3, kernel: 3}
b: {op: conv, filters: 6, kernel: 3}
c: {op: crop, size: [5, 5], from: a, repeat: 2}
d: {op: crop, like: b}
e: {op: concat, from: [b, d]}
"""
    net = patched("outputs: c, nodes: {c.1: {size: null, like: b}}", nodes, "")
    assert tops(net) == ["a", "b", "c"]
    assert net.shape("c.1") == (3, 4, 4)
    with pytest.raises(SpecError, match="'b' feeds nothing"):
        patched("outputs: c, nodes: {c.1: {size: $b.height}}", nodes, "")


def test_a_default_counts_where_an_instance_becomes_the_operator() -> None:
    nodes = """
b: {op: conv, filters: 6, kernel: 3, from: input}
c: {op: relu, from: input, repeat: 2}
d: {op: concat, from: [b]}
"""
    rest = "defaults: {crop: {like: b}}"
    net = patched("outputs: c, nodes: {c.1: {op: crop}}", nodes, rest)
    assert tops(net) == ["b", "c"]
    assert net.shape("c.1") == (3, 6, 6)


def test_what_an_expression_mentions_is_not_left_out() -> None:
    nodes = """
a: relu
b: {op: conv, filters: 6, kernel: 1}
c: {op: conv, filters: $b.channels, kernel: 1, from: a}
d: {op: concat, from: [b, c]}
"""
    assert told("outputs: c", nodes, "") == ["'b' feeds nothing and is no output"]


def test_an_input_that_only_the_rest_needed_is_left_out() -> None:
    text = """
archc: 1
name: siamese
input: {left: [1, 8, 8], right: [1, 8, 8]}
nodes:
  a: {op: conv, filters: 2, kernel: 3, from: left}
  b: {share: a, from: right}
  c: {op: concat, from: [a, b]}
variants:
  encoder: {outputs: a}
"""
    net = Architecture.loads(text, variant="encoder")
    assert list(net.inputs) == ["left"]
    built(net)


SIAMESE = """
archc: 1
name: siamese
input: {left: [1, 8, 8], right: [1, 8, 8]}
nodes:
  a: {op: conv, filters: 2, kernel: 3}
  b: {op: conv, filters: 2, kernel: 3, from: left}
  c: {op: concat, from: [a, b, right]}
variants:
  unsaid: {outputs: a}
  said: {outputs: b}
"""


def test_of_several_inputs_the_first_node_may_need_any() -> None:
    assert list(Architecture.loads(SIAMESE, variant="said").inputs) == ["left"]
    with pytest.raises(SpecError) as caught:
        Architecture.loads(SIAMESE, variant="unsaid")
    assert [(mistake.message, mistake.help) for mistake in caught.value.mistakes] == [
        ("with several inputs the first node must say which it reads", "add from: left")
    ]


def test_of_several_inputs_each_may_be_what_only_the_first_node_needed() -> None:
    text = SIAMESE.replace("[a, b, right]", "[a, b]")
    assert list(Architecture.loads(text, variant="said").inputs) == ["left"]


def test_an_auxiliary_head_is_left_out_with_its_output() -> None:
    rest = "outputs: {main: c, aux: {from: b, training_only: true}}"
    nodes = "a: relu\nb: {op: fc, units: 2}\nc: {op: fc, units: 3, from: a}"
    assert tops(patched("outputs: {aux: null}", nodes, rest)) == ["a", "c"]
    assert tops(patched("outputs: c", nodes, rest)) == ["a", "c"]
    assert tops(patched("outputs: {a: a}", nodes, rest)) == ["a", "b", "c"]  # mappings are merged


def test_a_file_names_the_stages_of_a_bundled_network(tmp_path: Path) -> None:
    spec = tmp_path / "features.yaml"
    spec.write_text(
        "archc: 1\nextends: resnet50\nname: features\n"
        "outputs: {c2: layer1, c3: layer2, c4: layer3, c5: layer4}\n"
    )
    net, whole = archc.load(spec), archc.load("resnet50")
    assert [(o.name, o.node.shape) for o in net.outputs] == [
        ("c2", (256, 56, 56)), ("c3", (512, 28, 28)), ("c4", (1024, 14, 14)), ("c5", (2048, 7, 7)),
    ]  # fmt: skip
    assert net.params == whole.params - whole.node("fc").params == 23_508_032
    assert net.graph.left_out == ("pool", "fc")
