"""Passes: a graph for inference that computes the same with less work, and its weights.

:data:`~archc.passes.optimise.PASSES` lists them in the order in which they run.
"""
