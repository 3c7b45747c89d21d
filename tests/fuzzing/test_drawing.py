"""What a seed draws depends on nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from symrnn.fuzzing.campaign import Campaign
from symrnn.fuzzing.lengths import Lengths


class Drawn(Campaign):
    """Keeps the cells, tries none."""

    def tried(self, text: str, long: Lengths) -> None:
        print(text, long)


def test_a_seed_draws_the_same_whatever_else_is_loaded_and_drawn(
        capsys: object, tmp_path: Path) -> None:
    @given(st.lists(st.integers()))
    def others_are_drawn(numbers: list[int]) -> None:
        assert isinstance(numbers, list)

    others_are_drawn()
    (tmp_path / "numbers_of_its_own.py").write_text("LEAST, MOST = 7, 13\nNAME = 'x13'\n")
    run = "from tests.fuzzing.test_drawing import Drawn; Drawn(10, 5).run()"
    texts = [subprocess.run([sys.executable, "-c", more + run], capture_output=True, text=True,
                            check=True, timeout=300).stdout
             for more in ("", f"import sys; sys.path.append({str(tmp_path)!r}); "
                          "import numbers_of_its_own, symrnn.documents, sympy.stats; ")]
    Drawn(10, 5).run()
    texts.append(capsys.readouterr().out)  # type: ignore[attr-defined]
    assert texts[0].count("cell ") >= 10 and texts == texts[:1] * 3
