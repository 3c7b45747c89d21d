"""Who reads whom, through time too, and what that reaches."""

import symrnn
from symrnn.program import reached, reads, reversed_edges


def test_a_cycle_reaches_itself_and_ends() -> None:
    edges = {"a": {"b"}, "b": {"a", "c"}}
    assert reached({"a"}, edges) == {"a", "b", "c"}
    assert reached({"c"}, edges) == {"c"}
    assert reached((), edges) == set()
    assert reached({"c"}, reversed_edges(edges)) == {"a", "b", "c"}


def test_a_delay_reads_its_source_and_its_start_and_ends_in_its_final_value() -> None:
    program = symrnn.elman()
    edges = reads(program)
    (delay,) = program.delays
    assert edges[delay.lhs] == {"h", delay.initial} and edges[delay.final] == {delay.lhs}
    assert reached({"y"}, edges) >= {"x", "W", "U", delay.initial} - {delay.final}
    assert {"y", delay.final} <= reached({delay.initial}, reversed_edges(edges))
