"""Draw docs/figures anew, by the code of the pages that show them.

The charts of docs/compare.md take seconds; docs/training.md, with the longer training that its comment
offers, takes a few minutes on one thread. ``pictures.py compare`` or ``training`` draws those of one page.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib

DOCS = Path(__file__).parent
FENCE = re.compile(r"^```(python|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHORT, LONG = "depths, epochs = (8, 56), 6\n# depths", "depths"


def training() -> None:
    """The curves at the end of docs/training.md."""
    page = (DOCS / "training.md").read_text(encoding="utf-8")
    assert page.count(SHORT) == 1, "the page's settings are not where they were"
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # the same file for the same curves
    matplotlib.rcParams["svg.hashsalt"] = "archc"
    names: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for language, text in FENCE.findall(page.replace(SHORT, LONG)):
            if language == "yaml":
                Path(text.split()[1]).write_text(text, encoding="utf-8")
            else:
                exec(compile(text, "training.md", "exec"), names)
        shutil.copy("degradation.svg", DOCS / "figures")


def compare() -> None:
    """The charts of docs/compare.md, by the commands above them."""
    page = (DOCS / "compare.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(figures/([\w.-]+)\)", page))
    commands = re.findall(r"^\$ archc (.* --plot ([\w.-]+).*)$", page, re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        for arguments, file in commands:
            command = [sys.executable, "-m", "archc", *arguments.split()]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
            if file in shown:
                shutil.copy(Path(folder) / file, DOCS / "figures")


PAGES = {"compare": compare, "training": training}

if __name__ == "__main__":
    for name in sys.argv[1:] or PAGES:
        PAGES[name]()
