"""Scheduling: a program in, loops over time and places for values out."""

from symrnn.schedule.chunks import Chunk, chunks, merges
from symrnn.schedule.passes import Kind, Pass, passes
from symrnn.schedule.plan import Place, Plan, Schedule, forward_only, plan, schedule
from symrnn.schedule.products import (Product, Segment, Tile, Weights, other_terms, outer_terms,
                                      weighted)
from symrnn.schedule.stages import Order, Stage, is_total, reads_span, stages

__all__ = [
    "Chunk", "Kind", "Order", "Pass", "Place", "Plan", "Product", "Schedule", "Segment", "Stage",
    "Tile", "Weights", "chunks", "forward_only", "is_total", "merges", "other_terms",
    "outer_terms", "passes", "plan", "reads_span", "schedule", "stages", "weighted",
]
