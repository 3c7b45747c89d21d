"""The script of a network computes what NumPy's kernel does, in Node and in a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.adjoint import join
from symrnn.backends.javascript import (COMPACT, READABLE, Style, array_names,
                                        javascript_backend)
from symrnn.cells import architectures
from symrnn.checking.reference import Case, finite_case
from symrnn.pipeline import derive
from symrnn.program import Program, Role
from symrnn.program.interpret import Interpreter
from symrnn.rendering import rendered
from symrnn.schedule import Plan
from tests.cases import CASES, case

BY_NAME: dict[str, Callable[[], Program]] = {one.name: one.build for one in architectures()}


def words() -> Program:
    """A cell whose symbols are called as the script calls its own, and as its language does."""
    with symrnn.Cell("words", "Words of the language") as cell:
        x, let = cell.input("in[n]", "input"), cell.state("let[m]", "state")
        copy, e = cell.symbols("copy[m] given[m]", "gate and sum")
        values, bars, j = cell.parameters("values[m,n] bars[m,m] j[m]", "of the cell")
        sigmoid = symrnn.activation("sigmoid")
        e[symrnn.t] = values @ x[symrnn.t] + bars @ let[symrnn.t - 1] + j
        copy[symrnn.t] = sigmoid(e[symrnn.t])
        let[symrnn.t] = copy[symrnn.t] * sigmoid(e[symrnn.t] * let[symrnn.t - 1])
    return cell.build("let")


NETWORKS = {**BY_NAME, "words": words, **{name: lambda name=name: case(name) for name in CASES},
            "every option": lambda: symrnn.lstm(zoneout=True, dropout="recurrent", bias=2,
                                                learned_initial=True)}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
RUN = """given => {
  const arrays = group => Object.fromEntries(
    Object.entries(group).map(([name, one]) => [name, Float64Array.from(one)]));
  const [parameters, inputs, initial, bars] =
    ["parameters", "inputs", "initial", "bars"].map(one => arrays(given[one]));
  const values = network.forward(given.sizes, parameters, inputs, initial);
  const gradients = network.backward(given.sizes, parameters, inputs, initial, values, bars);
  const plain = group => Object.fromEntries(
    Object.entries(group).map(([name, one]) => [name, Array.from(one)]));
  return {shapes: network.shapes(given.sizes), values: plain(values), gradients: plain(gradients)};
}"""
Found = dict[str, Any]
Runner = Callable[[str, Found], Found]


def in_node(folder: Path) -> Runner:
    """Runs a script with what it is given."""
    def run(script: str, given: Found) -> Found:
        (folder / "script.js").write_text(script, encoding="utf-8")
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        call = (f'const network = require("./script.js").network, run = {RUN};'
                'console.log(JSON.stringify(run(require("./given.json"))));')
        (folder / "call.js").write_text(call, encoding="utf-8")
        made = subprocess.run(["node", "call.js"], cwd=folder, capture_output=True, text=True,
                              check=True)
        found: Found = json.loads(made.stdout)
        return found
    return run


@pytest.fixture(scope="module", params=["node", "chromium"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
        ) -> Iterator[Runner]:
    if request.param == "node":
        if shutil.which("node") is None:
            pytest.skip("needs node: apt install nodejs")
        yield in_node(tmp_path_factory.mktemp("node"))
        return
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if CHROMIUM is None:
        pytest.skip("needs chromium: apt install chromium")
    with api.sync_playwright() as playwright:
        page = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()

        def in_page(script: str, given: Found) -> Found:
            page.evaluate(script)
            found: Found = page.evaluate(f"given => {{ const {{ network }} = symrnn; "
                                         f"return ({RUN})(given); }}", given)
            return found
        yield in_page


def script_of(plan: Plan, style: Style = READABLE) -> str:
    (text,) = rendered(javascript_backend(plan, "network", style=style)).values()
    return text


def given_to(of: Case) -> Found:
    """A case by the names of the script."""
    names = array_names(of.plan)
    return {"sizes": of.sizes, **{group: {own: of.values[name].ravel().tolist()
                                          for name, own in names[group].items()}
                                  for group in ("parameters", "inputs", "initial", "bars")}}


def agree(found: Any, shape: list[int], wanted: Any, name: str) -> None:
    """To 1e-12 of the largest entry; what cancels to zero is rounding alone."""
    assert list(np.shape(wanted)) == shape, name
    array = np.array(found, float).reshape(shape)
    largest = np.max(np.abs(wanted), initial=1e-3)
    assert np.max(np.abs(array - wanted), initial=0) <= 1e-12 * largest, name


@pytest.mark.sweep
@pytest.mark.parametrize("name", NETWORKS)
def test_a_script_computes_every_value_and_every_gradient(run: Runner, name: str) -> None:
    plan = derive(NETWORKS[name]())
    of = finite_case(plan)
    if of is None:
        pytest.skip("no random case has finite values")
    found, names = run(script_of(plan), given_to(of)), array_names(plan)
    oracle = Interpreter(join(plan.program, plan.gradient), of.values, of.sizes)
    kernel = symrnn.compile(plan.program, "numpy", "float64")
    forward = kernel.forward(of.parameters, of.inputs, of.initial)
    gradients = kernel.backward(forward, of.y_bar, of.final_bar)
    wanted = {**forward.outputs, **{one.final: forward.final[one.state]
                                    for one in plan.program.delays},
              **{one.name: gradients[one.of] for one in plan.gradient.with_role(Role.GRADIENT)}}
    known = {one.name for program in (plan.program, plan.gradient) for one in program.variables}
    for group in ("values", "gradients"):
        for one, own in names[group].items():
            shape = found["shapes"][group][own]
            if one in known:
                agree(found[group][own], shape, oracle.whole(one), one)
            if one in wanted:
                agree(found[group][own], shape, wanted[one], one)
    assert wanted.keys() <= {*names["values"], *names["gradients"]}


@pytest.mark.parametrize("name", ["words", "lstm"])
def test_a_compact_script_computes_the_same_and_explains_nothing(run: Runner, name: str) -> None:
    plan = derive(NETWORKS[name]())
    of = finite_case(plan)
    assert of is not None
    told, silent = (script_of(plan, style) for style in (READABLE, COMPACT))
    assert run(silent, given_to(of)) == run(told, given_to(of))
    for start in ("function forward(", "function backward("):
        body = silent.partition(start)[2].partition("\n{\n")[2].partition("\n}\n\n")[0]
        assert body.count("\n") > 20
        assert not [line for line in body.split("\n") if line[:1] in ("", " ") or "/*" in line
                    or "//" in line]
    assert len(silent) < 0.75 * len(told)
