"""The long run: ``python tests/soundness/run.py --specs 20000 --seed 0``.

Tells how many specs were accepted and how many were refused by which code, and each spec that is unsound.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "codegen"), str(HERE.parent / "ops")]

import torch  # noqa: E402  # the folders above must be known first
from soundness import hold  # noqa: E402

EVERY = 30  # seconds between two lines


def main() -> int:
    parser = argparse.ArgumentParser(description="hold random specs to what archc promises")
    parser.add_argument("--specs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first spec")
    given = parser.parse_args()
    torch.set_num_threads(1)
    counts: Counter[str] = Counter()
    said = time.monotonic()
    for done, seed in enumerate(range(given.seed, given.seed + given.specs), 1):
        try:
            codes = hold(seed)
        except Exception:
            counts["unsound"] += 1
            traceback.print_exc(limit=-4)
            sys.stderr.flush()
            continue
        counts["accepted" if not codes else "refused"] += 1
        counts.update(codes)
        if time.monotonic() - said > EVERY or done == given.specs:
            said = time.monotonic()
            print(f"{done:,} specs: {dict(sorted(counts.items()))}", flush=True)
    return 1 if counts["unsound"] else 0


if __name__ == "__main__":
    sys.exit(main())
