"""The package on an emulated Cortex-M4: its numbers, its losses, its size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.package.building import BOARD, on_cortex, run, section_sizes

WEIGHTS = 4 * (4 * 32 * 16 + 4 * 32 * 32 + 4 * 32)
NOTHING = "int main(void) { return 0; }\n"
STEP = """#include "lstm_model.h"
lstm_real x[16], h[32];
lstm_stream stream;
int main(void) { lstm_stream_step(&stream, &lstm_weights, x, h); return 0; }
"""
LEARN = """#include "lstm_trainer.h"
lstm_real x[16 * 8], target[32 * 8];
lstm_trainer trainer;
lstm_adam_memory adam;
lstm_sgd_memory sgd;
lstm_momentum_memory momentum;
int main(void)
{
    lstm_trainer_start(&trainer, lstm_weight_values);
    lstm_trainer_window(&trainer, 8, x, target);
    lstm_trainer_adam(&trainer, &adam, 0.1f, lstm_trainer_scale(&trainer, 1));
    lstm_trainer_sgd(&trainer, &sgd, 0.1f, 1);
    lstm_trainer_momentum(&trainer, &momentum, 0.1f, 1);
    return 0;
}
"""


@pytest.mark.parametrize("name", ["check", "learn"])
def test_numbers_and_losses_are_those_of_the_host(name: str, packaged: Path,
                                                  tmp_path: Path) -> None:
    made = on_cortex(packaged, packaged / f"tests/{name}.c", tmp_path)
    assert "right" in run(*BOARD, str(made), cwd=tmp_path)


def test_it_is_as_small_as_promised(packaged: Path, tmp_path: Path) -> None:
    """What a program takes beyond an empty one and the weights: code with libm, and memory."""
    found = {}
    for name, text in {"nothing": NOTHING, "step": STEP, "learn": LEARN}.items():
        main = tmp_path / f"{name}.c"
        main.write_text(text)
        found[name] = section_sizes(on_cortex(packaged, main, tmp_path))
    code = {name: text - found["nothing"][0] - WEIGHTS for name, (text, _) in found.items()}
    assert 1000 < code["step"] <= 6000
    assert found["step"][1] - found["nothing"][1] <= 3000
    assert 5000 < code["learn"] <= 20_000
