"""Worked examples of lecture notes: the network that they are about, and all its values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symrnn.adjoint import Terms
from symrnn.authoring import Architecture, Lesson
from symrnn.checking.reference import Case
from symrnn.documents.equations import Equations
from symrnn.documents.example import Worked, named, table
from symrnn.documents.worked import LessonShown
from symrnn.pipeline import derive
from symrnn.program import FED, Role
from symrnn.program.interpret import Interpreter
from symrnn.schedule import Plan

FOLDER = "lessons/"  # of their scripts


def lessons(one: Architecture) -> Iterator[LessonShown]:
    """The lessons of an architecture, step by step."""
    for lesson in one.lessons:
        plan = derive(one.build(**lesson.options))
        forward = Equations(plan.program)
        worked = Worked(lesson_case(plan, lesson), f"{one.name}_{lesson.name}",
                        Terms(plan.gradient, {}, {}), FOLDER)
        given = named(plan.program, Role.PARAMETER, *FED)
        yield LessonShown(
            worked.script, 1, lesson.told, lesson.source,
            tuple(row.formula for row in forward.rows), worked.steps,
            table(worked, forward, given), table(worked, forward, forward.by_name))


def lesson_case(plan: Plan, lesson: Lesson) -> Case:
    """The numbers of a lesson as a case; what it does not tell is zero."""
    sizes = {"T": len(lesson.inputs), "B": 1, **lesson.sizes}
    sizes = Interpreter(plan.program, {}, sizes).sizes
    told: dict[str, Any] = {**lesson.parameters, **{
        one.name: np.array(lesson.inputs)[:, None] for one in plan.program.with_role(Role.INPUT)}}
    wanted = [*plan.program.with_role(Role.PARAMETER, *FED, Role.INITIAL),
              *plan.gradient.with_role(Role.COTANGENT)]
    values = {one.name: np.zeros([sizes[axis] for axis in one.shape]) + told.get(one.name, 0)
              for one in wanted}
    return Case(plan, sizes, values)
