"""What `symrnn list` prints: the cells that a reader looks for, or the tags that they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from symrnn.cli import completion
from symrnn.tags import TAGS, unknown
from symrnn.titles import Listed


def tag_option() -> Any:
    """The option that takes tags, each of them checked."""
    return typer.Option("--tag", metavar="TAG", callback=_known, autocompletion=completion.tags,
                        help="Only cells with this tag; several times: with all of them.")


def _known(tags: list[str] | None) -> list[str] | None:
    wrong = unknown(tags or ())
    if wrong:
        raise typer.BadParameter(wrong)
    return tags


def chosen(known: Sequence[Listed], word: str, tags: Sequence[str]) -> list[Listed]:
    """The cells with all of these tags, and the word in their name, title or tags."""
    return [one for one in known if {*tags} <= {*one.tags}
            and word.casefold() in "\n".join((one.name, one.title, *one.tags)).casefold()]


def cells(found: Sequence[Listed], known: int, word: str, tags: Sequence[str]) -> str:
    """Name and title, a line each, then how many; of a search the tags too, which tell why."""
    if not found:
        return f"none of the {known} cells has {_wanted(word, tags)}"
    searched = bool(word or tags)
    width = max(len(one.name) for one in found)
    lines = [f"{one.name.ljust(width)}  {one.title}"
             + f"  [{', '.join(one.tags)}]" * searched for one in found]
    many = f"{len(found)} of {known}" if searched else f"{known} in all"
    return "\n".join([*lines, "", f'{many}; in Python: symrnn.cell("NAME")'])


def _wanted(word: str, tags: Sequence[str]) -> str:
    """What was looked for."""
    parts = [f"{word!r} in its name, title or tags"] * bool(word)
    parts += [f"the tag{'s' * (len(tags) > 1)} {' and '.join(tags)}"] * bool(tags)
    return " and ".join(parts)


def meanings(found: Sequence[Listed]) -> str:
    """Every tag that these cells have: how many of them have it, and what it means."""
    count = {tag: sum(tag in one.tags for one in found) for tag in TAGS}
    width = max(map(len, TAGS))
    lines = [f"{tag.ljust(width)}  {number:2}  {TAGS[tag]}"
             for tag, number in count.items() if number]
    return "\n".join([*lines, "", f"of {len(found)} cells; `symrnn list --tag linear "
                                  f"--tag matrix` lists what has both"])
