"""Which elements of a page are open, as the HTML standard has it: some ends go without saying."""

from __future__ import annotations

CELLS, ROWS = ("td", "th"), ("td", "th", "tr", "thead", "tbody")
CLOSES = {"td": CELLS, "th": CELLS, "tr": (*CELLS, "tr"), "tbody": ROWS, "thead": ROWS,
          "dt": ("dt", "dd"), "dd": ("dt", "dd")}  # by what begins, what is over then
IMPLIED = {"table": ROWS, "thead": ROWS, "tbody": ROWS, "tr": CELLS, "dl": ("dt", "dd"),
           "div": ("dt", "dd")}  # by what ends, what may be open in it


class Open(list[str]):
    """The elements around a place, the innermost one last."""

    def begin(self, tag: str) -> None:
        """An element begins; the cell or row before it is over."""
        self._over(CLOSES.get(tag, ()))
        self.append(tag)

    def end(self, tag: str) -> bool:
        """An element ends: true where it is the innermost of those whose end must be written."""
        self._over([one for one in IMPLIED.get(tag, ()) if one != tag])
        return bool(self) and self.pop() == tag

    def _over(self, ended: tuple[str, ...] | list[str]) -> None:
        while self and self[-1] in ended:
            self.pop()
