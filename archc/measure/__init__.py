"""Measuring: what runs in turns with what, in which time, and how near to what the machine can do.

Nothing here knows of the command line; `archc bench` and the benchmarks call the same functions.
"""
