"""Every attack of the list: exit code 2, one sentence, nothing written, nothing run, no wait."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from symrnn.cli import running
from tests.hostile.attacks import ATTACKS, Attack, laid
from tests.hostile.campaign import within

SECONDS = 20
# What Python tells its auditors when something is run or spoken to.
RUNS = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "subprocess.Popen",
        "pickle.find_class", "socket.connect", "socket.getaddrinfo")
ALONE = ("a call of Python", "a million gates", "nested brackets", "objects in an npz: import",
         "a bomb: package", "an output that is a link")
watched: list[str] = []
watching = False


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if watching and event in RUNS:
        watched.append(f"{event} {arguments!r}")


sys.addaudithook(_audit)


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Inside, nothing is run and nobody is spoken to."""
    global watching
    watched.clear()
    watching = True
    try:
        yield
    finally:
        watching = False
    assert not watched


def tree(folder: Path) -> dict[str, object]:
    """All that lies there: bytes of files, ends of links, names of folders."""
    return {str(one.relative_to(folder)): one.readlink() if one.is_symlink() else
            one.read_bytes() if one.is_file() else None for one in folder.rglob("*")}


def typed(words: str) -> list[str]:
    """The words of a command; an end of a line is part of a word."""
    return [one for one in words.split(" ") if one]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_refused(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                       capsys: pytest.CaptureFixture[str]) -> None:
    needs(attack)
    monkeypatch.chdir(tmp_path)
    laid(attack, tmp_path)
    before = tree(tmp_path)
    monkeypatch.setattr(sys, "argv", ["symrnn", *typed(attack.words)])
    with within(SECONDS), nothing_runs():
        code = running._run()
    told = capsys.readouterr()
    assert code == 2 and not told.out
    is_one_sentence(told.err, attack)
    assert tree(tmp_path) == before


def needs(attack: Attack) -> None:
    """Skip what needs a library that is not there."""
    for word, library in (("onnx", "onnx"), ("safetensors", "safetensors")):
        if word in attack.words or any(word in name for name in attack.files):
            pytest.importorskip(library)


def is_one_sentence(error: str, attack: Attack) -> None:
    first, *rest = error.removesuffix("\n").split("\n")
    assert first.startswith("symrnn: ") and attack.says in first
    assert "Traceback" not in error and error.replace("\n", "").isprintable()
    assert len(rest) in (0, 2) and len(first) < 600  # a cell file shows the line and a caret
    if rest:
        assert rest[1].strip() == "^"


@pytest.mark.parametrize("name", ALONE)
def test_a_process_of_its_own_says_the_same(name: str, tmp_path: Path) -> None:
    attack = next(one for one in ATTACKS if one.name == name)
    laid(attack, tmp_path)
    before = tree(tmp_path)
    found = subprocess.run([sys.executable, "-m", "symrnn", *typed(attack.words)], cwd=tmp_path,
                           capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 2 and not found.stdout
    is_one_sentence(found.stderr, attack)
    assert tree(tmp_path) == before


def test_the_names_of_attacks_are_all_different() -> None:
    names = [one.name for one in ATTACKS]
    assert len(names) == len(set(names)) >= 120
