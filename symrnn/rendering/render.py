"""The one Jinja environment, strict: an undefined name is an error, never an empty string."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from symrnn.backends.base import Artefact

SHARED = "symrnn_simd.h"
PACKAGE = Path(__file__).resolve().parent.parent


def template_folder() -> Path:
    """The templates: inside the installed package, or beside it in a checkout."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


@cache
def environment() -> Environment:
    """Delimiters ``<< >>``, ``<% %>``, ``<# #>``: they clash with none of the languages."""
    return Environment(
        loader=FileSystemLoader(template_folder()), undefined=StrictUndefined, autoescape=False,
        variable_start_string="<<", variable_end_string=">>", block_start_string="<%",
        block_end_string="%>", comment_start_string="<#", comment_end_string="#>",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, newline_sequence="\n")


def render(template: str, content: Any) -> str:
    """One template, filled with one content, which it sees as ``code``."""
    return environment().get_template(template).render(code=content)


def rendered(artefacts: tuple[Artefact, ...]) -> dict[str, str]:
    """The text of every file by its name."""
    return {one.filename: render(one.template, one.content) for one in artefacts}


def shared() -> dict[str, str]:
    """Files that all networks share, by name."""
    return {SHARED: (template_folder() / "c" / SHARED).read_text(encoding="utf-8")}
