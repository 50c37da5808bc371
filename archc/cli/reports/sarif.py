"""Checked specs as SARIF, which code scanning and editors read.

Static Analysis Results Interchange Format 2.1.0,
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archc import __version__
from archc.cli.checked import Checked
from archc.cli.reports.places import Found, as_text, distinct, path_of, region, words
from archc.errors import Edit, Fix, Label, Mistake, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
KINDS = (  # of mistakes, by the first number that is not of the kind; docs/errors.md has these parts
    (20, "the text cannot be read"),
    (40, "a document or its inheritance is wrong"),
    (60, "nodes cannot be expanded or wired"),
    (80, "a setting or shape does not fit"),
    (90, "it cannot be drawn or built"),
    (100, "weights do not fit"),
)


def as_sarif(specs: Sequence[Checked]) -> str:
    """A log with one run."""
    found = list(distinct(specs))
    rules = sorted({(one.mistake.code, one.mistake.warning) for one in found})
    numbers = {code: number for number, code in enumerate(dict.fromkeys(code for code, _ in rules))}
    run = {
        "tool": {"driver": {
            "name": "archc",
            "version": __version__,
            "rules": [_rule(code, dict(rules)[code]) for code in numbers],
        }},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, numbers) for one in found],
    }  # fmt: skip
    return as_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, warning: bool) -> dict[str, Any]:
    """Without a ``helpUri``: it must be absolute, and the pages lie beside the source."""
    page = f"docs/errors/{code}.md"
    return {
        "id": code,
        "shortDescription": {"text": _kind(code)},
        "help": {"text": f"archc's {page} has an example, wrong and mended."},
        "defaultConfiguration": {"level": _level(warning)},
    }


def _kind(code: str) -> str:
    if code.startswith("W"):
        return "allowed, but probably not meant"
    return next((words for end, words in KINDS if int(code[1:]) < end), "wrong")


def _level(warning: bool) -> str:
    return "warning" if warning else "error"


def _result(found: Found, numbers: Mapping[str, int]) -> dict[str, Any]:
    mistake, spec = found
    at = _physical(mistake.at, spec.places) if mistake.at else _file(spec.file, spec.places)
    result: dict[str, Any] = {
        "ruleId": mistake.code,
        "ruleIndex": numbers[mistake.code],
        "level": _level(mistake.warning),
        "message": {"text": words(mistake)},
        "locations": [{"physicalLocation": at}],
    }
    related = [_related(label, spec.places) for label in _labels(mistake)]
    if related:
        result["relatedLocations"] = related
    if mistake.fix is not None:
        result["fixes"] = [_fix(mistake.fix, spec.places)]
    return result


def _labels(mistake: Mistake) -> Iterable[Label]:
    """Without repetitions, which the schema forbids."""
    return dict.fromkeys(mistake.labels)


def _related(label: Label, places: Mapping[str, Path]) -> dict[str, Any]:
    message = {"message": {"text": label.text}} if label.text else {}
    return {"physicalLocation": _physical(label.span, places), **message}


def _physical(span: Span, places: Mapping[str, Path]) -> dict[str, Any]:
    return {**_file(span.source.name, places), "region": _region(span)}


def _file(name: str, places: Mapping[str, Path]) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(path_of(name, places))}}


def _uri(path: str) -> str:
    """Relative for what lies below the current folder; other files are named in full."""
    if Path(path).is_absolute():
        return Path(path).as_uri()
    return quote(path.encode("utf-8", "surrogateescape"))


def _region(span: Span) -> dict[str, int]:
    at = region(span)
    return {
        "startLine": at["line"],
        "startColumn": at["column"],
        "endLine": at["end_line"],
        "endColumn": at["end_column"],
    }


def _fix(fix: Fix, places: Mapping[str, Path]) -> dict[str, Any]:
    files: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        files.setdefault(edit.span.source.name, []).append(edit)
    changes = [
        {**_file(name, places), "replacements": list(map(_replacement, edits))}
        for name, edits in files.items()
    ]
    return {"description": {"text": fix.words}, "artifactChanges": changes}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
