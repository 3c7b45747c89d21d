"""The chunkwise form of an affine recurrence: products inside a chunk, states between chunks.

With ``h_t = A_t h_{t-1} + b_t``, entry by entry, and the decays ``D_ts = A_t ... A_{s+1}``, the
states of a chunk are ``h_t = D_t h + sum_{s <= t} D_ts b_s``, where h stands before it. Where b is
a product of vectors and an output is a sum over the state, as ``b_s = k_s v_s^T`` and ``o_t = h_t^T
q_t`` in linear attention, the sums over a chunk are products of matrices, ``D_ts (q_t . k_s) v_s``,
and no state is made but those between chunks. A, b and the sums are read off the equations; no
decay is divided by another one, so none has to be positive. Sun et al., RetNet, 2023, arXiv
2307.08621; Yang et al., GLA, ICML 2024, arXiv 2312.06635, section 4; Dao and Gu, Mamba-2, ICML
2024, arXiv 2405.21060.
"""

from __future__ import annotations

from symrnn.program import Program, verify
from symrnn.recurrences.chunk_form import Chunkwise
from symrnn.recurrences.chunk_readings import Readings
from symrnn.recurrences.chunk_steps import Steps
from symrnn.recurrences.kinds import Part


def chunkwise(program: Program, part: Part) -> tuple[Program, Chunkwise]:
    """The same network with names for what the chunkwise form takes, and the form of a part.

    Raises ProgramError for a part whose equations do not give one; the message says why.
    """
    steps = Steps(program, part)
    steps.run()
    readings = Readings(steps.program, part, steps.letter)
    found = readings.found(steps.is_outer)
    return verify(readings.program), Chunkwise(
        "".join(steps.letter.values()), steps.decays, tuple(steps.written), found)
