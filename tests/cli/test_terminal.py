"""Terminals of every kind: few letters, narrow, closed, full, interrupted; shells that complete."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from symrnn import catalogue, checking, cli, titles, workflow
from symrnn.bench import command
from symrnn.cli import terminal
from symrnn.cells import architectures
from symrnn.cli.spelling import spell_out, spelled
from symrnn.presentation import show
from symrnn.gradients import gradient
from symrnn.authoring.latex_symbol import read_symbol
from symrnn.program import glyph_text

COMMANDS = ("list", "help", "show", "generate", "check", "compare", "new", "flow", "grad", "import",
            "export", "docs", "package", "narrow", "bench", "fuzz", "verify", "accuracy")
UTF_8 = {"PYTHONIOENCODING": "utf-8"}


def shell(words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A line of shell, with symrnn as ``$symrnn``."""
    return subprocess.run(["bash", "-c", words], capture_output=True, check=False, text=True,
                          encoding="latin-1",
                          env={**os.environ, "symrnn": f"{sys.executable} -m symrnn", **settings})


@pytest.mark.parametrize(("text", "words"), [
    ("σ̄ᵀ", "sigma_bar^T"), ("h̄⁻[t+1]", "h_bar^-[t+1]"), ("Σₜ x", "sum_t x"),
    ("∂L/∂Δt", "dL/dDelta_t"), ("日", "?"),
    ("a ⊙ b²", "a * b^2"), ("10⁻¹²", "10^-12"), ("h⃖̄[t]", "h_left_bar[t]"), ("c⃗̃", "c_right_tilde"),
    ("Ω_λ", "Omega_lambda"), ("h⁽¹⁾", "h^(1)"), ("“Gülçehre” – 1…", '"Gulcehre" - 1...'),
])
def test_letters_are_spelled_out(text: str, words: str) -> None:
    spell_out()
    assert spelled(text) == words


@pytest.mark.parametrize(("latex", "text"), [
    (r"\Delta t", "Δt"), (r"\tilde{h}", "h̃"), (r"\hat{\kappa}", "κ̂"), (r"\mathrm{rh}", "rh"),
])
def test_a_letter_of_latex_is_one_of_text(latex: str, text: str) -> None:
    assert glyph_text(read_symbol(latex)) == text


def test_a_power_is_raised_as_a_whole_where_a_part_of_it_is_there() -> None:
    spell_out()
    assert "10⁻² h²".encode("latin-1", "symrnn-spelled") == b"10^-2 h\xb2"


@pytest.mark.sweep
@pytest.mark.parametrize("name", [one.name for one in architectures()])
def test_nothing_is_lost_in_ascii(name: str) -> None:
    spell_out()
    program = catalogue.find(name).build()
    found = gradient(program)
    jacobians = (found.jacobian(one.source, one.lhs) for one in program.delays)
    for text in (show(program), str(found.steps), *map(str, jacobians)):
        assert spelled(text).count("?") == text.count("?")


@pytest.mark.parametrize(("encoding", "lines"), [
    ("ascii", ("(7)  a_bar[t] = h_bar[t] * (1 - h[t]^2)", "dL/dU = sum_t a_bar[t] h[t-1]^T")),
    ("latin-1", ("(7)  a_bar[t] = h_bar[t] * (1 - h[t]²)", "dL/dU = sum_t a_bar[t] h[t-1]^T")),
    ("utf-8", ("(7)  a\u0304[t] = h\u0304[t] ⊙ (1 - h[t]²)",
               "∂L/∂U = Σₜ a\u0304[t] h[t-1]ᵀ")),
])
def test_a_terminal_shows_formulas_in_the_letters_that_it_has(
        encoding: str, lines: tuple[str, ...]) -> None:
    shown = subprocess.run([sys.executable, "-m", "symrnn", "grad", "elman", "--wrt", "U"],
                           capture_output=True, check=True, encoding=encoding,
                           env={**os.environ, "PYTHONIOENCODING": encoding})
    assert all(line in shown.stdout for line in lines) and "?" not in shown.stdout


HELPS = """
import sys
from symrnn.cli import app

for command in sys.argv[1:]:
    app([*command.split(), "--help"], prog_name="symrnn", standalone_mode=False)
    print("=" * 10)
"""


