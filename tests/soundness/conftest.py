"""Makes the generators of valid specs, and the harness that runs one lowering, importable here."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "codegen"), str(HERE.parent / "ops")]
