"""Values as written -> values in which every ``$…`` scalar is an expression."""

from __future__ import annotations

from typing import Any

from archc.budgets import current, remedy
from archc.errors import Fix, Nearest
from archc.spec.collect import Mistakes
from archc.spec.expressions import Expression, ExpressionError, unescape
from archc.spec.meant import in_yaml, replaced
from archc.spec.nulls import cut_expression, report_nulls, was_cut
from archc.spec.tree import Map, Seq

PLAIN = (int, float, bool)


class Values:
    """Converts values. What holds no expression is returned as it is, not copied."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.names: set[str] = set()  # every name that an expression uses
        self._known: dict[str, Expression] = {}
        self._characters = 0  # of those known
        self._most = current().expressions

    def of(self, holder: Map, key: str, nulls: bool = False) -> Any:
        """The converted value of a key; in a patch (``nulls``) null is kept."""
        value = holder[key]
        kind = type(value)
        if kind is str:
            return self._text(value, holder, key) if value[:1] == "$" else value
        return value if kind in PLAIN else self._nested(value, nulls)

    def mapping(self, value: Map, nulls: bool = False) -> Map:
        """A mapping with its values converted."""
        if not nulls and None in value.values():
            report_nulls(value, self.mistakes)
        made = value.emptied()
        changed = False
        for key, item in value.items():
            new = made[key] = self.of(value, key, nulls)
            changed = changed or new is not item
        return made if changed else value

    def _nested(self, value: Any, nulls: bool) -> Any:
        if isinstance(value, Map):
            return self.mapping(value, nulls)
        if isinstance(value, Seq):
            return self._sequence(value, nulls)
        return value

    def _sequence(self, value: Seq, nulls: bool) -> Seq:
        made = value.emptied()
        changed = False
        for index, item in enumerate(value):
            kind = type(item)
            new = item
            if kind is str and item[:1] == "$":
                new = self._item(item, value, index)
            elif item is None:
                message = "null stands for nothing in a list"
                self.mistakes.add("A022", message, value.span(index), "leave the item out")
            elif kind is not str and kind not in PLAIN:
                new = self._nested(item, nulls)
            made.append(new)
            changed = changed or new is not item
        return made if changed else value

    def _text(self, text: str, holder: Map, key: str) -> Any:
        try:
            return self.expression(text)
        except ExpressionError as error:
            if not was_cut(holder, key):  # that is told where the null stands
                self._fault(error, holder, key, text)
            return text

    def _item(self, text: str, holder: Seq, index: int) -> Any:
        try:
            return self.expression(text)
        except ExpressionError as error:
            pieces = _pieces(holder, index)
            if len(pieces) == 1:
                self._fault(error, holder, index, text)
            else:
                joined = ", ".join(pieces)
                last = holder.marks[index + len(pieces) - 1]
                help, fixes = cut_expression(holder.marks[index], last, joined)
                self.mistakes.add("A012", error.message, holder.span(index), help, fixes=fixes)
            return text

    def _fault(self, error: ExpressionError, holder: Map | Seq, key: Any, text: str) -> None:
        """Report what is no expression; where another language's was meant, with archc's."""
        from archc.spec.foreign_expressions import rewritten

        fixes: tuple[Fix, ...] = ()
        ours = rewritten(text)
        if ours:
            why = "" if ours in error.help or isinstance(error.help, Nearest) else error.help
            fixes = replaced(holder, key, [in_yaml(ours, why.removesuffix(f": `{ours}`"))], "")
        at = holder.span(key)
        self.mistakes.add("A012", error.message, at, error.help, fixes=fixes)

    def expression(self, text: str) -> Any:
        """The expression of a text that starts with ``$``, or plain text where it starts with ``$$``.

        Raises:
            ExpressionError: it is none, or one too many.
        """
        known = self._known.get(text)
        if known is not None:
            return known
        if text[:2] == "$$":
            return unescape(text)
        if self._characters > self._most:
            return text  # that is told where it came to be too much
        self._characters += len(text)
        if self._characters > self._most:
            message = f"all expressions together are too long: at most {self._most:,} characters"
            raise ExpressionError(message, remedy("expressions"))
        made = self._known[text] = Expression.parse(text)
        self.names |= made.names
        return made


def _pieces(items: Seq, index: int) -> list[str]:
    """The items that were one expression before YAML cut it at its commas."""
    pieces: list[str] = []
    for item in items[index:]:
        pieces.append(str(item))
        text = ", ".join(pieces)
        if text.count("(") <= text.count(")"):
            return pieces
    return pieces[:1]
