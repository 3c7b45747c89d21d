"""Where compiled code is kept: a folder of this user's, or else a temporary one, and one line."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from symrnn.runtime import CompilerFailed, cache
from symrnn.runtime.compiler import loaded


@pytest.fixture(autouse=True)
def afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test has temporary folders of its own and hears everything for the first time."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path / "cache"))
    for one in (cache._temporary, cache._tell):
        one.cache_clear()
    yield tmp_path
    for one in (cache._temporary, cache._tell):
        one.cache_clear()


def written(folder: Path) -> Path:
    path = folder / "made"
    path.write_text("made")
    return path


def refused(folder: Path) -> Path:
    raise AssertionError("made again")


def own() -> Path:
    return Path(tempfile.gettempdir()) / f"symrnn-{os.getuid()}"


def test_what_is_there_is_not_made_again(afresh: Path) -> None:
    assert cache.kept("a", written) == cache.kept("a", refused) == afresh / "cache" / "a"
    assert stat.S_IMODE((afresh / "cache").stat().st_mode) == 0o700
    assert [one.name for one in (afresh / "cache").iterdir()] == ["a"]


def no_home(folder: Path, patch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    patch.delenv("SYMRNN_CACHE")
    patch.delenv("XDG_CACHE_HOME", raising=False)
    patch.setattr(Path, "home", unknown)


def a_file(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "cache").write_text("no folder")


def everybodys(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)


def anothers(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / "cache").mkdir()
    (folder / "cache" / "a").write_text("planted")
    real = cache.is_own
    patch.setattr(cache, "is_own", lambda path: "cache" not in path.parts and real(path))


def full(folder: Path, patch: pytest.MonkeyPatch) -> None:
    real = tempfile.TemporaryDirectory

    def made(**options: object) -> object:
        if Path(str(options["dir"])).name == "cache":
            raise OSError(28, "No space left on device")
        return real(**options)  # type: ignore[call-overload]

    patch.setattr(cache.tempfile, "TemporaryDirectory", made)


@pytest.mark.parametrize(("spoil", "why"), [
    (no_home, "there is no home folder"), (a_file, "File exists"),
    (everybodys, "another user may write there"), (anothers, "another user may write there"),
    (full, "No space left on device")])
def test_a_temporary_folder_takes_its_place_and_one_line_says_so(
        spoil: object, why: str, afresh: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    spoil(afresh, monkeypatch)  # type: ignore[operator]
    assert cache.kept("a", written) == cache.kept("a", refused) == own() / "a"
    assert cache.kept("b", written) == own() / "b"
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and why in said and str(own()) in said
    assert "$SYMRNN_CACHE names another folder" in said
    assert stat.S_IMODE(own().stat().st_mode) == 0o700


def test_what_others_may_have_written_is_never_loaded(afresh: Path) -> None:
    assert cache.kept("a", written).read_text() == "made"
    (afresh / "cache" / "a").write_text("planted")
    (afresh / "cache").chmod(0o777)
    assert cache.kept("a", written) == own() / "a"


def test_a_file_that_others_may_write_is_made_again(afresh: Path) -> None:
    path = cache.kept("a", written)
    path.write_text("planted")
    path.chmod(0o666)
    assert cache.kept("a", written).read_text() == "made"


def test_a_name_among_the_temporary_ones_that_is_taken(
        afresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_file(afresh, monkeypatch)
    own().mkdir()
    own().chmod(0o777)
    path = cache.kept("a", written)
    assert path.parent != own() and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_folder_at_all_is_one_sentence(afresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_file(afresh, monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(afresh / "cache"))
    with pytest.raises(CompilerFailed, match=r"cannot be kept in .* \$SYMRNN_CACHE, or use"):
        cache.kept("a", written)


def test_what_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.so"
    path.write_text("no library")
    with pytest.raises(CompilerFailed, match=r"cannot be loaded .* \$SYMRNN_CACHE, or use"):
        loaded(path)


def test_a_cache_that_is_a_file_stops_nobody(afresh: Path) -> None:
    """Nor is there a word of --output, which is for generated files."""
    a_file(afresh, pytest.MonkeyPatch())
    found = subprocess.run(
        [sys.executable, "-c", "import symrnn; symrnn.compile(symrnn.elman())"], check=False,
        capture_output=True, text=True, env={**os.environ, "TMPDIR": str(afresh / "temporary")})
    assert found.returncode == 0, found.stderr
    assert "$SYMRNN_CACHE" in found.stderr and "--output" not in found.stderr
