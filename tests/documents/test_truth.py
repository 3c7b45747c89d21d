"""What pages say of a network is right: years, letters, costs."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.documents.bibliography import year


@pytest.mark.parametrize(("name", "wanted"), [
    ("elman", "1990"), ("bidirectional_rnn", "1997"), ("deep_rnn", "2013"),
    ("deep_bidirectional_lstm", "2013"), ("lstm_1997", "1997"), ("lstm", "2000"),
    ("lstm_peephole", "2002"), ("lstm_layer_norm", "2016"), ("lstm_projection", "2014"),
    ("lstm_coupled", "2017"), ("gru", "2014")])
def test_the_year_is_that_of_who_describes_the_network(name: str, wanted: str) -> None:
    assert year(symrnn.cell(name).bibtex) == wanted
