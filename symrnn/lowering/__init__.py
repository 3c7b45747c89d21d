"""From a schedule to a loop tree: the portable one, that which keeps all, and the tiled one."""

from symrnn.lowering.arrays import ALL_REAL, STREAMED, Arrays, Locals, Stored
from symrnn.lowering.interface import ARGUMENTS, signature, structs_of
from symrnn.lowering.kept import KeptArrays, kept
from symrnn.lowering.portable import Interface, Lowered, portable
from symrnn.lowering.samples import InSamples, in_samples
from symrnn.lowering.samples_arrays import MOST_LYING
from symrnn.lowering.stream import StreamStep
from symrnn.lowering.stream_layout import StreamLayout
from symrnn.lowering.tiled import TiledFunction, TiledInterface, tiled
from symrnn.lowering.tiled_packing import packing
from symrnn.lowering.tiled_sides import meetings_of, places_to_meet, spared
from symrnn.lowering.sizes import GIVEN, FixedSizes, free_sizes

__all__ = [
    "ALL_REAL", "ARGUMENTS", "GIVEN", "MOST_LYING", "STREAMED", "Arrays", "FixedSizes", "InSamples",
    "Interface", "KeptArrays", "Locals", "Lowered", "Stored", "StreamLayout", "StreamStep",
    "TiledFunction", "TiledInterface", "free_sizes", "in_samples", "kept", "meetings_of", "packing",
    "places_to_meet", "portable", "signature", "spared", "structs_of", "tiled",
]
