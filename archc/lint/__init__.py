"""Warnings about what a spec may say but probably does not mean: one function for each rule."""

from archc.lint.rules import RULES, Rule, lint
from archc.lint.settings import Settings

__all__ = ["RULES", "Rule", "Settings", "lint"]
