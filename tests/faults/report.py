"""The figures: killed over planted, raw, by kind and by file, and the list of survivors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from tests.faults.results import Result

HOW = {"numbers": "a number of the quick probe was wrong",
       "error": "an error, or no C that compiles",
       "tests": "a test of the module turned red", "suite": "another test turned red",
       "drift": "drift of generated files alone", "time": "time was over: it hangs",
       "survived": "nothing turned red"}


def report(results: Mapping[str, Result], reasons: Mapping[str, str]) -> Iterator[str]:
    """The lines of the report."""
    found = [*results.values()]
    killed = [one for one in found if one.verdict != "survived"]
    yield f"{len(killed)} of {len(found)} faults killed{_percent(killed, found)}"
    for how, said in HOW.items():
        count = sum(one.verdict == how for one in found)
        if count:
            yield f"  {count:4d}  {said}"
    yield from _table("kind", found, lambda one: one.kind)
    yield from _table("file", found, lambda one: one.path)
    yield "survivors"
    for one in found:
        if one.verdict == "survived":
            yield f"  {one.fault}, line {one.line}: {one.before!r} -> {one.after!r}"
            yield f"      {reasons.get(one.fault, 'NO REASON IS GIVEN')}"


def _percent(some: list[Result], of: list[Result]) -> str:
    return f" ({100 * len(some) / len(of):.1f} %)" if of else ""


def _table(title: str, found: list[Result], key: Callable[[Result], str]) -> Iterator[str]:
    total = Counter(map(key, found))
    killed = Counter(key(one) for one in found if one.verdict != "survived")
    yield f"killed / planted by {title}"
    yield from (f"  {killed[one]:4d} / {total[one]:<4d} {one}" for one in sorted(total))
