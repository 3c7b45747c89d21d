"""RNNoise, with the weights of a public package, frame by frame against the original.

`rnnoise.cell` is its network as equations: two convolutions over time, three GRUs, and a layer of
sigmoids that gives the gains of 32 bands and the probability of a voice. The weights come out of
the library in the package pyrnnoise (RNNoise is under the BSD license, J.-M. Valin 2018), which is
also what symrnn's kernel is compared with.
"""

# %%
import ctypes
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from support import BLUE, GREY, ORANGE, asked, axes, saved

import symrnn

options = asked(__doc__)
frames = 40 if options.quick else 300
spec = find_spec("pyrnnoise")
found = [] if spec is None or spec.origin is None else sorted(
    Path(spec.origin).parent.glob("*rnnoise.so"))
if not found:
    raise SystemExit("this example needs pyrnnoise for Linux, which is not installed; "
                     "pip install --no-deps pyrnnoise")
library = ctypes.CDLL(str(found[0]))

# %% [markdown]
# The library's own layers. Each is asked what it does to every unit vector, which gives the
# columns of its matrix, however it stores them (these are sparse).


# %%
class Layer(ctypes.Structure):
    """A linear layer as RNNoise's header declares it."""

    _fields_ = (*((name, ctypes.c_void_p) for name in
                  "bias subias weights float_weights index diagonal scale".split()),
                ("inputs", ctypes.c_int), ("outputs", ctypes.c_int))


NAMES = ("conv1 conv2 gru1_input gru1_recurrent gru2_input gru2_recurrent gru3_input "
         "gru3_recurrent dense_out vad_dense").split()
model = (Layer * len(NAMES))()
arrays = ctypes.byref(ctypes.c_char.in_dll(library, "rnnoise_arrays"))
if library.init_rnnoise(ctypes.byref(model), arrays):
    raise SystemExit("this pyrnnoise holds another network; take 0.4.5")


def floats(array: np.ndarray) -> ctypes.c_void_p:
    """Where the numbers of an array are."""
    return array.ctypes.data_as(ctypes.c_void_p)


