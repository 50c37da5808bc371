from __future__ import annotations

import pytest

from archc.spec.names import MODULE_ATTRIBUTES, problem_with_name


def test_the_attributes_listed_are_those_of_torchs_modules() -> None:
    import torch

    real = {name for name in dir(torch.nn.Module()) if not name.startswith("_")}
    assert real == MODULE_ATTRIBUTES
    assert len(MODULE_ATTRIBUTES) == 54


@pytest.mark.parametrize("name", ["conv1", "Conv", "b3r", "match", "layer_2", "inputs", "a" * 100])
def test_good_names(name: str) -> None:
    assert problem_with_name(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "a name is made of letters, digits and _ and begins with a letter, unlike ''"),
        ("1a", "a name is made of letters, digits and _ and begins with a letter, unlike '1a'"),
        ("_a", "a name is made of letters, digits and _ and begins with a letter, unlike '_a'"),
        ("a.b", "a name is made of letters, digits and _ and begins with a letter, unlike 'a.b'"),
        ("a\n", "a name is made of letters, digits and _ and begins with a letter, unlike 'a\n'"),
        (
            "größe",
            "a name is made of letters, digits and _ and begins with a letter, unlike 'größe'",
        ),
        ("lambda", "'lambda' is a keyword of Python"),
        ("None", "'None' is a keyword of Python"),
        ("input", "'input' means what a network or block is given"),
        ("i", "'i' counts the instances of a repeated node"),
        ("half", "'half' is an attribute of every PyTorch module"),
        ("training", "'training' is an attribute of every PyTorch module"),
        ("a" * 1000, "a name has at most 100 characters, and this one 1,000"),
    ],
)
def test_problems(name: str, problem: str) -> None:
    assert problem_with_name(name) == problem
