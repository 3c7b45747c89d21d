"""The commands as a user runs them: what they print, what they write, how they fail."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import symrnn
from symrnn import cli, workflow
from symrnn.catalogue import find
from symrnn.cellfile import starter
from symrnn.cells import architectures
from symrnn.checking import drift
from symrnn.program import Program
from symrnn.runtime import CompilerFailed
from symrnn.targets import STYLES


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


def output(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert output("--version") == f"symrnn {symrnn.__version__}\n"


def test_list_names_every_architecture() -> None:
    text = output("list")
    assert all(one.name in text for one in architectures())


@pytest.mark.parametrize("name", [one.name for one in architectures()])
@pytest.mark.parametrize("style", STYLES)
def test_show_prints_every_equation(name: str, style: str) -> None:
    text = output("show", name, "--format", style)
    count = max(one.number for one in next(a for a in architectures() if a.name == name)
                .build().equations)
    if style == "json":
        assert {one["number"] for one in json.loads(text)["equations"]} == set(range(1, count + 1))
    elif style == "sympy":
        assert text.count("    Eq(") == count
    else:
        mark = {"unicode": "(%d)  ", "latex": r"\tag{%d}", "mathml": "<td>(%d)</td>",
                "typst": "[(%d)]"}[style]
        assert all(mark % number in text for number in range(1, count + 1))


def test_show_tells_which_value_of_the_forget_gate_keeps() -> None:
    assert "keeps the memory at 1" in output("show", "lstm")


def test_the_schedule_of_two_directions_scans_both_ways() -> None:
    text = output("show", "bidirectional_rnn", "--schedule")
    assert "scan forward" in text and "scan in reverse" in text


@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_a_gradient_exists_for_everything_that_is_given(name: str) -> None:
    program = next(one for one in architectures() if one.name == name).build()
    for variable in program.variables:
        if variable.role.name in ("PARAMETER", "INPUT", "INITIAL"):
            last = output("grad", name, "--wrt", variable.name).split("\n\n")[-1]
            assert last.strip().startswith("∂L/∂")  # and goes on where a line is full


def test_the_gradient_of_a_weight_is_one_sum_over_time() -> None:
    lines = output("grad", "lstm", "--wrt", "W_f").splitlines()
    assert lines[-1].strip() == "∂L/∂W_f = Σₜ z̄_f[t] x[t]ᵀ"
    assert not any("W̄_o" in line for line in lines)


def test_of_keeps_only_the_paths_from_one_end() -> None:
    text = output("grad", "lstm", "--wrt", "W_f", "--of", "final.c")
    assert "Δ" not in text and "c̄" in text


def test_steps_tell_rule_and_equation() -> None:
    text = output("grad", "gru", "--wrt", "U_n", "--steps")
    assert "derivative of a matrix product, ∂q[t]/∂U_n in (5)" in text
    assert "product rule, ∂h[t]/∂h[t-1]" in text


@pytest.mark.parametrize(("arguments", "words"), [
    (("show", "lsmt"), "did you mean lstm?"),
    (("grad", "lstm", "--wrt", "W_q"), "no gradient with respect to 'W_q'; there are"),
    (("grad", "lstm", "--of", "q"), "there is no 'q' in lstm; its states are h, c"),
    (("check", "nothing"), "no architecture is called 'nothing'"),
    (("compare", "lstm", "torch-lstm"), "conventions are pytorch-rnn, "),
    (("compare", "lstm", "none.cell"), "'none.cell': No such file"),
    (("compare", "lstm", "onnx-gru:reset=1"), "onnx-gru has no option 'reset=1'; there are"),
    (("generate", "elman", "--output", "/proc/none"), "/proc/none"),
])
def test_a_mistake_is_one_sentence_and_exit_code_2(
        arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["symrnn", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in error and error.count("\n") == 1 and "Traceback" not in error


def started(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "symrnn", *arguments], text=True, check=False,
                          capture_output=True, env={**os.environ, **settings})


def test_a_terminal_without_the_letters_of_formulas_shows_what_it_can() -> None:
    shown = started("grad", "elman", "--wrt", "U", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    assert "a_bar[t] h[t-1]^T" in shown.stdout


def test_a_compiler_that_fails_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    found = started("check", "elman", CC="gcc -Dvoid=nonsense", SYMRNN_CACHE=str(tmp_path))
    assert found.returncode == 2
    assert found.stderr.startswith("symrnn: gcc ") and found.stderr.count("\n") == 1


def test_unknown_options_exit_with_2() -> None:
    wrong = invoke("show", "lstm", "--format", "html")
    assert wrong.exit_code == 2
    assert wrong.stderr.splitlines()[-1].endswith(
        ": there is no format 'html'; there are unicode, latex, mathml, typst, sympy and json")
    wrong = invoke("bench", "--kind", "step", "--kind", "race")
    assert wrong.exit_code == 2
    assert wrong.stderr.splitlines()[-1].endswith(
        ": there is no kind of race 'race'; there are step, sequence and training")


def test_generate_then_check(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    assert "files of 1 architecture in" in output("generate", "elman", "--output", str(folder))
    names = {one.name for one in (folder / "elman").iterdir()}
    assert names == {"elman.tex", "elman.py", "elman.h", "elman.c", "elman_simd.h",
                     "elman_simd.c"}
    assert "kernels right" in output("check", "elman", "--output", str(folder))


@pytest.mark.parametrize("suffix", ["tex", "py", "h", "c"])
def test_check_fails_with_a_diff_after_any_byte_is_changed(suffix: str, tmp_path: Path) -> None:
    output("generate", "elman", "--output", str(tmp_path))
    path = tmp_path / "elman" / f"elman.{suffix}"
    text = bytearray(path.read_bytes())
    text[len(text) // 2] ^= 1
    path.write_bytes(bytes(text))
    result = invoke("check", "elman", "--output", str(tmp_path))
    assert result.exit_code == 1
    assert "--- " in result.stdout and "+++ " in result.stdout and path.name in result.stdout


def test_what_numpy_showed_is_told_before_a_compiler_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def faked(program: Program, backend: str, dtype: str, profile: str = "") -> list[str]:
        if backend == "c":
            raise CompilerFailed("no compiler")
        return ["h is off"]

    monkeypatch.setattr("symrnn.checking.check_kernel", faked)
    told = workflow.numeric_failures(workflow.chosen(["gru"]))
    assert [next(told)[1], next(told)[1]] == [["gru, numpy, float32: h is off"],
                                              ["gru, numpy, float64: h is off"]]
    with pytest.raises(CompilerFailed):
        next(told)


def test_networks_are_built_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy's cache mixes up the symbols of two builds of one cell at the same time."""
    threads: list[int] = []

    class Watched:
        name = "gru"

        def build(self) -> Program:
            threads.append(threading.get_ident())
            return find("gru").build()

    monkeypatch.setattr("symrnn.checking.check_kernel", lambda *args, **options: [])
    found = list(workflow.numeric_failures([Watched(), Watched()]))  # type: ignore[list-item]
    assert len(found) == 2 * len(workflow.KERNELS)
    assert threads == [threading.get_ident()] * 2


