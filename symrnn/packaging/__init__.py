"""Packages: a network with its weights in a folder that C projects build as it is."""

from symrnn.packaging.given import Given, given
from symrnn.packaging.kinds import KINDS, Kind
from symrnn.packaging.package import package

__all__ = ["KINDS", "Given", "Kind", "given", "package"]
