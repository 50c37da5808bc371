"""Makes the generator of random specs, and the test's own worker, importable by the tests here."""

import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "codegen"), str(HERE.parent / "ops")]
torch.set_num_threads(1)  # the tensors are tiny
