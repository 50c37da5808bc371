"""A forward pass that takes a large batch a few samples at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from archc.codegen.printer import layout

SLICES = '''
def slices(x: Tensor, samples: int) -> tuple[Tensor, ...]:
    """On a CPU a batch in equal parts of at most so many samples, whose maps stay in its cache."""
    if not x.is_cpu or torch.compiler.is_compiling():
        return (x,)
    return x.tensor_split(max(1, -(-len(x) // samples)))
'''.lstrip()


def sliced(samples: int, inputs: Sequence[str], outputs: int, tuple_name: str) -> Iterator[str]:
    """The first statements of a ``forward``: with more than ``samples``, each slice has its turn.

    ``tuple_name`` is that of the named tuple of the results, if there is one.
    """
    parts, part, results = (_free(word, inputs) for word in ("parts", "part", "results"))
    each = [f"slices({name}, {samples})" for name in inputs]
    cut, star = (
        (each[0], "") if len(each) == 1 else (f"[*zip({', '.join(each)}, strict=True)]", "*")
    )
    yield from layout(f"{parts} = ", _parsed(cut), 8)
    yield f"        if len({parts}) > 1 and not self.training:"
    runs = f"[self.forward({star}{part}) for {part} in {parts}]"
    if outputs == 1:
        yield from layout("return ", _parsed(f"torch.cat({runs})"), 12)
        return
    yield from layout(f"{results} = ", _parsed(runs), 12)
    joined = f"(torch.cat(each) for each in zip(*{results}))"
    yield f"            return {tuple_name or 'tuple'}{f'(*{joined})' if tuple_name else joined}"


def _free(word: str, taken: Sequence[str]) -> str:
    return _free(f"{word}_", taken) if word in taken else word


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
