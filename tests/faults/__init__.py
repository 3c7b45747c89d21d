"""Seeded faults: the suite is tried on a symrnn that is wrong in one place.

A suite that is green tells little unless it turns red on what is wrong. Here faults are planted
one at a time into a copy of the tree, and what turns red is written down in ``results.jsonl``:
``python -m tests.faults``; ``--report`` tells what was found so far. What no test sees stands in
``survivors.toml`` with a reason why nobody can see it, or has a test since.
"""
