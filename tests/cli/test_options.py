"""No option is ignored in silence: each changes what a command does, or is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn import cli, workflow
from symrnn.bench import command, plot
from symrnn.bench.limits import Limits
from symrnn.bench.outcome import Outcome, Report

# For every command its options, in groups of which one at most is taken.
OPTIONS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("list",): (("--tag linear", "--tag matrix", "net"), ("--tag gated",), ("--tags",)),
    ("show", "gru"): (("--format latex", "--format json"), ("--schedule", "--cost"),
                      ("--fix n=1,m=2",)),
    ("grad", "gru"): (("--format latex", "--format json"), ("--wrt U_n", "--wrt initial.h"),
                      ("--of final.h",), ("--steps",), ("--jacobian h_t h_{t-1}",)),
}
RACES = (("--kind step", "--kind training"), ("--m 65",), ("--batch 2",), ("--steps 50",),
         ("--threads 2",), ("--rounds 3",), ("--quick",), ("--every",), ("--scaling",),
         ("--json {}/json",), ("--plot {}/plot",), ("--results {}/results",))
LIMITS = Limits(5e8, 1e9, {"L1": 8e9, "L2": 4e9, "L3": 2e9, "memory": 1e9},
                {"L1": 1000, "L2": 10_000, "L3": 100_000})
Options = tuple[str, ...]


def subsets(groups: tuple[Options, ...], most: int) -> Iterator[Options]:
    """One option of each of up to so many groups, in every way."""
    for size in range(1, most + 1):
        for chosen in combinations(groups, size):
            ways: list[Options] = [()]
            for group in chosen:
                ways = [(*way, option) for way in ways for option in group]
            yield from ways


def holds(run: Callable[[Options], str | None], chosen: Options) -> None:
    """Every option of a run that is not refused makes it another run."""
    found = run(chosen)
    for option in chosen if found is not None else ():
        less = run(tuple(one for one in chosen if one != option))
        assert less is None or found != less, f"{option} changes nothing in {chosen}"


def outcome(*arguments: str) -> str | None:
    """What a command prints; None where it refuses its options."""
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0 or isinstance(result.exception, workflow.mistakes()), result.output
    return None if result.exception else result.stdout


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_every_option_acts_or_is_refused(words: Options) -> None:
    @cache
    def run(chosen: Options) -> str | None:
        return outcome(*words, *" ".join(chosen).split())

    for chosen in subsets(OPTIONS[words], len(OPTIONS[words])):
        holds(run, chosen)


def test_every_option_of_a_race_acts_or_is_refused(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def raced(loads: tuple[command.Workload, ...], rules: object, hurry: bool, peers: bool,
              told: object) -> Report:
        heard.append(repr((loads, rules, hurry, peers)))
        return Report(tuple(Outcome(one, {"symrnn": [1e-3]}, {"symrnn": 0.0}, 1e-4, 100)
                            for one in loads), {1: LIMITS, 2: LIMITS}, ())

    def drawn(what: object, path: Path) -> None:
        path.write_text("drawn")

    monkeypatch.setattr(command.processes, "run", raced)
    monkeypatch.setattr(plot, "fraction_plot", drawn)
    monkeypatch.setattr(plot, "scaling_plot", drawn)

    @cache
    def run(chosen: Options) -> str | None:
        heard.clear()
        for path in tmp_path.iterdir():
            path.unlink()
        found = outcome("bench", *" ".join(chosen).format(*[tmp_path] * 3).split())
        written = sorted(path.name for path in tmp_path.iterdir())
        return None if found is None else f"{found}{heard}{written}"

    for chosen in subsets(RACES, 3):
        holds(run, chosen)


@pytest.mark.parametrize(("arguments", "words"), [
    ("show gru --schedule -f latex", "--schedule does not go with --format latex; take uni"),
    ("show gru --unroll 3", "--unroll goes with --graph FILE.svg, and --fix with --cost"),
    ("show gru --fix n=3", "--unroll goes with --graph FILE.svg, and --fix with --cost"),
    ("show gru --cost -f typst", "--cost does not go with --format typst; take unicode, latex, "),
    ("show gru --schedule --cost", "--schedule, --cost and --graph show different things"),
    ("grad gru --jacobian h_t h_{t-1} --steps", "--steps and --jacobian show different things"),
    ("grad gru --jacobian h_t h_{t-1} --wrt U_n", "so it goes without --wrt and --of"),
    ("grad gru --hessian U_n,U_n --of h", "so it goes without --wrt and --of"),
    ("grad gru --hessian U_n", "--hessian takes two names and a comma, W_f,W_f; it was given"),
    ("grad gru --hessian U_n,V", "there is no gradient with respect to 'V'; there are"),
    ("grad gru --jacobian q_s h_{t-1}", "there is no 'q_s' in gru; its states are h"),
    ("grad gru --jacobian h_t c_{t-1}", "'c_{t-1}' is nothing that a step of gru is given"),
    ("grad gru --of U_n", "'U_n' is nothing that gradients are taken of; there are L, h, final.h"),
    ("grad gru --unroll 3", "a sum over paths is that of one gradient; name it: --wrt NAME"),
    ("grad gru --closed", "a closed form is that of one gradient; name it: --wrt NAME"),
    ("grad gru --wrt x --unroll 3", "'x' is given anew at every step"),
    ("grad gru --wrt U_n --unroll 0", "0 is no number of steps; unroll at least 1"),
    ("grad lstm --wrt U_f --unroll 9", "there are more than 64 paths from 'L' to 'U_f'"),
    ("grad gru --wrt U_n --unroll 2 --at a.npz", "it does not go with --unroll"),
    ("grad gru --wrt U_n --at pyproject.toml", "'pyproject.toml' ends with neither .safetensors"),
    ("grad gru --graph a.png", "'a.png' names no picture; give a file that ends with .svg"),
    ("grad gru --wrt=", "there is no gradient with respect to ''; there are"),
    ("grad gru --wrt U_n --graph a.svg -f latex", ".svg, or .tex for TikZ; it goes without --form"),
    ("grad gru --wrt U_n --loss mse", "there is no loss 'mse'; there are mean_squared_error"),
    ("package gru -o out --fix n=1,m=2 --tolerance 0.1", "--tolerance goes with --weights-as"),
    ("bench --scaling --m 3 --every", "it does not go with --m, --every"),
    ("bench --quick --m 3 --rounds 2", "it does not go with --m, --rounds"),
    ("bench --kind step --steps 3", "it does not go with --kind step"),
    ("bench --json a --results a", "a is named twice"),
    ("bench --json /", "/ cannot be written; name another file"),
    ("bench --plot /dev/null/a", "/dev/null/a cannot be written"),
    ("bench nope --scaling", "no architecture is called 'nope'"),
])
def test_what_does_not_go_together_is_one_sentence(
        arguments: str, words: str, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command.processes, "run", lambda *rest: pytest.fail("raced"))
    monkeypatch.setattr("sys.argv", ["symrnn", *arguments.split()])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    told = capsys.readouterr()
    assert not told.out and words in told.err and told.err.count("\n") == 1


@pytest.mark.parametrize(("words", "said"), [
    ("docs lstm --format odt", "there is no format 'odt'; there are html, pdf and latex"),
    ("docs lstm --lang fr", "there is no language 'fr'; there are en and zh-TW"),
])
def test_what_there_is_reads_as_a_sentence(words: str, said: str) -> None:
    result = CliRunner().invoke(cli.app, words.split())
    assert result.exit_code == 2 and said in " ".join(result.output.split())


@pytest.mark.parametrize("fixed", ["foo", "m=0", "m=-1", "q=2"])
def test_sizes_of_costs_are_names_and_numbers_from_one_on(fixed: str) -> None:
    result = CliRunner().invoke(cli.app, ["show", "lstm", "--cost", "--fix", fixed])
    assert result.exit_code and "is not understood" in str(result.exception)