def matrix(layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Weights [outputs, inputs] and bias [outputs]."""
    out = np.zeros((layer.inputs + 1, layer.outputs), np.float32)
    vectors = np.eye(layer.inputs + 1, layer.inputs, dtype=np.float32)  # the last one is zero
    for row, vector in zip(out, vectors, strict=True):
        library.rnn_compute_linear_c(ctypes.byref(layer), floats(row), floats(vector))
    return (out[:-1] - out[-1]).T.copy(), out[-1].copy()


layers = {name: matrix(layer) for name, layer in zip(NAMES, model, strict=True)}

# %% [markdown]
# Their rows and columns are the parameters of the cell file.

# %%
params = {}
for letter, name in (("A", "conv1"), ("B", "conv2")):
    weights, params[letter.lower()] = layers[name]
    params |= {f"{letter}_{k}": part for k, part in enumerate(np.split(weights, 3, axis=1))}
for number in "123":
    for letter, name in (("W", "input"), ("U", "recurrent")):
        weights, bias = layers[f"gru{number}_{name}"]
        for gate, rows, part in zip("zrg", np.split(weights, 3), np.split(bias, 3), strict=True):
            params[f"{letter}_{gate}{number}"] = rows
            params[f"{letter.lower()}_{gate}{number}"] = part
weights, bias = (np.concatenate(pair) for pair in
                 zip(layers["dense_out"], layers["vad_dense"], strict=True))
params |= {f"V_{k}": part for k, part in enumerate(np.split(weights, 4, axis=1))} | {"v": bias}

net = symrnn.cell(str(Path(__file__).with_name("rnnoise.cell")))
kernel = symrnn.compile(net)
print(f"{sum(one.size for one in params.values())} weights")

# %% [markdown]
# Something like a voice, in noise: pulses through three resonances, on and off.

# %%
draw, rate, frame = np.random.default_rng(0), 48000, 480
seconds = np.arange(frames * frame) / rate
voice = np.zeros_like(seconds)
for formant, width in ((700, 80), (1200, 100), (2600, 150)):
    phase = (seconds * 120) % 1 / 120
    voice += np.exp(-width * np.pi * phase) * np.sin(2 * np.pi * formant * phase)
talks = (seconds % 1.2 > 0.3) & (seconds % 1.2 < 0.9)
sound = (4000 * voice * talks + draw.normal(0, 150, len(seconds))).astype(np.float32)

# %% [markdown]
# The library makes the features of every frame; its network and ours get the same ones.

# %%
library.rnnoise_create.restype = ctypes.c_void_p
denoiser = ctypes.c_void_p(library.rnnoise_create(None))
spectra = [np.zeros(4096, np.float32) for _ in range(5)]
features, gains = np.zeros((frames, 65), np.float32), np.zeros((frames, 33), np.float32)
memory = np.zeros(130 + 256 + 3 * 384, np.float32)
times = np.zeros((2, frames))
for step, part in enumerate(sound.reshape(frames, frame)):
    library.rnn_compute_frame_features(denoiser, *map(floats, spectra), floats(features[step]),
                                       floats(part))
    begin = time.perf_counter()
    library.compute_rnn(ctypes.byref(model), floats(memory), floats(gains[step, :32]),
                        floats(gains[step, 32:]), floats(features[step]), 0)
    times[0, step] = time.perf_counter() - begin
library.rnnoise_destroy(denoiser)

step_of, ours = kernel.stepper(params), np.zeros_like(gains)
for step, one in enumerate(features):
    begin = time.perf_counter()
    ours[step] = step_of(one)
    times[1, step] = time.perf_counter() - begin
print(f"largest difference of {gains.size} gains and probabilities: "
      f"{np.abs(ours - gains).max():.1e}")

# %% [markdown]
# Where the difference comes from: RNNoise computes tanh and sigmoid by shorter formulas. So the
# NumPy code that symrnn generates runs with the exact functions, then with the library's own two.
# These jump by some 1e-4 from number to number: what goes into them is moved by 1e-7, as another
# order of sums would, and the result moves by far more.


# %%
def own(kind: int, moved: float) -> Callable[[np.ndarray], np.ndarray]:
    """An activation of the library, by its number there, of numbers moved at random."""
    def activation(before: np.ndarray) -> np.ndarray:
        noise = draw.uniform(-moved, moved, before.shape)
        before = np.ascontiguousarray(before + noise, np.float32)
        after = np.zeros_like(before)
        library.rnn_compute_activation_c(floats(after), floats(before), before.size, kind)
        return after
    return activation


def computed(**functions: object) -> np.ndarray:
    """Gains and probabilities [frames, 33] of the generated NumPy, with functions replaced."""
    generated: dict = {}
    exec(symrnn.generate(net, "rnnoise")["rnnoise.py"], generated)
    generated.update(functions)
    state = {name: np.zeros((1, width), np.float32) for name, width in
             {"x": 65, "x_handed_on": 65, "c": 128, "c_handed_on": 128,
              "h_1": 384, "h_2": 384, "h_3": 384}.items()}
    result = np.zeros_like(gains)
    for step, one in enumerate(features):
        outputs, state = generated["step"](params, {"x": one[None]}, state)
        result[step] = outputs["y"][0]
    return result


def with_own(moved: float) -> np.ndarray:
    """The same with the library's own sigmoid and tanh."""
    return computed(sigmoid=own(1, moved),
                    np=SimpleNamespace(**{**vars(np), "tanh": own(2, moved)}))


print(f"with exact functions: {np.abs(computed() - gains).max():.1e}; "
      f"with RNNoise's own: {np.abs(with_own(0) - gains).max():.1e}")
print(f"RNNoise's own, moved by 1e-7: {np.abs(with_own(1e-7) - with_own(0)).max():.1e}")

# %%
theirs_took, ours_took = 1e6 * np.median(times, 1)
print(f"a frame of 10 ms takes {theirs_took:.0f} us in RNNoise, {ours_took:.0f} us in symrnn's "
      f"kernel")

# %%
figure, (upper, lower) = axes(2)
at = np.arange(frames) / 100
upper.plot(seconds[::48], sound[::48] / np.abs(sound).max() / 2 + 0.5, color=GREY, linewidth=0.3,
           label="sound")
upper.plot(at, gains[:, 32], color=ORANGE, linewidth=3, label="RNNoise")
upper.plot(at, ours[:, 32], color=BLUE, linewidth=1, label="symrnn")
upper.set(xlabel="seconds", title="probability of a voice")
upper.legend(fontsize=8, loc="center left")
lower.semilogy(at, np.abs(ours - gains).max(1) + 1e-9, color=BLUE, linewidth=0.8)
lower.set(xlabel="seconds", title="largest difference of a frame's gains")
saved(figure, options.path("rnnoise.png"))
