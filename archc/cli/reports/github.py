"""Checked specs as workflow commands, which GitHub shows beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence

from archc.cli.checked import Checked
from archc.cli.reports.places import Found, distinct, path_of, region, words
from archc.errors import Label
from archc.printable import safe


def as_github(specs: Sequence[Checked]) -> str:
    """A line for each mistake; no line where there is none."""
    return "\n".join(map(_command, distinct(specs)))


def _command(found: Found) -> str:
    mistake, spec = found
    name = mistake.at.source.name if mistake.at is not None else spec.file
    properties: dict[str, object] = {"file": path_of(name, spec.places)}
    if mistake.at is not None:
        at = region(mistake.at)
        properties |= {
            "line": at["line"],
            "endLine": at["end_line"],
            "col": at["column"],
            "endColumn": at["end_column"],
        }
    properties["title"] = f"archc {mistake.code}"
    written = ",".join(f"{key}={_escaped_value(str(value))}" for key, value in properties.items())
    kind = "warning" if mistake.warning else "error"
    others = dict.fromkeys(_label(label) for label in mistake.labels if label.text)
    first, newline, rest = words(mistake).partition("\n")
    text = "\n".join([first, *others]) + newline + rest
    return f"::{kind} {written}::{_escaped(text)}"


def _label(label: Label) -> str:
    return f"{label.span}: {label.text}"


def _escaped(text: str) -> str:
    """A command's message, over several lines; it must not steer the log's colours."""
    return "%0A".join(safe(line).replace("%", "%25") for line in text.split("\n"))


def _escaped_value(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
