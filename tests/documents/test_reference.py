"""The reference: no public name and no option is missing, and what nobody tells fails the build."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

import symrnn
from symrnn import cli, workflow
from symrnn.cli.reference import _command, command_line
from symrnn.documents.html import Html
from symrnn.documents.reference import names, recipes, source
from symrnn.documents.reference.names import groups, named
from symrnn.documents.reference.pages import ADDRESSES, NAMES, Reference
from symrnn.documents.reference.prose import Prose, Taken
from symrnn.documents.reference.source import Undocumented
from symrnn.targets import LANGUAGES
from tests.release.public import released

COMMANDS = {one.name: one for one in command_line().commands}
TOLD = {one.name: one for group in groups() for one in group.names}
EXAMPLES = [(name, example) for name, one in COMMANDS.items() for example in one.examples]
LIGHT = ("compare", "grad", "help", "list", "new", "package", "show")  # run here in a second
EACH = pytest.mark.parametrize("code", LANGUAGES)


@pytest.mark.parametrize("name", [one for one in released() if one.startswith("symrnn.")])
def test_every_released_name_of_python_is_told_with_its_arguments(name: str) -> None:
    text = "\n".join(TOLD[name].signature)
    for argument in released()[name]:
        assert re.search(rf"\b{argument}\b", text), argument


@pytest.mark.parametrize("name", [one for one in released() if not one.startswith("symrnn.")])
def test_every_released_command_is_told_with_its_options(name: str) -> None:
    told = COMMANDS[name.removeprefix("symrnn ")]
    written = {way for one in told.options for way in one.written}
    arguments = sum(not one.startswith("-") for one in written)
    wanted = {one for one in released()[name] if one.startswith("-")}
    assert wanted <= written and arguments == len(released()[name] - wanted)


@pytest.mark.parametrize("name", [one for one in symrnn.__all__
                                  if inspect.isfunction(getattr(symrnn, one))])
def test_what_is_read_as_text_is_what_python_says(name: str) -> None:
    """Nothing is imported to be told, so a decorator or a default may be missed."""
    found = inspect.signature(getattr(symrnn, name))
    told = source.definition(f"symrnn.{name}").arguments
    assert [one.partition(":")[0].partition("=")[0].lstrip("*") for one in told if one != "*"] == \
        [*found.parameters]
    for one in told:
        default = found.parameters[re.split(r"[:=]", one.lstrip("*"))[0]].default \
            if one != "*" else inspect.Parameter.empty
        if default is not inspect.Parameter.empty:
            assert one.rpartition("=")[2].strip() == repr(default), one
    assert TOLD[f"symrnn.{name}"].docstring == inspect.getdoc(getattr(symrnn, name))


def test_methods_are_those_that_are_there() -> None:
    for one in symrnn.__all__:
        for member in TOLD[f"symrnn.{one}"].members:
            assert inspect.getdoc(getattr(getattr(symrnn, one), member.short)) == member.docstring


def test_errors_are_told_by_names_that_can_be_caught() -> None:
    """By their names in symrnn or in Python; inner classes of errors are none of the reader's."""
    inner = {name for module in [*sys.modules.values()]
             if getattr(module, "__name__", "").startswith("symrnn.")
             for name, one in vars(module).items()
             if inspect.isclass(one) and issubclass(one, Exception)
             and one.__module__.startswith("symrnn.") and not hasattr(symrnn, name)}
    assert {"Misused", "FileRefused"} <= inner
    told = [one.docstring for group in TOLD.values() for one in (group, *group.members)]
    assert [text for text in told if inner & {*re.findall(r"\w+", text)}] == []


