"""``symrnn docs`` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from symrnn import cli, workflow
from symrnn.cellfile import starter
from symrnn.program import ProgramError, UnknownName


def invoke(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["docs", *words])


def test_pages_of_one_cell_in_one_language(tmp_path: Path) -> None:
    result = invoke("elman", "--lang", "zh-TW", "--output", str(tmp_path / "site"))
    assert result.exit_code == 0, result.output
    site = tmp_path / "site"
    found = {str(one.relative_to(site)) for one in site.rglob("*") if one.is_file()}
    assert found == {"index.html", "font.css", "code.js", "script.js", "flow.js", "live.js",
                     "style.css", "shared/elman.js",
                     "kernels/elman.js", "kernels/elman.json",
                     "kernels/lessons/elman_lecture.js", "kernels/lessons/elman_lecture.json",
                     "zh-TW/elman.html", "zh-TW/index.html"}
    assert "14 files of 1 architecture" in result.stdout


def test_a_cell_of_a_file_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "my.cell").write_text(starter("my"), encoding="utf-8")
    result = invoke(str(tmp_path / "my.cell"), "--lang", "en", "-o", str(tmp_path / "site"))
    assert result.exit_code == 0, result.output
    assert "equation-1" in (tmp_path / "site/en/my.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["index", "Guide"])
def test_no_cell_is_written_over_another_page_of_the_site(name: str, tmp_path: Path) -> None:
    text = starter("my").replace("my", name)
    (tmp_path / f"{name}.cell").write_text(text, encoding="utf-8")
    result = invoke(str(tmp_path / f"{name}.cell"), "--lang", "en", "-o", str(tmp_path / "site"))
    assert isinstance(result.exception, ProgramError) and not (tmp_path / "site").exists()
    told = f"cell '{name}' would be written over {name.lower()}.html"
    assert told in str(result.exception) and "rename" in str(result.exception)


def test_no_script_of_a_cell_is_written_over_that_of_an_example(tmp_path: Path) -> None:
    """What else a page computes with is called like a cell, and lies in a folder of its own."""
    (tmp_path / "own.cell").write_text(starter("elman_lecture"), encoding="utf-8")
    networks = [workflow.find("elman"), workflow.find(str(tmp_path / "own.cell"))]
    first, second = ({path: text for _, files in workflow.pages([one], ["en"], "html")
                      for path, text in files.items()} for one in networks)
    assert {path for path in first if second.get(path, first[path]) != first[path]} == {
        "en/index.html"}
    assert "kernels/lessons/elman_lecture.js" in first and "kernels/elman_lecture.js" in second


def test_what_is_written_once_is_written_over_and_what_is_foreign_is_not(tmp_path: Path) -> None:
    for _ in range(2):
        assert invoke("elman", "--lang", "en", "-o", str(tmp_path)).exit_code == 0
    (tmp_path / "style.css").write_text("mine", encoding="utf-8")
    assert invoke("elman", "--lang", "en", "-o", str(tmp_path)).exit_code != 0
    assert (tmp_path / "style.css").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", [("--lang", "fr"), ("--format", "docx")])
def test_other_languages_and_formats_are_refused(words: tuple[str, str]) -> None:
    result = invoke("elman", *words)
    assert result.exit_code == 2
    assert words[1] in result.output and "Traceback" not in result.output


def test_so_they_are_below_the_command() -> None:
    with pytest.raises(UnknownName, match="'fr'; there are en and zh-TW"):
        list(workflow.pages(workflow.chosen(["elman"]), ["fr"], "html"))
    with pytest.raises(UnknownName, match="'docx'; there are html, pdf, latex"):
        list(workflow.pages(workflow.chosen(["elman"]), ["en"], "docx"))
