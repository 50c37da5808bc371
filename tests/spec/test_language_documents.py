"""The rules of the language on documents, blocks, nodes and variants, one test a rule."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from archc.budgets import Limits
from archc.errors import SpecError
from archc.spec.document import Document, Output, Required
from archc.spec.expressions import Expression
from archc.spec.load import load, loads

BASE = """
archc: 1
name: base
title: Base
note: words
paper: {title: A Paper, year: 2012}
published: {top1: 60.1}
args: {classes: 10, kind: relu}
defaults:
  conv: {act: relu, kernel: 3}
input: [3, 8, 8]
blocks:
  twice:
    args: {width: int, stride: 1}
    nodes:
      a: {op: conv, filters: $width, stride: $stride}
      b: {op: conv, filters: $width}
nodes:
  conv1: {op: conv, filters: 8, padding: 1, from: input, when: true, repeat: 2, norm: batch_norm}
  pool1: max_pool
  unit: {op: twice, width: 4}
  fc: {op: fc, units: $classes}
variants:
"""


def variant(text: str, base: str = BASE, **given: object) -> Document:
    """The base with a patch, as a variant of one file."""
    lines = "".join(f"    {line}\n" for line in dedent(text).strip().splitlines())
    return load_variant(f"{base.rstrip()}\n  changed:\n{lines}", **given)


def load_variant(text: str, **given: object) -> Document:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        path.write_text(text)
        return load(f"{path}:changed", **given)  # type: ignore[arg-type]


def network(nodes: str, rest: str = "") -> Document:
    """A small document around some nodes (and other keys)."""
    return loads(f"archc: 1\nname: net\ninput: [3, 8, 8]\n{dedent(rest)}\nnodes:\n  {nodes}\n")


def told(action: object, *given: object) -> list[str]:
    """The messages of a spec's mistakes."""
    with pytest.raises(SpecError) as caught:
        action(*given)  # type: ignore[operator]
    return [mistake.message for mistake in caught.value.mistakes]


def helped(action: object, *given: object) -> str:
    """The remedy of a spec's first mistake."""
    with pytest.raises(SpecError) as caught:
        action(*given)  # type: ignore[operator]
    return caught.value.mistakes[0].help


# Documents


def test_a_document_keeps_what_is_for_people() -> None:
    document = loads(BASE.replace("variants:", ""))
    assert (document.name, document.title, document.note) == ("base", "Base", "words")
    assert document.paper == {"title": "A Paper", "year": 2012}
    assert document.published == {"top1": 60.1}


def test_nodes_keep_their_order_and_a_bare_word_is_short_for_op() -> None:
    document = loads(BASE.replace("variants:", ""))
    assert list(document.nodes) == ["conv1", "pool1", "unit", "fc"]
    assert document.nodes["pool1"].op == "max_pool"
    assert document.nodes["pool1"].marks == {"op": "max_pool"}


def test_node_keys_are_fields_and_the_rest_are_settings() -> None:
    node = loads(BASE.replace("variants:", "")).nodes["conv1"]
    assert (node.op, node.sources, node.when, node.repeat, node.norm) == (
        "conv", "input", True, 2, "batch_norm",
    )  # fmt: skip
    assert node.settings == {"filters": 8, "padding": 1}


def test_every_dollar_scalar_is_an_expression_but_labels_titles_and_notes() -> None:
    document = network(
        "a: {op: $unit, from: $src, when: $on, repeat: $n, norm: $norm, act: {op: $act, x: [$n]}, "
        "size: [1, [$n, 2]], note: $5, label: $6}",
        "title: $7\ndefaults: {conv: {kernel: $n}}\nargs: {n: 2, m: $(n + 1)}",
    )
    node = document.nodes["a"]
    found = [node.op, node.sources, node.when, node.repeat, node.norm]
    found += [node.act["op"], node.act["x"][0], node.settings["size"][1][0]]  # type: ignore[index,call-overload]
    found += [document.lexical.defaults["conv"]["kernel"], document.lexical.args["m"]]
    assert all(isinstance(value, Expression) for value in found)
    assert (node.note, node.label, document.title) == ("$5", "$6", "$7")


def test_two_dollars_are_one() -> None:
    assert network("a: {op: conv, word: $$five}").nodes["a"].settings == {"word": "$five"}


def test_a_wrong_expression_is_told_at_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        network("a: {op: conv, filters: $(1 +), kernel: [$(2 +)]}")
    assert [str(one.at) for one in caught.value.mistakes] == ["<text>:6:26", "<text>:6:43"]


