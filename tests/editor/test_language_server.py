"""What yaml-language-server shows of specs. Goldens hold its words: ``UPDATE_GOLDEN=1`` writes them.

Runs where ``make test-editor`` has installed the server; the other tests here need none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Editor

ROOT = Path(__file__).parents[2]
HEAD = "archc: 1\nname: net\ninput: [3, 8, 8]\n"
PATCH = "archc: 1\nname: net\nextends: alexnet\n"
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
WIRING = ["norm", "act", "share", "from", "when", "repeat", "label", "note", "after", "before"]


def documented() -> list[str]:
    """The specs in the docs."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    blocks = [block for text in texts for block in re.findall(r"```yaml\n(.*?)```", text, re.S)]
    return [block for block in blocks if block.startswith("archc: 1")]


def golden(name: str, answers: Callable[[list[str]], list[str]]) -> None:
    """Each ``case`` of a file, a spec without its head, has the answer that stands below it."""
    path = Path(__file__).with_name(name)
    written = path.read_text(encoding="utf-8")
    cases = re.findall(r"(?ms)^--- (\w+)\n(.*?)^>>>\n", written)
    heads = {"spec": HEAD, "patch": PATCH, "whole": ""}
    said = answers([heads[kind] + text for kind, text in cases])
    made = [
        f"--- {kind}\n{text}>>>\n{one.strip() or '(nothing)'}\n"
        for (kind, text), one in zip(cases, said, strict=True)
    ]
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text("".join(made), encoding="utf-8")
    assert cases
    assert path.read_text(encoding="utf-8") == "".join(made)


def test_nothing_is_said_of_bundled_specs_and_those_in_the_docs(editor: Editor) -> None:
    texts = [*(path.read_text(encoding="utf-8") for path in SPECS), *documented()]
    assert len(texts) > len(SPECS) + 10
    said = zip(texts, editor.messages(texts), strict=True)
    assert [(text, faults) for text, faults in said if faults] == []


def test_what_is_said_of_slips(editor: Editor) -> None:
    golden("messages.txt", lambda texts: ["\n".join(found) for found in editor.messages(texts)])


def test_hover_texts(editor: Editor) -> None:
    def hover(text: str) -> str:
        return re.sub(r"\n+Source: .*", "", editor.hover(text)).replace("\n\n", "\n")

    golden("hovers.txt", lambda texts: list(map(hover, texts)))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (HEAD + "nodes:\n  a:\n    op: conv\n    |", ["filters", "kernel", "stride", "padding"]),
        (HEAD + "nodes:\n  a: {op: conv, ker|}", ["filters", "kernel", "stride", "padding"]),
        (HEAD + "nodes:\n  a: {op: batch_norm, e|}", ["eps", "momentum"]),
        (HEAD + "nodes:\n  a:\n    |", ["op", "share", "from", "norm", "act", "when"]),
        (HEAD + "nodes:\n  a: {op: c|}", ["relu", "relu6"]),
        (HEAD + "nodes:\n  a: |", ["relu", "relu6"]),
        (HEAD + "nodes:\n  a: {op: conv, act: |}", ["relu", "relu6"]),
        (HEAD + "nodes:\n  a: {op: conv, norm: |}", ["batch_norm", "layer_norm"]),
        (HEAD + "nodes:\n  a: {op: conv, bias: |}", ["true", "false"]),
        (HEAD + "nodes:\n  a: {op: conv, padding: |}", ["0", "same"]),
        (HEAD + "nodes:\n  a: relu\ndefaults:\n  conv:\n    |", ["filters", "kernel"]),
        (HEAD + "t|", ["title", "paper", "published", "note"]),
        ("|", ["a new spec", "archc", "name"]),
    ],
)
def test_what_is_offered_first(editor: Editor, text: str, first: list[str]) -> None:
    assert [*editor.offers(text)][: len(first)] == first


@pytest.mark.parametrize(
    ("op", "foreign"),
    [
        ("conv", "output_padding"),
        ("relu", "slope"),
        ("max_pool", "filters"),
        ("my_block", "kernel"),
    ],
)
def test_only_the_settings_of_the_operator_are_offered(
    editor: Editor, op: str, foreign: str
) -> None:
    offered = editor.offers(f"{HEAD}nodes:\n  a:\n    op: {op}\n    |")
    assert foreign not in offered
    assert set(WIRING) <= offered.keys()


def test_what_is_offered_has_words_and_text_to_fill_in(editor: Editor) -> None:
    offered = editor.offers(HEAD + "nodes:\n  a:\n    op: conv\n    |")
    assert str(offered["kernel"]["documentation"]).startswith("Height and width of the window.")
    assert offered["kernel"]["insertText"] == "kernel: "
    words = editor.offers(HEAD + "nodes:\n  a: |")
    assert words["max_pool"]["documentation"].startswith("Max pooling")
    assert (
        words["conv {filters, kernel}"]["insertText"] == "{op: conv, filters: ${1}, kernel: ${2}}"
    )


def test_a_quick_fix_for_a_misspelt_setting(editor: Editor) -> None:
    fixes = editor.fixes(HEAD + "nodes:\n  a: {op: conv, filters: 3, kernal: 3}\n")
    assert fixes[:2] == ["kernel", "stride"]
