"""Changed inputs by day; ``python -m tests.hostile.campaign`` tries 20,000 by night."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from symrnn.program import Misused, ProgramError
from tests.hostile import campaign, mutations, seeds

INPUTS, PARTS = 480, 4


@pytest.fixture(autouse=True)
def libraries() -> None:
    for one in ("onnx", "safetensors"):
        pytest.importorskip(one)


@pytest.mark.filterwarnings("ignore")  # numbers that overflow, as the files say
@pytest.mark.parametrize("part", range(PARTS))
def test_changed_files_are_taken_or_refused(part: int) -> None:
    count = INPUTS // PARTS
    report = campaign.run(count, first=part * count)
    assert not report.wrong, str(report)
    assert report.megabytes < campaign.MEGABYTES


def test_what_a_library_repeats_of_a_file_is_made_safe(tmp_path: Path) -> None:
    """A header with an unknown type, which the library's message quotes: found by the campaign."""
    header = b'{"W":{"dtype":"F3\\u007f","shape":[1],"data_offsets":[0,4]}}'
    path = tmp_path / "input.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    for reader in (campaign.load, campaign.read):
        with pytest.raises(ProgramError, match="no complete safetensors file") as refused:
            reader(path)
        assert str(refused.value).isprintable()


def test_every_seed_is_good(tmp_path: Path) -> None:
    for kind in campaign.KINDS.values():
        if kind.ending != ".cell":
            continue
        for text in seeds.cells():
            (tmp_path / "good.cell").write_text(text, encoding="utf-8")
            kind.taken(tmp_path / "good.cell")


def test_the_same_number_is_the_same_input() -> None:
    for kind in campaign.KINDS.values():
        assert kind.changed(random.Random(7)) == kind.changed(random.Random(7))


def test_many_changed_cells_are_still_cells(tmp_path: Path) -> None:
    """Else only the first lines of the reader would be tried."""
    texts = [mutations.of_grammar(random.Random(one), *seeds.cells()[:2]) for one in range(80)]
    assert len(set(texts)) > 60
    report = campaign.run(80, only="cell by grammar")
    assert report.taken["cell by grammar"] >= 8


@pytest.mark.parametrize(("taken", "words"), [
    (lambda path: 1 / 0, "ZeroDivisionError"),
    (lambda path: refuse("a\nb"), "several lines"),
    (lambda path: refuse("\x1b[31m"), "what a terminal would obey"),
    (lambda path: refuse(""), "no sentence"),
    (lambda path: (path.parent / "new").touch(), "a file was written"),
    (lambda path: endless(), "TooSlow"),
])
def test_what_is_wrong_is_seen(taken: object, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = campaign.Kind(".cell", lambda draw: b"", taken)  # type: ignore[arg-type]
    monkeypatch.setitem(campaign.KINDS, "planted", kind)
    monkeypatch.setattr(campaign, "SECONDS", 0.2)
    (found,) = campaign.run(1, only="planted").wrong
    assert words in found


def refuse(words: str) -> None:
    raise Misused(words)


def endless() -> None:
    while True:
        pass