def test_null_outside_a_patch_is_an_error() -> None:
    assert told(network, "a: {op: conv, act: null}") == [
        "'act' has no value, and there is nothing here that null could remove"
    ]


def test_an_expression_cut_by_yaml_at_its_comma_is_recognised() -> None:
    text = "a: {op: conv, filters: $(max(8, x)), kernel: 3}"
    assert told(network, text) == [
        "'x))' has no value: YAML ended the value of 'filters' at its comma"
    ]
    assert 'quotes: filters: "$(max(8, x))"' in helped(network, text)


def test_an_expression_cut_in_a_list_is_recognised() -> None:
    assert helped(network, "a: {op: pad, sides: [$(max(8, x)), 3]}").endswith(
        'quotes: "$(max(8, x))"'
    )


def test_text_cut_by_yaml_at_its_comma_is_recognised() -> None:
    rest = "paper: {authors: Krizhevsky, Sutskever and Hinton, year: 2012}"
    assert any(
        'authors: "Krizhevsky, Sutskever and Hinton"' in one.help for one in mistakes_of(rest)
    )


def mistakes_of(rest: str, nodes: str = "a: relu") -> list:  # type: ignore[type-arg]
    with pytest.raises(SpecError) as caught:
        network(nodes, rest)
    return caught.value.mistakes


@pytest.mark.parametrize(
    "key", ["archc: 1\n", "name: net\n", "input: [3, 8, 8]\n", "nodes: {a: relu}\n"]
)
def test_version_name_input_and_nodes_are_needed(key: str) -> None:
    text = "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes: {a: relu}\n"
    loads(text)
    assert len(told(loads, text.replace(key, ""))) == 1


def test_another_language_version_is_refused() -> None:
    assert told(loads, "archc: 2\nname: a\ninput: [1]\nnodes: {a: relu}") == [
        "archc is the language version, 1, not 2"
    ]


def test_unknown_keys_are_told_with_the_nearest() -> None:
    mistakes = mistakes_of("defaluts: {}\nblocks: {b: {node: {a: relu}, nodes: {a: relu}}}")
    assert [(one.message, one.help) for one in mistakes] == [
        ("a document has no key 'defaluts'", "did you mean 'defaults'?"),
        ("block 'b' has no key 'node'", "did you mean 'nodes'?"),
    ]


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("args: [1]", "args must be a mapping of names to values, not [1]"),
        ("defaults: relu", "defaults must be a mapping of operators to settings, not 'relu'"),
        (
            "defaults: {conv: relu}",
            "the defaults of conv must be a mapping of settings, not 'relu'",
        ),
        ("blocks: {b: relu}", "block 'b' must be a mapping, not 'relu'"),
        ("title: 3", "title must be text, not 3"),
        ("paper: {year: soon}", "year must be a year, not 'soon'"),
        ("paper: {authors: He}", "authors must be a list of words, not 'He'"),
        ("freeze: a", "freeze must be a list of words, not 'a'"),
        ("weights: {layout: archc}", "weights names no file"),
        ("weights: {file: 3}", "file must be a word, not 3"),
        ("weights: {file: a.pth, skip: [fc]}", "weights has no key 'skip'"),
        ("variants: {v: {freeze: [1]}}", "freeze must be a list of words, not [1]"),
        (
            "outputs: 3",
            "outputs must be a node, a list of nodes, or a mapping of names to nodes, not 3",
        ),
        ("include: x.yaml", "include must be a list of words, not 'x.yaml'"),
        ("variants: {v: 3}", "variant 'v' must be a mapping, not 3"),
    ],
)
def test_wrong_types_say_what_was_expected(rest: str, message: str) -> None:
    assert message in [one.message for one in mistakes_of(rest)]


@pytest.mark.parametrize(
    "node",
    ["3", "[conv]", "{op: 3}", "{op: relu, when: maybe}", "{op: relu, repeat: -1}",
     "{op: relu, repeat: true}", "{op: relu, from: []}", "{op: relu, from: 3}", "{op: relu, from: [3]}",
     "{op: relu, note: 3}", "{}", "{filters: 3}", "{op: relu, share: b}", "{op: relu, after: b}", "''"],
)  # fmt: skip
def test_a_malformed_node_is_one_mistake(node: str) -> None:
    assert len(told(network, f"a: {node}")) == 1


