"""Scans in parallel over time: pieces of a sequence run side by side, as if they were samples."""

from symrnn.parallel.newton import Newton, NotConverged
from symrnn.parallel.scan import ParallelScan, parallel_scan

__all__ = ["Newton", "NotConverged", "ParallelScan", "parallel_scan"]
