"""What ``archc check`` found, as text for people and for machines: checked specs in, text out."""

from __future__ import annotations

from archc.cli.reports.github import as_github
from archc.cli.reports.json import as_json
from archc.cli.reports.sarif import as_sarif

__all__ = ["as_github", "as_json", "as_sarif"]