def test_a_node_that_shares_has_no_settings_of_its_own() -> None:
    assert network("a: {op: conv}\n  b: {share: a, from: input}").nodes["b"].share == "a"
    assert len(told(network, "a: {op: conv}\n  b: {share: a, filters: 3}")) == 1


@pytest.mark.parametrize("id", ["half", "input", "i", "class", "_a", "a-b", "3a"])
def test_ids_are_checked(id: str) -> None:
    assert len(told(network, f"'{id}': relu")) == 1


def test_args_inputs_and_nodes_share_one_space_of_names() -> None:
    assert mistakes_of("args: {a: 1}")[0].message == "the document has both an arg and a node 'a'"
    text = "archc: 1\nname: n\ninput: {a: [3], b: [3]}\nnodes: {a: relu}"
    assert told(loads, text) == ["the document has both an input and a node 'a'"]
    block = "blocks: {b: {inputs: [x], args: {x: 1}, nodes: {x: relu}}}"
    assert len(mistakes_of(block)) == 2


def test_an_arg_of_a_document_needs_a_value() -> None:
    assert "needs a value" in mistakes_of("args: {width: int}")[0].message


def test_defaults_are_for_operators() -> None:
    assert mistakes_of("defaults: {cnov: {kernel: 3}}")[0].help == "did you mean 'conv'?"
    blocks = "blocks: {b: {nodes: {x: relu}}}\ndefaults: {b: {x: 3}}"
    assert mistakes_of(blocks)[0].help == "a block's args have their own defaults"
    assert mistakes_of("defaults: {conv: {kernle: 3}}")[0].help == "did you mean 'kernel'?"
    assert "no default" in mistakes_of("defaults: {conv: {repeat: 3}}")[0].help


@pytest.mark.parametrize("shape", ["[]", "[3, 0]", "[3.5]", "[true]", "3", "{}", "{x: 3}", "[a]"])
def test_an_input_is_a_shape_or_shapes_by_name(shape: str) -> None:
    assert told(loads, f"archc: 1\nname: n\ninput: {shape}\nnodes: {{a: relu}}")


def test_input_may_hold_expressions() -> None:
    document = loads("archc: 1\nname: n\nargs: {n: 8}\ninput: [3, $n, $n]\nnodes: {a: relu}")
    assert isinstance(document.input[1], Expression)


@pytest.mark.parametrize(
    ("written", "outputs"),
    [
        ("b", [Output("b", "b")]),
        ("[b, a.0]", [Output("b", "b"), Output("a_0", "a.0")]),
        (
            "{main: b, aux: {from: a, training_only: true}}",
            [Output("main", "b"), Output("aux", "a", True)],
        ),
        ("[b, {from: a, training_only: true}]", [Output("b", "b"), Output("a", "a", True)]),
    ],
)
def test_outputs_are_a_node_a_list_or_a_mapping(written: str, outputs: list[Output]) -> None:
    document = network("a: relu\n  b: relu", f"outputs: {written}")
    assert document.outputs == outputs
    assert document.named_outputs == written.startswith("{")


@pytest.mark.parametrize(
    "written",
    ["c", "[]", "{}", "[3]", "{x: {training_only: true}}", "{x: {from: a, training: true}}", "[a, a]",
     "{x: {from: a, training_only: 3}}", "{x: null}"],
)  # fmt: skip
def test_malformed_outputs_are_told(written: str) -> None:
    assert mistakes_of(f"outputs: {written}")


def test_an_arg_that_nothing_reads_is_a_warning() -> None:
    assert [one.code for one in network("a: relu", "args: {x: 1}").warnings] == ["W011"]
    assert not network("a: {op: conv, filters: $x}", "args: {x: 1}").warnings


def test_independent_mistakes_are_told_in_one_run() -> None:
    mistakes = mistakes_of(
        "titel: x\ndefaults: {cnov: {}}\noutputs: z", "half: relu\n  b: {op: conv, k: null}"
    )
    assert len(mistakes) == 5


def test_a_spec_that_is_wrong_everywhere_stops_after_fifty_mistakes() -> None:
    mistakes = mistakes_of("".join(f"key{index}: 1\n" for index in range(1000)))
    assert len(mistakes) == Limits().mistakes
    assert mistakes[-1].notes == ("archc stops after 50 mistakes; there may be more",)


# Blocks