@pytest.mark.parametrize("columns", [80, 60])
def test_help_is_tidy(columns: int) -> None:
    found = subprocess.run([sys.executable, "-c", HELPS, "", *COMMANDS], text=True, check=True,
                           capture_output=True, env={**os.environ, "COLUMNS": str(columns)}).stdout
    helps = found.split("=" * 10 + "\n")
    for text in helps:
        assert "\\b" not in text and "\b" not in text and "[[" not in text
        assert all(len(line) <= columns for line in text.splitlines()), text
    listed = helps[0].partition("Commands:\n")[2]
    assert "..." not in listed
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)


@pytest.mark.parametrize(("words", "said"), [
    ("show lstm", "symrnn: standard output: No space left on device\n"),
    ("list", "symrnn: standard output: No space left on device\n"),
    ("show --help", "symrnn: No space left on device\n"),
    ("compare gru gru", "symrnn: standard output: No space left on device\n"),
])
def test_a_full_device_is_one_sentence(words: str, said: str) -> None:
    found = shell(f"$symrnn {words} >/dev/full")
    assert (found.returncode, found.stdout, found.stderr) == (2, "", said)


def test_a_mistake_that_nobody_can_read_has_its_exit_code() -> None:
    found = shell("$symrnn show nothing 2>/dev/full")
    assert (found.returncode, found.stdout) == (2, "")


@pytest.mark.parametrize("words", ["list", "show lstm", "grad lstm -f json", "--help"])
def test_a_closed_pipe_is_silent(words: str) -> None:
    found = shell(f"$symrnn {words} | true; echo ${{PIPESTATUS[0]}}")
    assert found.stderr == "" and found.stdout in ("141\n", "1\n", "0\n")


def test_a_reader_that_goes_after_a_line_is_served_silently() -> None:
    found = shell("$symrnn show deep_bidirectional_lstm -f json | head -1")
    assert (found.stdout, found.stderr) == ("{\n", "")


