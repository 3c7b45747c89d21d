"""Typst to PDF by the compiler that the library typst carries: no TeX, no network, no files."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from symrnn.program import Misused, quoted

MISSING = "PDF needs a library that is not installed: pip install 'symrnn[docs]'"
MINUTES = 10  # the largest network's page takes seconds
LATIN = "New Computer Modern"  # the compiler carries it
CHINESE = ("Noto Serif CJK TC", "Source Han Serif TC", "Noto Serif TC", "Songti TC", "PMingLiU",
           "Noto Sans CJK TC", "Source Han Sans TC", "Noto Sans TC", "PingFang TC",
           "Microsoft JhengHei", "AR PL UMing TW", "AR PL UMing TW MBE", "WenQuanYi Zen Hei")


def _library() -> Any:
    try:
        import typst
    except ImportError:
        raise Misused(MISSING) from None
    return typst


@cache
def _fonts() -> Any:
    """The fonts of the system and those that the compiler carries; to find them takes a while."""
    return _library().Fonts()


def fonts(code: str) -> tuple[str, ...]:
    """The families for texts of a language, those of the other one behind them.

    Raises Misused where a language needs letters that no font here has.
    """
    known = set(_fonts().families())
    found = next(((one,) for one in CHINESE if one in known), ())
    if code.startswith("zh") and not found:
        raise Misused(f"pages in {quoted(code)} need a font with Chinese letters and this system "
                      f"has none that is known here; install Noto Serif CJK TC (Debian: "
                      f"fonts-noto-cjk), or take --lang en")
    return LATIN, *found


def compiled(source: str) -> bytes:
    """The PDF of a document. It reads no files: its root and its packages are an empty folder.

    Raises Misused where that takes longer than a page can take.
    """
    with TemporaryDirectory(prefix="symrnn-typst-") as empty:
        compiler = _library().Compiler(root=empty, font_paths=_fonts(), package_path=empty,
                                       package_cache_path=empty)
        return _in_time(lambda: compiler.compile(source.encode(), format="pdf"))


def _in_time(make: Callable[[], bytes]) -> bytes:
    """What is made by a thread that nobody waits for longer than some minutes: it cannot be ended.

    It is left behind then, and ends with the process.
    """
    made = Future[bytes]()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as error:  # whoever waits is told
            made.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return made.result(60 * MINUTES)
    except TimeoutError:
        raise Misused(f"Typst has not made a PDF within {MINUTES} minutes, so nobody waits any "
                      f"longer; take a smaller network, or --format html") from None
