"""Checking: generated files against the equations, kernels against numbers."""

from symrnn.checking.drift import Drift, drift
from symrnn.checking.numeric import Finding, check_kernel

__all__ = ["Drift", "Finding", "check_kernel", "drift"]