def test_check_tells_missing_and_stale_files(tmp_path: Path) -> None:
    output("generate", "elman", "--output", str(tmp_path))
    (tmp_path / "elman" / "elman.h").unlink()
    (tmp_path / "gone").mkdir()
    for stale in ("elman/old.c", "gone/gone.c"):
        (tmp_path / stale).write_text((tmp_path / "elman" / "elman.c").read_text())
    result = invoke("check", "elman", "--output", str(tmp_path))
    assert result.exit_code == 1
    assert "elman.h is missing" in result.stdout and f"--output {tmp_path}" in result.stdout
    assert "old.c is stale" in result.stdout and "gone.c is stale" not in result.stdout
    reports = [one.report for one in drift(tmp_path, {"elman": {}}, ["elman"], {})]
    assert any("gone: gone.c is stale" in one for one in reports)


def test_a_cell_file_may_lie_beside_an_architecture(tmp_path: Path) -> None:
    path = tmp_path / "my.cell"
    path.write_text(starter("my"))
    folder = str(tmp_path / "build")
    assert "12 files of 2 architectures" in output("generate", str(path), "elman", "elman",
                                                  "--output", folder)
    assert "kernels right" in output("check", "elman", "--output", folder)


def test_a_cell_that_leaves_its_domain_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "my.cell"
    head = "cell my\ninput x[n]; state h[m]; output h\nparam W[m,n], U[m,m], b[m]\n"
    line = "a[t] = W @ x[t] + U @ h[t-1] + b\n"
    path.write_text(f"{head}{line}h[t] = log(a[t])\n")
    output("generate", str(path), "--output", str(tmp_path / "build"))
    assert "kernels right" in output("check", str(path), "--output", str(tmp_path / "build"))
    path.write_text(f"{head}{line}h[t] = log(0 - a[t] * a[t])\n")
    output("generate", str(path), "--output", str(tmp_path / "build"))
    result = invoke("check", str(path), "--output", str(tmp_path / "build"))
    assert result.exit_code == 1
    assert "no finite value" in result.stdout and "1 finding\n" in result.stdout


@pytest.mark.parametrize(("formula", "words"), [
    ("a[t] - a[t]", "'a' (intermediate) never reaches an output: what reads it cancels it"),
    ("tanh(a[t]) - tanh(a[t])", "'tanh(a)' (intermediate) never reaches an output"),
])
def test_what_cancels_is_called_by_the_name_that_its_author_gave(
        formula: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my.cell"
    path.write_text("cell my\ninput x[n]; state h[m]; output h\nparam W[m,n], U[m,m]\n"
                    f"a[t] = W @ x[t] + U @ h[t-1]\nh[t] = {formula}\n")
    monkeypatch.setattr("sys.argv", ["symrnn", "generate", str(path), "--output", str(tmp_path)])
    with pytest.raises(SystemExit):
        cli.main()
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("a", "b", "code", "words"), [
    ("pytorch-gru", "onnx-gru:linear_before_reset=1", 0, "the same function\n"),
    ("pytorch-lstm", "keras-lstm", 0, "up to merging biases"),
    ("pytorch-gru", "onnx-gru", 1, "different functions\n"),
])
def test_compare_tells_by_its_exit_code(a: str, b: str, code: int, words: str) -> None:
    result = invoke("compare", a, b)
    assert result.exit_code == code and words in result.stdout
    assert ("counter-example" in result.stdout) == (code == 1)


def test_compare_takes_cell_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output("new", "my")
    assert "my.cell and my.cell: the same function" in output("compare", "my.cell", "my.cell")
    assert invoke("compare", "my.cell", "lstm").exit_code == 1


def test_help_has_examples() -> None:
    assert "symrnn grad lstm --wrt W_f" in output("--help")
    for command in ("show", "grad", "generate", "check", "compare"):
        assert "Examples: `symrnn" in " ".join(output(command, "--help").split())
