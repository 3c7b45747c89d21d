"""Two processes that torchrun starts train like one that has the whole batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

SCRIPT, ROOT = Path(__file__).with_name("train_together.py"), Path(__file__).parents[2]


@pytest.mark.skipif(not torch.distributed.is_available() or sys.platform == "win32",
                    reason="torch was built without gloo")
def test_two_processes_have_the_losses_of_one(tmp_path: Path) -> None:
    from tests.torch.train_together import train

    told = tmp_path / "losses.json"
    found = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone",
         "--local-addr=127.0.0.1", str(SCRIPT), str(told)], capture_output=True, text=True,
        timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
                          "GLOO_SOCKET_IFNAME": "lo"})
    assert found.returncode == 0, found.stderr[-2000:]
    losses = json.loads(told.read_text(encoding="utf-8"))
    assert np.allclose(losses, train(0, 1), rtol=1e-12)
    assert losses[-1] < losses[0]
