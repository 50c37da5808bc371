"""What happens inside an expansion: every refusal of an operator, every expression with its names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unittest import mock

from archc.graph.placing import Placing
from archc.ops.base import Operator, ShapeError, Shapes
from archc.spec.expressions import Expression

MOST = 300  # environments that are kept of one expression


class Refusal(NamedTuple):
    """An operator, the shapes it could not take, and what it said."""

    op: Operator
    shapes: Shapes
    code: str
    message: str


@dataclass
class Seen:
    """What was seen in one run."""

    refusals: list[Refusal] = field(default_factory=list)
    environments: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


@contextmanager
def watched() -> Iterator[Seen]:
    seen = Seen()
    infer, evaluate = Placing.infer, Expression.evaluate

    def watched_infer(self: Placing, op: Operator, shapes: Shapes) -> Any:
        try:
            return infer(self, op, shapes)
        except ShapeError as error:
            seen.refusals.append(Refusal(op, shapes, error.code, error.message))
            raise

    def watched_evaluate(self: Expression, env: Mapping[str, Any]) -> Any:
        known = seen.environments[self.text]
        if len(known) < MOST:
            known.append(dict(env))
        return evaluate(self, env)

    with (
        mock.patch.object(Placing, "infer", watched_infer),
        mock.patch.object(Expression, "evaluate", watched_evaluate),
    ):
        yield seen
