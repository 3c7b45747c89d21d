"""Options of a wrong type or value: one sentence that says what they may be."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symrnn

NET = symrnn.elman(readout=False)
WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "zoneout as a rate": (lambda: symrnn.lstm(zoneout=0.1), r"^lstm: zoneout is 0\.1; .* masks "
                          r"that you give .* zoneout_h = random\.random\(\(T, B, m\)\) < 0\.1$"),
    "zoneout of nothing": (lambda: symrnn.lstm(zoneout=None), "zoneout is None; it is True or"),
    "zoneout by rates": (lambda: symrnn.lstm(zoneout={"h": 0.1}), "zoneout is {'h': 0.1}"),
    "zoneout of a number": (lambda: symrnn.lstm(zoneout=("h", 3)), "names 3, which is no state"),
    "dropout as a rate": (lambda: symrnn.gru(dropout=0.5), r"dropout is 0\.5; it is 'input', .* "
                          r"masks that you give .* dropout_x = "),
    "dropout as a truth": (lambda: symrnn.gru(dropout=True), "dropout is True; it is 'input'"),
    "dropout of nothing": (lambda: symrnn.gru(dropout=None), "dropout is None; it is 'input'"),
    "dropout of a number": (lambda: symrnn.gru(dropout=("input", 0.5)), r"\('input', 0\.5\); it"),
    "clip as a word": (lambda: symrnn.lstm(clip="a"), "clip is 'a'; it is a positive number"),
    "clip as a truth": (lambda: symrnn.lstm(clip=True), "clip is True; it is a positive number"),
    "clip as an array": (lambda: symrnn.lstm(clip=np.ones(2)), "clip is array.*positive number"),
    "clip of no number": (lambda: symrnn.lstm(clip=float("nan")), "clip is nan; it is a positive"),
    "clip of a state": (lambda: symrnn.lstm(clip_state="3"), "clip_state is '3'; it is a positive"),
    "three biases": (lambda: symrnn.lstm(bias=3), "bias is 3; it is True, False or 2"),
    "a word as bias": (lambda: symrnn.lstm(bias="no"), "bias is 'no'; it is True, False or 2"),
    "half a bias": (lambda: symrnn.lstm(bias=0.5), r"bias is 0\.5; it is True, False or 2"),
    "no bias": (lambda: symrnn.lstm(bias=None), "bias is None; it is True, False or 2"),
    "learned in part": (lambda: symrnn.lstm(learned_initial=0.3),
                        r"learned_initial is 0\.3; it is True or False"),
    "learned by name": (lambda: symrnn.lstm(learned_initial="h"), "learned_initial is 'h'; it is"),
    "a word as a truth": (lambda: symrnn.lstm(peephole="no"), "lstm: peephole is 'no'; it is True"),
    "a number as a truth": (lambda: symrnn.gru(0.5), r"gru: reset_after is 0\.5"),
    "an activation by number": (lambda: symrnn.lstm(activation=3), "'tanh', or a tuple .* not 3"),
    "no activation": (lambda: symrnn.lstm(activation=()), r"an activation is a name .* not \(\)"),
    "a slope in words": (lambda: symrnn.lstm(activation=("leaky_relu", "a")),
                         "leaky_relu are 'a';"),
    "layers as text": (lambda: symrnn.deep(NET, "2"), "layers is '2'; a network has a whole"),
    "layers as a truth": (lambda: symrnn.deep(NET, True), "layers is True; a network has a whole"),
    "half a thread": (lambda: symrnn.compile(NET, threads=1.5), r"threads is 1\.5; .* whole"),
    "threads as text": (lambda: symrnn.compile(NET, threads="2"), "threads is '2'; .* whole"),
    "threads as a truth": (lambda: symrnn.compile(NET, threads=True), "threads is True; a kernel"),
    "no threads": (lambda: symrnn.compile(NET, threads=0), "threads is 0; .* at least 1"),
    "whole numbers": (lambda: symrnn.compile(NET, dtype="int8"), "dtype is 'int8'; kernels"),
    "no type": (lambda: symrnn.compile(NET, dtype=None), "dtype is None; kernels compute in float"),
    "a word as a type": (lambda: symrnn.compile(NET, dtype="single precision"), "kernels"),
    "a list as a profile": (lambda: symrnn.compile(NET, profile=[]), r"no profile \[\]; there are"),
    "a number as a backend": (lambda: symrnn.compile(NET, backend=3), "no backend 3 to run; there"),
    "a bound without a way": (lambda: symrnn.compile(NET, clip_gradient=1.0), "gradient is 1"),
    "ways of a dictionary": (lambda: symrnn.derive(NET, {"norm": 1.0}), "clip_gradient is {'norm'"),
    "a way with a word": (lambda: symrnn.derive(NET, ("norm", "a")), "clip_gradient is 'a'; it is"),
    "a number as a way": (lambda: symrnn.derive(NET, (1.0, "norm")), r"clip_gradient is \(1"),
    "a name to derive": (lambda: symrnn.derive("lstm"), r"'lstm' is no network; build one first"),
    "a name to generate": (lambda: symrnn.generate("lstm", "a"), r"'lstm' is no network; build"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_option_is_one_sentence(what: str) -> None:
    build, words = WRONG[what]
    with pytest.raises(ValueError, match=words) as caught:
        build()
    assert "\n" not in str(caught.value)


SAME: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "truths of NumPy": (lambda: symrnn.lstm(zoneout=np.True_, learned_initial=np.True_),
                        lambda: symrnn.lstm(zoneout=True, learned_initial=True)),
    "no zoneout": (lambda: symrnn.zoneout(NET, False), lambda: NET),
    "one bias": (lambda: symrnn.lstm(bias=1), symrnn.lstm),
    "no bias": (lambda: symrnn.lstm(bias=0), lambda: symrnn.lstm(bias=False)),
    "a float of NumPy": (lambda: symrnn.lstm(clip=np.float32(0.5)), lambda: symrnn.lstm(clip=0.5)),
    "numbers of NumPy": (lambda: symrnn.deep(NET, np.int64(2)), lambda: symrnn.deep(NET, 2)),
    "lists": (lambda: symrnn.lstm(zoneout=["c"], dropout=["input"]),
              lambda: symrnn.lstm(zoneout=("c",), dropout=("input",))),
    "clipping by a list": (lambda: symrnn.derive(NET, ["norm", 1]),
                           lambda: symrnn.derive(NET, ("norm", 1.0))),
}


@pytest.mark.parametrize("what", SAME)
def test_what_means_the_same_gives_the_same(what: str) -> None:
    one, other = SAME[what]
    assert one() == other()


@pytest.mark.parametrize("name", [
    "adjoint", "bidirectional", "clipped", "clipped_state", "compile", "deep", "derive", "dropout",
    "generate", "join", "learned_initial", "readout", "reverse", "show", "tangent", "verify",
    "with_two_biases", "without_bias", "zoneout"])
def test_every_function_of_a_network_says_what_else_it_was_given(name: str) -> None:
    function = getattr(symrnn, name)
    first, *others = inspect.signature(function).parameters.values()
    rest = {one.name: 1 for one in others if one.default is inspect.Parameter.empty}
    message = rf"'lstm' is no network; build one first.*symrnn\.cell\('lstm'\), .* to {name}$"
    with pytest.raises(symrnn.ProgramError, match=message):
        function("lstm", **rest)
    with pytest.raises(symrnn.ProgramError, match=message):
        function(**{first.name: "lstm"}, **rest)


def test_a_second_network_is_looked_at_too() -> None:
    with pytest.raises(symrnn.ProgramError, match=r"^'x' is no network; .* give that to join$"):
        symrnn.join(symrnn.lstm(), "x")


def test_an_adjoint_computes_too() -> None:
    assert symrnn.compile(symrnn.adjoint(symrnn.lstm()), "numpy").program.name == "lstm_adjoint"