def test_a_block_declares_args_inputs_nodes_and_outputs() -> None:
    block = network(
        "a: relu",
        """
        blocks:
          b:
            args: {width: int, stride: 1, act: relu}
            inputs: [below, skip]
            nodes: {x: relu, y: {op: conv, from: skip}}
            outputs: {main: y, other: x}
        """,
    ).blocks["b"]
    assert block.args == {"width": Required("int"), "stride": 1, "act": "relu"}
    assert block.inputs == ("below", "skip")
    assert (block.outputs, block.named_outputs) == ({"main": "y", "other": "x"}, True)


def test_a_block_reads_input_and_gives_its_last_node_by_default() -> None:
    block = network("a: relu", "blocks: {b: {nodes: {x: relu, y: relu}}}").blocks["b"]
    assert (block.inputs, block.outputs, block.named_outputs) == (("input",), {"y": "y"}, False)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("b: {args: {n: 1}, nodes: {x: relu}}", "block 'b' cannot have an arg 'n': the document has one"),
        ("relu: {nodes: {x: elu}}", "block 'relu' has the name of an operator"),
        ("b: {nodes: {}}", "block 'b' has no nodes"),
        ("b: {args: {when: 1}, nodes: {x: relu}}",
         "'when' is a key of every node, so a call cannot give it as an arg"),
        ("b: {inputs: [x, x], nodes: {y: relu}}", "block 'b' has two inputs 'x'"),
        ("b: {inputs: [], nodes: {y: relu}}", "block 'b' has no input"),
        ("b: {nodes: {y: relu}, outputs: {z: {from: y, training_only: true}}}",
         "only a document's output can be training_only"),
        ("b: {nodes: {y: relu}, outputs: x}", "there is no node 'x' to be an output"),
        ("b: {nodes: {y: relu, y.0: null}}",
         "'y.0' is a path, and in a block single instances cannot be patched"),
    ],
)  # fmt: skip
def test_what_a_block_may_not_be(block: str, message: str) -> None:
    rest = f"args: {{n: 1}}\nblocks: {{{block}}}"
    assert [one.message for one in mistakes_of(rest, "a: {op: conv, filters: $n}")] == [message]


# Variants


def test_a_variant_is_named_by_its_key_and_inherits_only_the_paper() -> None:
    document = variant("args: {classes: 5}")
    assert (document.name, document.title, document.note) == ("changed", "", "")
    assert document.published is None
    assert document.paper == {"title": "A Paper", "year": 2012}
    assert document.lexical.args["classes"] == 5


def test_mappings_merge_lists_and_scalars_replace() -> None:
    document = variant("""
        input: [1, 4, 4]
        args: {classes: 5}
        defaults: {conv: {kernel: 5}, fc: {act: relu}}
        nodes: {conv1: {filters: 16}}
    """)
    assert document.input == [1, 4, 4]
    assert document.lexical.args == {"classes": 5, "kind": "relu"}
    assert document.lexical.defaults == {
        "conv": {"act": "relu", "kernel": 5},
        "fc": {"act": "relu"},
    }
    assert document.nodes["conv1"].settings == {"filters": 16, "padding": 1}


def test_null_removes() -> None:
    document = variant("""
        defaults: {conv: {act: null}}
        nodes: {pool1: null, conv1: {padding: null, norm: null}}
        blocks: {twice: {nodes: {b: null}}}
    """)
    assert [name for name, node in document.nodes.items() if node.when is not False] == [
        "conv1",
        "unit",
        "fc",
    ]
    assert document.nodes["pool1"].when is False  # absent: its name means what it read
    assert document.nodes["conv1"].settings == {"filters": 8}
    assert document.nodes["conv1"].norm is None
    assert document.lexical.defaults == {"conv": {"kernel": 3}}
    assert document.blocks["twice"].outputs == {"a": "a"}


@pytest.mark.parametrize(
    "patch",
    ["nodes: {pool2: null}", "nodes: {conv1: {act: null}}", "defaults: {conv: {norm: null}}", "outputs: null",
     "blocks: {thrice: null}", "args: {n: null}", "blocks: {twice: {nodes: {c: null}}}"],
)  # fmt: skip
def test_removing_what_is_not_there_is_an_error(patch: str) -> None:
    assert "to remove from base" in told(variant, patch)[0]


def test_another_op_drops_the_settings_and_keeps_from_when_repeat() -> None:
    node = variant("nodes: {conv1: {op: depthwise_conv, stride: 2}}").nodes["conv1"]
    assert (node.op, node.sources, node.when, node.repeat) == ("depthwise_conv", "input", True, 2)
    assert (node.settings, node.norm) == ({"stride": 2}, None)


