"""Scheduling: a program in, loops over time and places for values out."""

from symrnn.schedule.chunks import Chunk, chunks
from symrnn.schedule.fusion import (Addend, FusionGroup, LoopOrder, Reduction, Statement, TileSum,
                                    UnitLoop, WeightedTerm)
from symrnn.schedule.loop_nests import Kind, LoopNest, loop_nests
from symrnn.schedule.needs import GIVEN_BY_CALLER
from symrnn.schedule.places import Place, Schedule, schedule
from symrnn.schedule.plan import Plan, forward_only, plan
from symrnn.schedule.products import Product, Segment, Tile, Weights
from symrnn.schedule.stages import Order, Stage, is_reduction, reads_span, stages
from symrnn.schedule.streaming import (Columns, StreamEquation, StreamGroup, StreamPlan,
                                       stream_plan)
from symrnn.schedule.tiled import (Home, PackedWeights, Side, SideBySide, TiledChunk, TiledPlan,
                                   TiledPlans, TiledStage, Walk)

__all__ = [
    "GIVEN_BY_CALLER", "Addend", "Chunk", "Columns", "FusionGroup", "Home", "Kind", "LoopNest",
    "LoopOrder", "Order", "PackedWeights", "Place", "Plan", "Product", "Reduction", "Schedule",
    "Segment", "Side", "SideBySide", "Stage", "Statement", "StreamEquation", "StreamGroup",
    "StreamPlan", "Tile", "TileSum", "TiledChunk", "TiledPlan", "TiledPlans",
    "TiledStage", "UnitLoop", "Walk", "WeightedTerm", "Weights", "chunks", "forward_only",
    "is_reduction", "loop_nests", "plan", "reads_span", "schedule", "stages", "stream_plan",
]
