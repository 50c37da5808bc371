"""The rules, and the warnings that they give of a graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import NamedTuple

from archc.analysis.words import counted
from archc.budgets import check_time, current, timed
from archc.errors import Mistake
from archc.graph.graph import Graph
from archc.lint.activations import idle_activation, softmax_at_output, softmax_of_one
from archc.lint.budget import over_budget
from archc.lint.dead import dead_branch, idle_shortcut
from archc.lint.finding import Finding, warnings
from archc.lint.linear import bias_before_norm, linear_in_a_row
from archc.lint.network import Network
from archc.lint.settings import Settings
from archc.lint.sizes import one_large_layer, windows_beyond_input
from archc.spec.collect import in_order
from archc.spec.keys import LINT_KEYS


class Rule(NamedTuple):
    """One thing that is allowed in a spec but probably not meant; its function says when it fires."""

    code: str
    check: Callable[[Network, Settings], Iterable[Finding]]

    @property
    def title(self) -> str:
        """One line, as the schema and the docs show it."""
        return LINT_KEYS[self.code].doc


# all are on unless a spec or a caller switches them off; W027 needs a budget to have anything to say
RULES = (
    Rule("W020", bias_before_norm),
    Rule("W021", softmax_at_output),
    Rule("W022", idle_activation),
    Rule("W023", dead_branch),
    Rule("W024", idle_shortcut),
    Rule("W025", one_large_layer),
    Rule("W026", windows_beyond_input),
    Rule("W027", over_budget),
    Rule("W028", softmax_of_one),
    Rule("W029", linear_in_a_row),
)


@timed()
def lint(graph: Graph, settings: Settings | None = None) -> list[Mistake]:
    """The warnings that are wanted: those of reading and expanding the spec, and those of the rules.

    ``settings`` come before the spec's own `lint`.

    Raises:
        SpecError: time has run out.
    """
    wanted, written = settings or Settings(), graph.document.lint
    found = [one for one in graph.warnings if wanted.on(one.code, written)]
    net = Network(graph)
    for rule in RULES:
        if wanted.on(rule.code, written):
            check_time("looking for what is probably not meant")
            found += warnings(rule.code, rule.check(net, wanted))
    return _few(in_order(found))


def _few(found: list[Mistake]) -> list[Mistake]:
    """As many warnings as are told of one spec; the last one says that there are more."""
    most = current().mistakes
    if len(found) <= most:
        return found
    note = (
        f"{counted(len(found) - most, 'warning')} more; `--limit mistakes={len(found)}` tells all"
    )
    last = found[most - 1]
    return [*found[: most - 1], dataclasses.replace(last, notes=(*last.notes, note))]