def test_the_same_op_again_keeps_the_settings() -> None:
    node = variant("nodes: {conv1: {op: conv, stride: 2}}").nodes["conv1"]
    assert node.settings == {"filters": 8, "padding": 1, "stride": 2}


def test_a_bare_word_in_a_patch_is_another_op() -> None:
    node = variant("nodes: {conv1: max_pool, pool1: max_pool}").nodes["conv1"]
    assert (node.op, node.repeat, node.settings) == ("max_pool", 2, {})


def test_norm_mappings_replace_words_and_drop_settings_with_another_op() -> None:
    first = variant("nodes: {conv1: {norm: {eps: 1.0e-3}}}").nodes["conv1"].norm
    assert first == {"op": "batch_norm", "eps": 1e-3}
    second = variant("nodes: {conv1: {norm: {op: group_norm, groups: 2}}}").nodes["conv1"].norm
    assert second == {"op": "group_norm", "groups": 2}
    base = BASE.replace("norm: batch_norm", "norm: {op: batch_norm, eps: 1}")
    third = variant("nodes: {conv1: {norm: {op: group_norm, groups: 2}}}", base).nodes["conv1"].norm
    assert third == {"op": "group_norm", "groups": 2}


def test_new_nodes_go_to_the_end_or_where_they_say() -> None:
    document = variant("""
        nodes:
          d: {op: relu, before: fc}
          a: {op: relu, after: conv1}
          b: {op: relu, after: conv1}
          c: {op: relu, after: b}
          z: relu
    """)
    assert list(document.nodes) == ["conv1", "a", "b", "c", "pool1", "unit", "d", "fc", "z"]


def test_a_new_last_node_becomes_the_output_and_check_says_so() -> None:
    (warning,) = variant("nodes: {z: relu}").warnings
    assert (warning.code, warning.message) == (
        "W010", "'z' is new and comes last, so it is now the output of the document",
    )  # fmt: skip
    assert not variant("nodes: {z: {op: relu, after: fc}}").warnings
    assert not variant("nodes: {z: relu}\noutputs: z").warnings
    (warning,) = variant("blocks: {twice: {nodes: {z: relu}}}").warnings
    assert warning.message.endswith("the output of block twice")


def test_after_and_before_move_a_node_that_exists() -> None:
    assert list(variant("nodes: {conv1: {after: pool1}}").nodes) == ["pool1", "conv1", "unit", "fc"]
    moved = variant("nodes: {fc: {before: conv1}, conv1: {filters: 3}}")
    assert list(moved.nodes) == ["fc", "conv1", "pool1", "unit"]
    assert "before" not in moved.nodes["fc"].marks


@pytest.mark.parametrize(
    "patch",
    ["conv1: {after: pol1}", "conv1: {after: conv1}", "conv1: {after: pool1}, pool1: {after: conv1}",
     "conv1: {after: pool1, before: fc}", "conv1: {after: 3}"],
)  # fmt: skip
def test_impossible_moves_are_told(patch: str) -> None:
    assert len(told(variant, f"nodes: {{{patch}}}")) == 1


def test_a_misspelt_node_is_an_error_with_the_nearest_name() -> None:
    assert told(variant, "nodes: {conv2: {filters: 3}}") == ["base has no node 'conv2' to patch"]
    assert helped(variant, "nodes: {conv2: {filters: 3}}") == "did you mean 'conv1'?"
    assert helped(variant, "nodes: {conv2: {after: pool1}}") == "did you mean 'conv1'?"
    assert helped(variant, "blocks: {twic: {nodes: {b: null}}}") == "did you mean 'twice'?"


def test_paths_patch_single_instances() -> None:
    document = variant("""
        nodes:
          conv1.0: {padding: 100, act: null}
          conv1.1: null
          unit.a: {filters: $classes}
          conv1.2: {before: conv1.1}
    """)
    assert list(document.nodes) == ["conv1", "pool1", "unit", "fc"]
    assert document.instances["conv1.0"] == {"padding": 100, "act": None}
    assert document.instances["conv1.1"] is None
    assert document.instances["conv1.2"] == {"before": "conv1.1"}
    assert isinstance(document.instances["unit.a"]["filters"], Expression)  # type: ignore[index]


