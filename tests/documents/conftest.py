"""A small site, written once for all tests of pages: a plain cell, variants, two directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from symrnn import workflow
from symrnn.cli.reference import command_line
from symrnn.rendering import write
from symrnn.targets import LANGUAGES

CELLS = ("elman", "jordan", "deep_rnn", "lstm", "lstm_peephole", "lstm_coupled",
         "lstm_coupled_input", "bidirectional_rnn", "gru", "mlstm", "lru",
         "deep_bidirectional_lstm")


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The text of every file of the site, by name."""
    found: dict[str, str] = {}
    for _, own in workflow.pages(workflow.chosen(CELLS), LANGUAGES, "html",
                                 command_line()):
        found |= own
    return found


@pytest.fixture(scope="session")
def folder(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same in a folder."""
    output = tmp_path_factory.mktemp("site")
    write(output, files)
    yield output
