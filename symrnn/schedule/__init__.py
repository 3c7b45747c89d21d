"""Scheduling: a program in, loops over time and places for values out."""

from symrnn.schedule.plan import Place, Plan, Schedule, forward_only, plan, schedule
from symrnn.schedule.stages import Order, Stage, is_total, reads_span, stages

__all__ = ["Order", "Place", "Plan", "Schedule", "Stage", "forward_only", "is_total", "plan",
           "reads_span", "schedule", "stages"]
