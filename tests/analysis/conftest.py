"""Makes the generator of random specs importable by the tests here."""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "codegen"), str(TESTS / "ops")]
