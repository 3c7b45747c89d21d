"""The script of a network as pages have it: one file, whoever of them computes with it."""

from __future__ import annotations

from dataclasses import replace

from symrnn.adjoint import Terms, with_terms
from symrnn.backends.base import Artefact
from symrnn.backends.javascript import javascript_backend
from symrnn.schedule import Plan


def page_terms(plan: Plan) -> Terms:
    """The backward pass of a page, every term of it a value of its own."""
    return with_terms(plan.gradient, plan.program)


def page_plan(plan: Plan, terms: Terms | None = None) -> Plan:
    """The plan that the script of a page is printed from."""
    return replace(plan, gradient=(terms or page_terms(plan)).program)


def page_script(plan: Plan, name: str, terms: Terms | None = None) -> Artefact:
    """The script; its costs are those of the equations as they are written."""
    (found,) = javascript_backend(page_plan(plan, terms), name, plan)
    return found
