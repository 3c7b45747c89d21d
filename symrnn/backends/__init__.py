"""Backends: one module and one template folder each, and one row in ``symrnn/targets.py``."""
