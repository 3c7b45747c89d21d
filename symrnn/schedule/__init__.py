"""Scheduling: a program in, loops over time and places for values out."""

from symrnn.schedule.plan import Place, Plan, Schedule, plan, schedule
from symrnn.schedule.stages import Order, Stage, is_total, reads_span, stages

__all__ = ["Order", "Place", "Plan", "Schedule", "Stage", "is_total", "plan", "reads_span",
           "schedule", "stages"]