def test_no_library_is_needed_to_tell_its_names() -> None:
    code = ("import sys; sys.modules.update(torch=None, jax=None, keras=None, onnx=None)\n"
            "from symrnn.documents.reference.names import groups\n"
            "print(*(one.name for group in groups() for one in group.names))")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"symrnn.torch.module", "symrnn.jax.kernel"} <= {*found.stdout.split()} == {*TOLD}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of another public name in the place of this one."""
    (tmp_path / "symrnn").mkdir()
    monkeypatch.setattr(source, "ROOT", tmp_path)
    monkeypatch.setattr(names, "MODULES", ("symrnn",))
    source._parsed.cache_clear()
    groups.cache_clear()
    yield tmp_path / "symrnn" / "api.py"
    source._parsed.cache_clear()
    groups.cache_clear()


@pytest.mark.parametrize(("text", "wanted"), [
    ('def f(): pass', r"symrnn\.f has no docstring; say what it gives, its shapes"),
    ('class f:\n  "Told."\n  def g(self): pass', r"symrnn\.f\.g has no docstring"),
    ('def other(): "Told."', r"symrnn\.f is no public class or function")])
def test_what_is_not_told_fails_the_build(package: Path, text: str, wanted: str) -> None:
    package.write_text(text, encoding="utf-8")
    with pytest.raises(Undocumented, match=wanted):
        named("symrnn.f")


@pytest.mark.parametrize(("chosen", "wanted"), [
    ("f", r"symrnn\.g stands in no group"), ("f g f", r"symrnn\.f stands in several groups")])
def test_every_name_stands_in_one_group(package: Path, chosen: str, wanted: str, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    package.write_text('def f(): "Told."\ndef g(): "Told."\n__all__ = ["f", "g"]', encoding="utf-8")
    (tmp_path / "groups.toml").write_text(f'[groups]\nall = "{chosen}"\n[members]\n', "utf-8")
    monkeypatch.setattr(names, "GROUPS", tmp_path / "groups.toml")
    with pytest.raises(Undocumented, match=wanted):
        groups()


def test_a_command_without_help_or_example_fails_the_build() -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    app.command("bare")(lambda: None)
    (parser,) = getattr(typer.main.get_command(app), "commands").values()  # noqa: B009
    with pytest.raises(Undocumented, match="symrnn bare needs a help text"):
        _command("bare", parser)


def test_an_option_without_help_fails_the_build() -> None:
    app = typer.Typer()

    @app.command()
    def mute(loud: Annotated[bool, typer.Option("--loud")] = False) -> None:
        """One line.

        Examples: `symrnn mute`.
        """

    with pytest.raises(Undocumented, match="symrnn mute does not tell what --loud is and takes; "
                                           "give it a help text and a metavar"):
        _command("mute", typer.main.get_command(app))


def test_a_method_that_is_not_there_fails_the_build() -> None:
    with pytest.raises(Undocumented, match=r"symrnn\.Kernel\.fly is no method; correct its name"):
        named("symrnn.Kernel", ("fly",))


def test_a_recipe_that_is_not_there_fails_the_build(tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "recipes.toml"
    path.write_text('[[use]]\nsource = "README.md"\nheadings = ["Fly"]\n', encoding="utf-8")
    monkeypatch.setattr(recipes, "WHICH", path)
    with pytest.raises(Undocumented, match=r"README\.md has no heading 'Fly'"):
        recipes.recipes("use", Prose({}, {}).markdown)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[one for _, one in EXAMPLES])
def test_the_parser_takes_every_example(name: str, example: str) -> None:
    parser: Any = getattr(typer.main.get_command(cli.app), "commands")[name]  # noqa: B009
    assert parser.make_context(name, shlex.split(example)[2:]).params


@pytest.mark.parametrize("name", LIGHT)
def test_the_first_example_of_a_command_runs(name: str, tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the other commands run with the README's."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.app, shlex.split(COMMANDS[name].examples[0])[1:])
    assert result.exit_code == 0 and result.stdout, result.output


def test_docstrings_are_read_as_their_authors_mean_them() -> None:
    prose = Prose({"symrnn.f": "#f", "symrnn docs": "#docs"}, {"Wrong": "#wrong"})
    text, taken, more = prose.docstring(
        "See :func:`f` and ``symrnn.f(1)``, *a*.\n\nParameters\n----------\nx: the input\n"
        "    [T, B].\ny, z: others.\n\nRaises Wrong for <b>; `symrnn docs lstm` tells.")
    assert text == ('<p>See <a href="#f"><code>f</code></a> and <a href="#f"><code>symrnn.f(1)'
                    '</code></a>, *a*.</p>\n')
    assert taken == (Taken("x", "the input [T, B]."), Taken("y, z", "others."))
    assert more == ('<p>Raises <a href="#wrong">Wrong</a> for &lt;b&gt;; <a href="#docs"><code>'
                    'symrnn docs lstm</code></a> tells.</p>\n')


def test_links_of_recipes_lead_to_pages_or_nowhere() -> None:
    prose = Prose({"CONTRIBUTING.md": "extend.html"}, {})
    tokens = prose.markdown.parse("[one](CONTRIBUTING.md), [`two`](bench/RESULTS.md)")
    assert prose.tokens(tokens) == '<p><a href="extend.html">one</a>, <code>two</code></p>\n'


@EACH
def test_pages_tell_every_name_and_every_recipe(files: dict[str, str], code: str) -> None:
    page = files[f"{code}/{ADDRESSES[NAMES]}"]
    for one in TOLD.values():
        assert f'<h3 id="{one.name}">' in page
        assert all(f'<h4 id="{each.name}">' in page for each in one.members)
    assert f'href="{ADDRESSES[NAMES]}#symrnn.ProgramError">ProgramError' in page
    assert "<b>import" in files[f"{code}/recipes-use.html"]
    assert 'id="add-a-dialect-of-c"' in files[f"{code}/recipes-extend.html"]
    assert all(one in files[f"{code}/index.html"] for one in ADDRESSES.values())
    assert f'{ADDRESSES[NAMES]}#symrnn.compile' in files[f"{code}/lstm.html"]


def test_the_same_bytes_twice(files: dict[str, str]) -> None:
    writer = Html(["en"])
    again = Reference(command_line()).pages(writer.words, [])
    shown = again["en/python-api.html"].partition("<main")[2]
    assert shown == files["en/python-api.html"].partition("<main")[2]


@pytest.mark.parametrize(("cells", "whole"), [((), True), (("elman",), False)])
def test_the_reference_is_part_of_a_whole_site(cells: tuple[str, ...], whole: bool, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def pages(*asked: Any) -> list[tuple[str, dict[str, str]]]:
        given.append(asked[3])
        return [("", {"index.html": "<!-- Generated by symrnn -->"})]

    monkeypatch.setattr(workflow, "pages", pages)
    result = CliRunner().invoke(cli.app, ["docs", *cells, "--output", str(tmp_path)])
    assert result.exit_code == 0 and "Without CELL it is the whole site" in COMMANDS["docs"].told
    assert [one is not None for one in given] == [whole]