def test_path_patches_merge_over_the_chain() -> None:
    base = f"{BASE.rstrip()}\n  first: {{nodes: {{conv1.0: {{padding: 1, bias: true}}, conv1.1: relu}}}}"
    document = variant(
        "extends: first\nnodes: {conv1.0: {padding: 2, act: null}, conv1.1: null}", base
    )
    patch = {"padding": 2, "bias": True, "act": None}
    assert document.instances == {"conv1.0": patch, "conv1.1": None}


def test_a_path_begins_with_a_node() -> None:
    assert helped(variant, "nodes: {conv2.0: null}") == "did you mean 'conv1'?"


def test_removing_a_node_removes_the_patches_of_its_instances() -> None:
    base = f"{BASE.rstrip()}\n  first: {{nodes: {{conv1.0: null}}}}"
    assert not variant("extends: first\nnodes: {conv1: null}", base).instances


def test_variants_extend_variants() -> None:
    base = f"{BASE.rstrip()}\n  first: {{args: {{classes: 5}}, title: First}}"
    document = variant("extends: first\nargs: {kind: elu}", base)
    assert document.lexical.args == {"classes": 5, "kind": "elu"}
    assert document.title == ""


def test_variants_that_extend_each_other_are_told_as_a_chain() -> None:
    base = f"{BASE.rstrip()}\n  first: {{extends: changed}}"
    (message,) = told(variant, "extends: first", base)
    assert message.startswith("extends goes in a circle: ")
    assert message.count("net.yaml:changed → ") == 1


def test_a_variant_has_no_name_and_no_variants_of_its_own() -> None:
    assert told(variant, "name: other") == ["variant 'changed' has its name already"]
    assert told(variant, "variants: {}") == ["variant 'changed' cannot have variants of its own"]


def test_a_mistake_in_a_patch_stands_at_the_patch() -> None:
    with pytest.raises(SpecError) as caught:
        variant("nodes: {conv1: {repeat: no}}")
    (mistake,) = caught.value.mistakes
    assert mistake.at is not None
    assert mistake.at.source.line(mistake.at.line).strip() == "nodes: {conv1: {repeat: no}}"


# What a caller gives


def test_a_caller_may_override_args_and_input() -> None:
    document = variant("args: {kind: elu}", args={"classes": 3}, input=(1, 5, 5))
    assert document.lexical.args == {"classes": 3, "kind": "elu"}
    assert document.input == [1, 5, 5]


def test_an_unknown_arg_is_told_with_the_nearest_and_the_list() -> None:
    with pytest.raises(SpecError) as caught:
        loads(BASE.replace("variants:", ""), args={"clases": 3})
    (mistake,) = caught.value.mistakes
    assert mistake.message == "the document has no arg 'clases'"
    assert mistake.help == "did you mean 'classes'?"


def test_an_arg_may_be_a_mapping_but_no_other_object() -> None:
    text = BASE.replace("variants:", "")
    assert (
        loads(text, args={"kind": {"op": "elu", "alpha": [1, 2]}}).lexical.args["kind"]["op"]
        == "elu"
    )
    assert len(told(lambda: loads(text, args={"kind": object()}))) == 1


def test_with_several_inputs_shapes_are_given_by_name() -> None:
    text = "archc: 1\nname: n\ninput: {a: [3], b: [4]}\nnodes: {c: {op: add, from: [a, b]}}"
    assert loads(text, input={"b": [5]}).input == {"a": [3], "b": [5]}
    assert "several inputs" in told(lambda: loads(text, input=[5]))[0]
    assert told(lambda: loads(text, input={"c": [5]})) == ["the document has no input 'c'"]


def test_the_name_of_a_removed_node_means_its_first_input() -> None:
    from archc.graph.expand import expand

    text = """
archc: 1
name: base
input: [4, 8, 8]
nodes:
  a: {op: conv, filters: 4, kernel: 1}
  cut: {op: crop, size: 8, from: input}
  join: {op: add, from: [a, cut]}
variants:
  whole: {nodes: {cut: null}}
  anew: {extends: whole, nodes: {cut: {op: identity, from: a, before: join}}}
  shorter: {nodes: {join: null, cut: null}}
"""
    whole = expand(loads(text, variant="whole"))
    assert [node.name for node in whole.nodes["join"].inputs] == ["a", "input"]
    assert list(expand(loads(text, variant="anew")).nodes) == ["a", "cut", "join"]
    assert [output.name for output in expand(loads(text, variant="shorter")).outputs] == ["a"]
