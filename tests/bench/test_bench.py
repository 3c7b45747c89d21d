"""The benchmark itself: what is chosen, how a race is run and told. No time is judged here."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from symrnn import cli
from symrnn.bench import heat, limits, plot, report, scaling, timing
from symrnn.bench.case import BOUND, make_case
from symrnn.bench.child import last
from symrnn.bench.contenders.lineup import OURS
from symrnn.bench.kinds import Kind
from symrnn.bench.limits import Limits, Product
from symrnn.bench.outcome import Outcome, Report
from symrnn.bench.processes import environment
from symrnn.bench.roofline import work
from symrnn.bench.timing import Rules, race
from symrnn.bench.workloads import (DEFAULT, GOALS, SUBJECTS, Choice, Goal, Workload, chosen,
                                    quick)
from symrnn.catalogue import find
from symrnn.program import UnknownName
from symrnn.tags import TAGS

LIMITS = Limits(5e8, 1e9, {"L1": 8e9, "L2": 4e9, "L3": 2e9, "memory": 1e9},
                {"L1": 1000, "L2": 10_000, "L3": 100_000})
LOAD = Workload("lstm", Kind.STEP, 64, goals=(Goal(9, ("onnxruntime",)), Goal(2)))


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["bench", *arguments])


@pytest.mark.xdist_group("bench")
def test_every_workload_runs_once_at_a_small_size(tmp_path: Path) -> None:
    """With whatever peers are installed; the numbers of all must agree."""
    files = {name: tmp_path / "made" / f"bench.{name}" for name in ("json", "md")}
    result = invoke("--quick", "--json", str(files["json"]), "--results", str(files["md"]))
    assert result.exit_code == 0, result.output
    data = json.loads(files["json"].read_text())
    small = quick(GOALS)
    assert [Workload.from_json(one["workload"]) for one in data["outcomes"]] == list(small)
    assert all(one["seconds"]["symrnn"] > 0 for one in data["outcomes"])
    assert set(data["limits"]) == {"1", "2"}
    assert {one.cell for one in small} == {one.cell for one in GOALS}
    assert files["md"].read_text().count("\n| lstm | training |") >= 2


@pytest.mark.xdist_group("bench")
def test_scaling_runs_and_plots(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = invoke("gru", "--kind", "training", "--scaling", "--quick", "--plot",
                    str(tmp_path / "scaling.png"))
    assert result.exit_code == 0, result.output
    assert all(size in result.stdout for size in ("T = 4", "B = 2", "m = 3"))
    assert (tmp_path / "scaling.png").read_bytes().startswith(b"\x89PNG")


def test_the_table_holds_the_goals() -> None:
    assert len(set(GOALS)) == len(GOALS)
    (streaming,) = chosen(Choice(("lstm",), (Kind.STEP,), (64,)))
    assert streaming.goals == (Goal(9, ("onnxruntime",)),)
    assert {one.threads for one in GOALS} == {1, 2}
    assert {64, 256} <= {one.batch for one in GOALS} and any(one.steps % 2 for one in GOALS)
    assert chosen(Choice()) == GOALS


def test_narrow_weights_race_float32_and_read_fewer_bytes() -> None:
    narrow = chosen(Choice(("gru",), weights=("int8",)))
    assert {(one.weights, one.kind) for one in narrow} == {("int8", Kind.STEP)}
    assert all({"symrnn float32", "onnxruntime"} == {name for goal in one.goals
                                                     for name in goal.against} for one in narrow)
    (made,) = chosen(Choice(("brc",), (Kind.STEP,), (8,), weights=("bfloat16",)))
    assert (made.cell, made.weights, made.sizes) == ("brc", "bfloat16", "B=1 m=8 bfloat16")
    assert Workload.from_json(made.as_json()) == made
    full, half, byte = (work(make_case(Workload("gru", Kind.STEP, 8, weights=weights)))
                        for weights in ("", "bfloat16", "int8"))
    matrices = 6 * 8 * 8
    assert full.weights - half.weights == 2 * matrices and half.weights - byte.weights == matrices
    assert full.operations == half.operations == byte.operations
    reading = byte.weights / LIMITS.reading(byte.weights)  # whole numbers are not bound by floats
    assert byte.seconds(LIMITS) == reading < half.seconds(LIMITS)


def test_narrow_weights_give_the_numbers_of_all_others() -> None:
    for weights in ("bfloat16", "int8"):
        for kind in (Kind.STEP, Kind.SEQUENCE):
            case = make_case(Workload("lstm", kind, 9, 3, 4, weights=weights))
            made = {one.name: one for one in OURS.trials(case)}
            assert set(made) == {"symrnn", "symrnn float32"}
            for trial in made.values():
                trial.call()
                assert case.error(trial.results()) < BOUND, trial.name


def test_the_table_has_a_row_for_every_tag() -> None:
    listed = {one.cell for one in GOALS} - set(SUBJECTS) | {"elman"}
    assert {tag for name in listed for tag in find(name).tags} == set(TAGS)


def test_what_stands_in_no_table_is_made_up() -> None:
    (made,) = chosen(Choice(("lstm",), (Kind.STEP,), (65,), (2,)))
    assert (made.m, made.batch, made.goals) == (65, 2, ())
    both = chosen(Choice(("gru", "mut1"), (Kind.SEQUENCE,), (32,), (1,)))
    assert [(one.cell, bool(one.goals)) for one in both] == [("gru", True), ("mut1", False)]
    assert {one.kind for one in chosen(Choice(("mut1",)))} == set(Kind)
    with pytest.raises(UnknownName, match="lstn"):
        chosen(Choice(("lstn",)))


def test_a_cell_file_can_be_raced(tmp_path: Path) -> None:
    path = tmp_path / "mine.cell"
    path.write_text("cell mine; input x[n]; state h[m]; param W[m,n], U[m,m]; output h\n"
                    "h[t] = tanh(W @ x[t] + U @ h[t-1])\n")
    (made,) = chosen(Choice((str(path),), (Kind.STEP,)))
    assert make_case(made).sizes["m"] == DEFAULT.m


def test_rounds_are_interleaved_and_nobody_always_follows_another(
        monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(timing, "_repeats", lambda call, rules: 1)
    found = race({name: lambda name=name: heard.append(name) for name in "abc"},
                 Rules(rounds=9, pause=0))
    rounds = ["".join(heard[at:at + 3]) for at in range(0, 27, 3)]
    assert all(sorted(one) == list("abc") for one in rounds)
    assert {one[0] for one in rounds} == set("abc")
    assert {one[one.index("a") - 1] for one in rounds if one[0] != "a"} == set("bc")
    assert set(found) == set("abc")


def test_a_slow_contender_leaves_early() -> None:
    calls = {"slow": [], "fast": []}
    race({name: lambda name=name: calls[name].append(1) for name in calls},
         Rules(rounds=9, sample=0, pause=0, budget=-1, fewest=2))
    assert len(calls["slow"]) == 1 + 2


def test_ratios_are_taken_from_the_peers_that_the_goal_names() -> None:
    seconds = {"symrnn": [1e-6], "torch nn.LSTM": [3e-6], "onnxruntime run": [9e-6],
               "onnxruntime bound": [8e-6]}
    one = Outcome(LOAD, seconds, dict.fromkeys(seconds, 0.0), 5e-7, 100)
    assert [one.best_peer(goal) for goal in LOAD.goals] == ["onnxruntime bound", "torch nn.LSTM"]
    assert [one.ratio(goal) for goal in LOAD.goals] == pytest.approx([8, 3])
    assert one.fraction == 0.5
    assert Outcome.from_json(json.loads(json.dumps(one.as_json()))) == one
    ours, best = (list(report.rows([one]))[number] for number in (0, 1))
    assert ours[-5:-1] == ("8.00", "9", "no", "50%")
    assert best[-5:-1] == ("3.00", "2", "yes", "50%")


def test_fractions_of_the_limit_are_drawn_by_cell_and_kind(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    loads = [Workload("lstm", kind, m, threads=threads) for kind in (Kind.STEP, Kind.SEQUENCE)
             for m in (128, 64) for threads in (1, 2)]
    found = [Outcome(one, {"symrnn": [1e-6 * one.m]}, {"symrnn": 0.0}, 1e-6 * one.threads, 100)
             for one in loads]
    assert plot._fractions(found[:2]) == {
        "lstm, B = 1": [(128, 1 / 128)], "lstm, B = 1, 2 threads": [(128, 2 / 128)]}
    plot.fraction_plot(found, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_machine_that_is_slower_for_some_rounds_is_so_for_everybody() -> None:
    """A peer that left after a slow round is compared with symrnn in that round."""
    samples = {"symrnn": [2.0, 1.0, 1.0], "jax scan": [6.0, 3.0, 3.1], "torch loop": [8.0]}
    one = Outcome(LOAD, samples, dict.fromkeys(samples, 0.0), 0.5, 0, sgemm=(1.0, 0.5, 0.4))
    assert one.seconds == {"symrnn": 1.0, "jax scan": 3.1, "torch loop": 8.0}
    assert (one.ratio(Goal(1, ("jax",))), one.ratio(Goal(1, ("torch",)))) == (3.0, 4.0)
    assert (one.best_peer(), one.of_sgemm) == ("jax scan", 0.5)


def test_a_goal_may_want_a_share_of_sgemm_too() -> None:
    one = Outcome(LOAD, {"symrnn": [1.0], "jax scan": [2.0]}, {}, 0.1, 0, sgemm=(0.5,))
    assert [one.reaches(goal) for goal in (Goal(2), Goal(2, share=0.5), Goal(2, share=0.6),
                                           Goal(3), Goal(0), Goal(1, ("torch",)))] == [
        True, True, False, False, None, None]


def test_sgemm_runs_in_the_same_rounds_and_competes_with_nobody(
        monkeypatch: pytest.MonkeyPatch) -> None:
    load = Workload("lstm", Kind.STEP, 5)
    monkeypatch.setattr(heat, "race", lambda calls, rules: {name: [0.5, 0.4] for name in calls})
    one = heat.run(load, Rules(), LIMITS, Product(lambda: None, 3000.0))
    assert heat.SGEMM not in one.samples
    share = work(make_case(load)).operations / 3000
    assert one.sgemm == pytest.approx((0.5 * share, 0.4 * share))


def test_a_busy_machine_is_told() -> None:
    assert Report((), {}, (), 0.1).crowded == ()
    (said,) = Report((), {}, (), 2.34).crowded
    assert "load 2.3" in said


def test_a_race_without_peers_is_told() -> None:
    (row,) = report.rows([Outcome(DEFAULT, {"symrnn": [1.5e-3]}, {"symrnn": 0.0}, 1e-3, 0)])
    assert row == ("lstm", "sequence", "T=100 B=1 m=128", "1", "1.5 ms", "nobody", "", "", "", "",
                   "67%", "")


def test_work_counts_what_the_equations_say() -> None:
    """LSTM: four products with W outside of the loop, four with U inside, 2 m n each."""
    case = make_case(Workload("lstm", Kind.SEQUENCE, 5, 3, 4, n=3))
    found = work(case)
    assert found.outside == 4 * 3 * 4 * 2 * 5 * 3
    assert found.inside == 4 * 3 * 4 * 2 * 5 * 5
    assert (found.weights, found.steps) == (4 * 4 * 25, 4)
    backward = work(make_case(Workload("lstm", Kind.TRAINING, 5, 3, 4, n=3)))
    assert backward.outside == 3 * found.outside + found.inside  # x_bar, W_bar; U_bar
    assert backward.inside == 2 * found.inside
    assert (backward.weights, backward.steps) == (4 * 4 * 25, 8)
    step = work(make_case(Workload("lstm", Kind.STEP, 5, n=3)))
    assert step.weights == 4 * (4 * 25 + 4 * 15 + 4 * 5)


def test_the_least_time_is_the_longer_of_arithmetic_and_reading() -> None:
    case = make_case(Workload("lstm", Kind.SEQUENCE, 5, 3, 4, n=3))
    found = work(case)
    assert found.seconds(LIMITS) == pytest.approx((found.outside + found.inside) / 1e9)
    assert LIMITS.reading(999) == 8e9
    assert LIMITS.reading(1001) == 4e9
    assert LIMITS.reading(1e9) == 1e9


def test_limits_of_this_machine_are_measured() -> None:
    found = limits.measured(1, limits.fastest_product(hurry=True), hurry=True)
    assert found.peak > 0
    assert set(found.bandwidth) == {"L1", "L2", "L3", "memory"}
    assert all(one > 0 for one in found.bandwidth.values())


def test_a_round_that_is_slower_as_a_whole_is_taken_at_the_pace_of_the_others() -> None:
    even = {"a": [1.0, 1.0, 1.0], "b": [5.0, 5.0, 5.0], "c": [9.0, 9.9, 9.0]}
    slower = {name: [2 * found[0], *found[1:]] for name, found in even.items()}
    found = timing.at_one_pace(slower)
    assert all(found[name] == pytest.approx(even[name]) for name in even)
    left_early = timing.at_one_pace({"a": [3.0, 4.0], "b": [2.0]})
    assert left_early["b"] == pytest.approx([2.0 / ((3 / 3.5 + 1) / 2)])


def test_slopes_and_odd_sizes() -> None:
    loads = scaling.workloads(["lstm"], [Kind.SEQUENCE], quick=False)
    outcomes = [Outcome(one, {"symrnn": [one.m * (1.5 if one.m == 127 else 1.0)]}, {}, 0, one.m)
                for one in loads]
    by_axis = {one.axis: one for one in scaling.sweeps(outcomes)}
    assert [len(by_axis[letter].points) for letter in "TBm"] == [
        len(scaling.SIZES[axis]) for axis in ("steps", "batch", "m")]
    beside = {one.at: by_axis["m"].beside_even(one) for one in by_axis["m"].points}
    assert beside[127] == pytest.approx(1.5 * 127 / 128)
    assert beside[128] is None


def test_verdicts_tell_steps_from_lines() -> None:
    loads = scaling.workloads(["lstm"], [Kind.SEQUENCE], quick=False)
    seconds = {one: one.steps + 9 + (50 if one.m == 127 else 0) for one in loads}
    outcomes = [Outcome(one, {"symrnn": [seconds[one]]}, {}, 0, one.batch * one.steps**2)
                for one in loads]
    told = {claim: (ratio, holds) for *_, claim, ratio, holds in
            scaling.verdicts(tuple(scaling.sweeps(outcomes)))}
    assert told["time no steeper than linear in T"] == ("1.00", "yes")
    assert told["memory no steeper than linear in T"][1] == "no"
    assert told["memory no steeper than linear in B"] == ("1.00", "yes")
    assert told["no step at odd sizes"] == ("1.85", "no")


def test_every_odd_size_has_its_neighbour() -> None:
    for axis in ("batch", "m"):
        sizes = scaling.SIZES[axis]
        assert all(one + 1 in sizes for one in sizes if one % 2)


def test_with_several_threads_the_pause_is_longer() -> None:
    assert Rules(pause=0.02).on(1).pause == 0.02
    assert Rules(pause=0.02).on(2).pause > 0.1


def test_with_several_threads_a_call_wakes_them_before_it_is_measured(
        monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setattr(timing, "_repeats", lambda call, rules: 1)
    race({"a": lambda: heard.append(1)}, Rules(rounds=3, pause=0).on(1))
    assert len(heard) == 3
    race({"a": lambda: heard.append(1)}, Rules(rounds=3, pause=0).on(2))
    assert len(heard) == 3 + 6


def test_a_child_gets_its_threads_and_processors() -> None:
    assert environment(1)["OMP_NUM_THREADS"] == "1"
    assert "intra_op_parallelism_threads=1" in environment(1)["XLA_FLAGS"]
    assert environment(2).get("XLA_FLAGS") is None
    assert last([0, 1, 2, 3], 2) == {2, 3}


def test_an_unknown_cell_is_one_sentence(monkeypatch: pytest.MonkeyPatch,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["symrnn", "bench", "lstn"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert "no architecture is called 'lstn'" in capsys.readouterr().err
