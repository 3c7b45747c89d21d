"""The data-flow graph says what the equations say, and is made of nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

import symrnn
from symrnn.backends.formula import Formula
from symrnn.diagrams.flow import flow
from symrnn.diagrams.graph import Graph, Kind, Node
from symrnn.diagrams.marks import plain as read_aloud
from symrnn.diagrams.symbols import MARKS
from symrnn.program import Program, Span, reached, reads, rename


def plain(formula: Formula) -> str:
    return read_aloud(MARKS(formula))


def cell(name: str) -> tuple[Program, Graph]:
    program = symrnn.cell(name)
    return program, flow(program)


def node(graph: Graph, value: str) -> Node:
    """The node that a value leaves; the end that bears its name does not count."""
    (found,) = [one for one in graph.nodes if one.value == value
                and one.kind not in (Kind.AFTER, Kind.OUTPUT)]
    return found


def sources(graph: Graph, key: int) -> set[str]:
    return {graph.nodes[edge.source].value or plain(graph.nodes[edge.source].label)
            for edge in graph.into(key)}


def test_gates_of_an_lstm_are_boxes_of_weights_and_activation() -> None:
    _, graph = cell("lstm_peephole")
    for gate, equations in (("i", (2, 5)), ("f", (3, 6)), ("o", (8, 9))):
        found = node(graph, gate)
        assert found.kind is Kind.LAYER and plain(found.label) == "σ"
        assert [plain(one) for one in found.weights] == [f"{letter}_{gate}" for letter in "WUpb"]
        assert found.equations == equations
    assert sources(graph, node(graph, "o").key) == {"x", "h_prev", "c"}
    assert sources(graph, node(graph, "f").key) == {"x", "h_prev", "c_prev"}


def test_the_memory_of_an_lstm_goes_through_a_product_and_a_sum() -> None:
    _, graph = cell("lstm")
    on_path = [edge for edge in graph.edges if edge.along_time]
    labels = [plain(graph.nodes[edge.target].label) for edge in on_path]
    assert sorted(labels) == ["+", "c_t", "⊙"]
    assert {edge.source for edge in on_path} - {edge.target for edge in on_path} == {
        node(graph, "c_prev").key}


def test_a_state_without_such_a_path_is_marked_through_its_layer() -> None:
    _, graph = cell("elman")
    assert [plain(graph.nodes[edge.target].label) for edge in graph.edges
            if edge.along_time] == ["tanh", "h_t"]


def test_what_is_subtracted_is_marked() -> None:
    _, graph = cell("retnet")
    minus = [edge for edge in graph.edges if edge.negative]
    assert len(minus) == 3
    assert {plain(graph.nodes[edge.target].label) for edge in minus} == {"+"}


def test_constants_are_no_nodes_and_their_equations_light_what_reads_them() -> None:
    program, graph = cell("retnet")
    assert program["gamma"].span is Span.CONSTANT
    assert "gamma" not in {one.value for one in graph.nodes}
    assert any(1 in one.equations and plain(one.label).startswith("γ") for one in graph.nodes)


@pytest.mark.parametrize("name", symrnn.cell_names())
def test_every_equation_is_on_a_node_and_joined_to_what_it_reads(name: str) -> None:
    program, graph = cell(name)
    numbers = {number for one in graph.nodes for number in one.equations}
    flowing = [one for one in program.equations if program[one.lhs].span is not Span.CONSTANT]
    assert {one.number for one in flowing} <= numbers
    edges = {one.key: [edge.source for edge in graph.into(one.key)] for one in graph.nodes}
    home = {one.value: one.key for one in graph.nodes if one.value}
    read = reads(program)
    for value, key in home.items():
        if program.definition(value) is None:
            continue
        behind = {graph.nodes[one].value for one in reached([key], edges)}
        inside = {one: read.get(one, set()) for one in read if program.definition(one)}
        needed = {one for one in reached([value], inside) if one in home}
        assert needed - behind <= {one for one in needed if one in program.outputs}, value


def test_a_cell_under_other_names_has_the_same_graph() -> None:
    program = symrnn.lstm()
    other = symrnn.diagram(program).picture
    again = symrnn.diagram(_renamed(program)).picture
    assert [(one.x, one.y) for one in again.boxes] == [(one.x, one.y) for one in other.boxes]


def _renamed(program: Program) -> Program:
    names = {one.name: f"v_{one.name}".replace(".", ".v_") if "." not in one.name else one.name
             for one in program.variables}

    def new(name: str) -> str:
        return names.get(name, name)

    return replace(
        program, name="another",
        variables=tuple(replace(one, name=new(one.name), of=new(one.of), stands_for=(
            None if one.stands_for is None else rename(one.stands_for, names, {})))
            for one in program.variables),
        equations=tuple(replace(one, lhs=new(one.lhs), rhs=rename(one.rhs, names, {}))
                        for one in program.equations),
        delays=tuple(replace(one, lhs=new(one.lhs), source=new(one.source))
                     for one in program.delays),
        outputs=tuple(map(new, program.outputs)))
