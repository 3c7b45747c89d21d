"""The same pictures for LaTeX: plain letters, and a document that compiles."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import symrnn
from symrnn.rendering import is_ours

DOCUMENT = r"""\documentclass{article}
\usepackage[paperwidth=60cm, paperheight=30cm, margin=1cm]{geometry}
\usepackage{amsmath, tikz}
\begin{document}
%s
\end{document}
"""


@pytest.mark.parametrize("name", symrnn.cell_names())
def test_it_is_written_in_letters_that_every_tex_reads(name: str, tmp_path: Path) -> None:
    text = symrnn.diagram(symrnn.cell(name)).tikz
    assert text.isascii() and text.count(r"\draw[edge") >= 3
    path = tmp_path / "picture.tex"
    path.write_text(text)
    assert is_ours(path)


def test_pictures_compile_without_a_complaint(tmp_path: Path) -> None:
    shown = [("lstm", 0), ("mlstm", 0), ("rwkv7", 0), ("mass_conserving_lstm", 0),
             ("deep_bidirectional_lstm", 3)]
    pages = [symrnn.diagram(symrnn.cell(name), unroll).tikz for name, unroll in shown]
    (tmp_path / "all.tex").write_text(DOCUMENT % "\n\\newpage\n".join(pages))
    run = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
                         cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Overfull" not in run.stdout and "Missing character" not in run.stdout
