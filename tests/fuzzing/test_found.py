"""Cells on which a kernel was wrong once; each file says what was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.cellfile import read
from symrnn.fuzzing import KERNELS, findings
from symrnn.fuzzing.others import OTHERS
from symrnn.pipeline import derive

FOUND = sorted(Path(__file__).with_name("found").glob("*.cell"))


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_wrong_once_is_right(path: Path) -> None:
    here = tuple(one for one in OTHERS.values() if one.is_here)
    assert findings(derive(read(path)), KERNELS, here) == []
