"""Draw docs/figures anew: run docs/training.md, with the longer training that its comment offers.

Takes a few minutes on one thread.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import matplotlib

DOCS = Path(__file__).parent
FENCE = re.compile(r"^```(python|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHORT, LONG = "depths, epochs = (8, 56), 6\n# depths", "depths"


def main() -> None:
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


if __name__ == "__main__":
    main()
