"""Certificates on pages: read as ``verify`` wrote them, of these equations, refused otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import symrnn
from symrnn import workflow
from symrnn.checking.certificate import certificate
from symrnn.documents.certified import certified
from symrnn.rendering import FileRefused
from symrnn.targets import CHECKED

NUMPY = tuple(one for one in CHECKED if one.backend == "numpy")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    found = certificate(symrnn.elman(), "elman", "symrnn verify elman --seed 0", targets=NUMPY)
    (folder / "elman.json").write_text(found.json, encoding="utf-8")
    return folder


def test_a_page_shows_what_was_found(written: Path) -> None:
    told = json.loads((written / "elman.json").read_text(encoding="utf-8"))
    found = certified(written, "elman", symrnn.elman())
    assert found.by == ("NumPy, float64",) and found.command == told["command"]
    assert [who for who, _ in found.alone] == ["derivation", "interpreter"]
    assert [one.rung for one in found.rows] == [one["rung"] for one in told["compared"]][2:]
    assert [one.ulps[0][0] for one in found.rows] == [one["ulps"] for one in told["measured"]][2:]
    (_, files), *_ = workflow.pages(workflow.chosen(["elman"]), ("en", "zh-TW"), "html",
                                    certificates=written)
    for code, says in (("en", "Hessian products"), ("zh-TW", "Hessian 乘積")):
        page = files[f"{code}/elman.html"]
        assert isinstance(page, str)
        assert f"<th scope=row>{says}</th>" in page
        assert f"{found.rows[0].ulps[0][0]:.1f}</td>" in page


def test_paper_shows_it_too(written: Path) -> None:
    pytest.importorskip("typst")
    (_, files), *_ = workflow.pages(workflow.chosen(["elman"]), ("en", "zh-TW"), "pdf",
                                    certificates=written)
    assert all(isinstance(one, bytes) and one.startswith(b"%PDF") for one in files.values())


@pytest.mark.parametrize(("change", "says"), [
    ({"equations": "0" * 64}, "is of other equations than those of 'elman'"),
    ({"compared": []}, "it is no certificate"),
    ({"compared": "rung"}, "it is no certificate"),
    ({"measured": None}, "it is no certificate"),
])
def test_another_certificate_is_refused(
        written: Path, tmp_path: Path, change: dict[str, Any], says: str) -> None:
    told = json.loads((written / "elman.json").read_text(encoding="utf-8"))
    (tmp_path / "elman.json").write_text(json.dumps({**told, **change}), encoding="utf-8")
    with pytest.raises(FileRefused, match=says):
        certified(tmp_path, "elman", symrnn.elman())


@pytest.mark.parametrize(("place", "word", "value", "says"), [
    ("measured", "holds", False, "something does not hold"),
    ("compared", "rung", "<script>", "it is no certificate"),
    ("measured", "ulps", "many", "it is no certificate"),
])
def test_what_does_not_hold_or_is_not_ours_is_refused(
        written: Path, tmp_path: Path, place: str, word: str, value: object, says: str) -> None:
    told = json.loads((written / "elman.json").read_text(encoding="utf-8"))
    told[place][3][word] = value
    (tmp_path / "elman.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(FileRefused, match=says):
        certified(tmp_path, "elman", symrnn.elman())


def test_a_missing_one_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"`symrnn verify elman --output .*` writes it"):
        certified(tmp_path, "elman", symrnn.elman())
