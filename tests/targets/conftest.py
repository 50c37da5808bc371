"""Makes the harness beside the tests, and the generator of random specs, importable."""

import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "codegen"), str(HERE.parent / "ops")]
torch.set_num_threads(1)
