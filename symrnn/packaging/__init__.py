"""Packages: a network with its weights in a folder that C projects build as it is."""

from symrnn.packaging.given import Given, given
from symrnn.packaging.kinds import KINDS, Kind
from symrnn.packaging.narrow import Difference
from symrnn.packaging.package import package
from symrnn.packaging.packaged import Packaged

__all__ = ["KINDS", "Difference", "Given", "Kind", "Packaged", "given", "package"]
