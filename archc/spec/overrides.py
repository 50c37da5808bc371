"""What a caller gives in place of what a spec says: values of args, and shapes of inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from archc.errors import nearest
from archc.spec.collect import Mistakes
from archc.spec.keys import brief
from archc.spec.patch import copy
from archc.spec.tree import Map, Seq


def given_value(value: Any, mark: yaml.Node) -> Any:
    """A Python value as a spec holds it, marked where the value it replaces stands; None if it cannot."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        made = Map(mark)
        for key, item in value.items():
            made[str(key)] = given_value(item, mark)
        return None if None in made.values() else made
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        items = Seq(mark)
        items.extend(given_value(item, mark) for item in value)
        items.marks = [mark] * len(items)
        return None if None in items else items
    return None


def overridden_input(written: Map, given: Any, mistakes: Mistakes) -> Map:
    """The document with a caller's shape, or shapes by name, in place of its own."""
    old = written.get("input")
    mark = written.marks["input"][1] if "input" in written.marks else written.mark
    made = given_value(given, mark)
    if made is None:
        message = f"a shape must be a list of whole numbers, not {brief(given)}"
        mistakes.add("A039", message, None, "channels first, without the batch axis: [3, 224, 224]")
        return written
    if isinstance(made, Map):
        made = _by_name(old, made, mistakes)
    elif isinstance(old, Map) and len(old) > 1:
        message = f"the document has several inputs ({', '.join(old)}), and one shape was given"
        mistakes.add("A039", message, written.span("input"), "give a mapping of names to shapes")
        return written
    elif isinstance(old, Map) and old:
        only = copy(old)
        only[next(iter(old))] = made
        made = only
    result = copy(written)
    result["input"] = made
    return result


def _by_name(old: Any, given: Map, mistakes: Mistakes) -> Any:
    known = old if isinstance(old, Map) else {"input": old}
    for name in given:
        if name not in known:
            help = nearest(name, known) or f"it has {', '.join(known)}"
            mistakes.add("A039", f"the document has no input '{name}'", None, help)
    if not isinstance(old, Map):
        return given.get("input", old)
    result = copy(old)
    result.update({name: shape for name, shape in given.items() if name in known})
    return result
