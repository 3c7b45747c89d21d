"""Streaming in C: an LSTM in a package learns to foresee a sensor while it reads it.

`symrnn package --train` writes a folder of C99 without malloc; `sensor.c` is a few lines around it.
The simulated sensor changes its rhythm in the middle, and the network follows.
"""

# %%
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from support import BLUE, GREY, ORANGE, asked, axes, saved

import symrnn

options = asked(__doc__)
readings = 400 if options.quick else 12000

# %% [markdown]
# The package: an LSTM of 16 units with its training part, as `symrnn package` writes it.

# %%
folder = Path(tempfile.mkdtemp())
net, sizes = symrnn.readout(symrnn.lstm()), {"n": 1, "m": 16, "p": 1}
made = symrnn.package(net, "sensor", sizes, symrnn.random_parameters(net, **sizes),
                      kinds=["cmake"], train="mean_squared_error", window=16)
made.write(folder)
print(f"{len(made.files)} files, {sum(name.endswith('.c') for name in made.files)} of them C")

# %% [markdown]
# Built with any C compiler: the one of the system, or the one in the `ziglang` wheel.

# %%
system = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
compiler = [system] if system else [sys.executable, "-m", "ziglang", "cc"]
program, source = folder / "sensor", Path(__file__).with_name("sensor.c")
subprocess.run([*compiler, "-std=c99", "-O2", f"-I{folder / 'src'}", *map(str, sorted(
    (folder / "src").glob("*.c"))), str(source), "-lm", "-o", str(program)], check=True)

# %% [markdown]
# The sensor: a wave with overtones and noise, whose rhythm changes halfway.

# %%
draw = np.random.default_rng(0)
period = np.where(np.arange(readings) < readings // 2, 25, 17)
phase = np.cumsum(2 * np.pi / period)
signal = (0.6 * np.sin(phase) + 0.3 * np.sign(np.sin(phase / 2 + 1))
          + draw.normal(0, 0.03, readings))
ran = subprocess.run([str(program)], input="\n".join(map(str, signal)), text=True, check=True,
                     capture_output=True)
losses = np.array(ran.stdout.split(), float)
naive = np.mean(np.diff(signal) ** 2)
shutil.rmtree(folder)
print(ran.stderr.strip())
half = readings // 2
for name, part in (("first windows", losses[16:64]), ("before the change", losses[half - 100:half]),
                   ("just after it", losses[half + 16:half + 48]), ("in the end", losses[-100:])):
    print(f"{name:18} {part.mean():.4f}")
print(f"{'always the last':18} {naive:.4f}")

# %%
figure, (sensor, learning) = axes(2)
shown = slice(half - 100, half + 100)
sensor.plot(np.arange(readings)[shown], signal[shown], color=GREY, linewidth=0.8)
sensor.axvline(half, color=ORANGE, linestyle="--", linewidth=0.8)
sensor.set(xlabel="reading", title="the sensor, where its rhythm changes")
learning.semilogy(losses[16:], color=BLUE, linewidth=0.5)
learning.axhline(naive, color=GREY, linestyle=":", label="always the last reading")
learning.axvline(half, color=ORANGE, linestyle="--", linewidth=0.8, label="another rhythm")
learning.set(xlabel="reading", title="squared error of a window, on the device")
learning.legend(frameon=False, fontsize=8)
saved(figure, options.path("sensor.png"))