def test_standard_output_may_be_closed() -> None:
    found = shell("$symrnn list >&-")
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(("words", "stage"), [
    ("list", "listed"), ("show gru", "network"), ("grad gru", "network"),
    ("generate gru", "files_of"), ("check gru", "drifted"), ("check gru", "check_kernel"),
    ("compare gru gru", "compared"), ("new my", "new"), ("bench gru", "run"),
])
def test_an_interruption_is_one_sentence(
        words: str, stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    homes = {"new": catalogue, "run": command.processes, "listed": titles,
             "check_kernel": checking}
    monkeypatch.setattr(homes.get(stage, workflow), stage, interrupted)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["symrnn", *words.split()])
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "symrnn: interrupted\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("words", "bar"), [
    ("generate --output made", "Generating"), ("bench lstm --kind step --m 16", "Racing"),
])
def test_control_c_on_a_terminal_leaves_no_trace(words: str, bar: str, tmp_path: Path) -> None:
    """In a terminal of its own, where all processes of the command hear of it."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(tmp_path)
        os.execvpe(sys.executable, [sys.executable, "-m", "symrnn", *words.split()],
                   {**os.environ, **UTF_8, "TERM": "xterm"})
    shown = read_until(terminal, bar)
    time.sleep(1.5)
    os.write(terminal, b"\x03")
    shown += read_until(terminal, None)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert "Traceback" not in shown and shown.endswith("symrnn: interrupted\r\n"), shown
    last = shown.rpartition("^C")[2]
    assert "\x1b[2K" in last and not re.search(rf"{bar}[^\x1b]*\r\n", last), shown
    assert not list(tmp_path.rglob("*"))


def test_a_log_shows_every_few_seconds_how_far_a_command_is(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(terminal, "SECONDS", 0.01)
    said = ""
    with terminal.waiting("Checking") as told:
        told(3, "gru", 12)
        while "\n" not in said.partition("symrnn: checking gru, 3 of 12\n")[2]:
            said += capsys.readouterr().err  # at least twice
        told(4, "", None)
    assert set(said.splitlines()) <= {"symrnn: checking", "symrnn: checking gru, 3 of 12"}


def test_a_log_stays_empty_where_nobody_waits(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.waiting("Checking") as told:
        told(1, "gru", 12)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("there", [True, False])
def test_a_closed_log_stops_no_command(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "SECONDS", 0.01)
    with Path(__file__).open("r", encoding="utf-8") as unwritable:
        monkeypatch.setattr("sys.stderr", unwritable if there else None)
        with terminal.waiting("Checking") as told:
            told(1, "gru", 12)
            time.sleep(0.05)
    assert not [one for one in threading.enumerate() if one.daemon and "write" in one.name]


def read_until(terminal: int, word: str | None) -> str:
    """What a terminal shows until there is a word, or the end."""
    shown = b""
    while word is None or word.encode() not in shown:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # closed at the other end
            break
    return shown.decode("utf-8", "replace")


def completed(*words: str) -> list[str]:
    """What bash would be offered for the last word."""
    found = subprocess.run([sys.executable, "-m", "symrnn"], capture_output=True, text=True,
                           check=False, env={
                               **os.environ, "_SYMRNN_COMPLETE": "complete_bash",
                               "COMP_WORDS": " ".join(["symrnn", *words]),
                               "COMP_CWORD": str(len(words))})
    assert found.stderr == ""
    return found.stdout.split()


def test_shells_complete_names_conventions_formats_and_files(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for path in ("my.cell", "my.onnx", "my.safetensors", "sub/other.cell", "sub/other.txt"):
        (tmp_path / path).touch()
    assert completed("show", "lstm_p") == ["lstm_peephole", "lstm_projection"]
    assert completed("compare", "gru", "keras-l") == ["keras-lstm"]
    assert completed("list", "--tag", "m") == ["matrix", "multiplicative"]
    assert completed("list", "--tag", "linear", "--tag", "he") == ["heads"]
    assert completed("show", "gru", "--format", "l") == ["latex"]
    assert completed("bench", "--kind", "s") == ["step", "sequence"]
    assert completed("generate", "my") == ["my.cell", "my.safetensors"]
    assert completed("check", "sub/") == ["sub/other.cell"]
    assert completed("gen") == ["generate"]


@pytest.mark.parametrize(("words", "offered"), [
    ("flow elman lstm_p", "lstm_peephole lstm_projection"), ("grad jor", "jordan"),
    ("grad gru --format m", "mathml"), ("package lstm_1", "lstm_1997"),
    ("package gru --for ard", "arduino"), ("package gru --loss m", "mean_squared_error"),
    ("export mingr", "mingru"), ("export gru --dtype float6", "float64"),
    ("import my", ""),  # any file will do: shells then offer files of their own
])
def test_shells_complete_the_words_of_every_command(words: str, offered: str) -> None:
    assert completed(*words.split()) == offered.split()


def test_completion_is_installed_where_the_shell_finds_it(tmp_path: Path) -> None:
    found = shell("$symrnn --install-completion; exit $?", HOME=str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert "bash completion installed in" in found.stdout
    assert "complete_bash" in (tmp_path / ".bash_completions" / "symrnn.sh").read_text()


@pytest.mark.parametrize(("words", "said"), [
    ("show ./", "Is a directory"), ("show /dev/zero", "the file is longer than"),
    ("show none.cell", "No such file or directory"),
    ("generate gru --output /dev/null/made", "/dev/null"),
    ("generate gru --output /proc/made", "choose another folder with --output"),
])
def test_odd_files_are_one_sentence(words: str, said: str, monkeypatch: pytest.MonkeyPatch,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["symrnn", *words.split()])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error
    assert error.count("\n") == 1 or error.rstrip().endswith("^")


def test_an_interruption_while_a_mistake_is_looked_at_is_one_sentence(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(error: Exception) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("symrnn.cli.running.is_mistake", interrupted)
    monkeypatch.setattr("sys.argv", ["symrnn", "show", "nothing"])
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "symrnn: interrupted\n"


def test_an_interruption_while_the_command_line_is_loaded_is_one_sentence(
        tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    found = subprocess.run([sys.executable, "-m", "symrnn", "list"], capture_output=True, text=True,
                           env={**os.environ, "PYTHONPATH": os.pathsep.join(
                               [str(tmp_path), *filter(None, sys.path)])})
    assert (found.returncode, found.stderr) == (130, "symrnn: interrupted\n")
