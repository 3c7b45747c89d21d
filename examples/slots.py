"""Slot filling, as in the lecture: "arrive Taipei on November 2nd" against "leave Taipei ...".

Taipei is a destination behind "arrive" and a place of departure behind "leave": a network without
memory cannot tell. Where the word comes later, as in "Taipei is where I leave from", one has to
read in both directions. Source: Hung-yi Lee, Machine Learning 2017, recurrent networks.
"""

# %%
import numpy as np
from support import BLUE, asked, axes, saved

import symrnn

options = asked(__doc__)
samples, epochs = (200, 4) if options.quick else (1500, 12)

# %% [markdown]
# A small corpus of templates. `<` marks slots: `to:` the destination, `from:` the departure.

# %%
TEMPLATES = """
arrive to:CITY on time:DATE | I would like to arrive to:CITY on time:DATE
leave from:CITY on time:DATE
I would like to leave from:CITY on time:DATE | on time:DATE I leave from:CITY and arrive to:CITY
on time:DATE I arrive to:CITY and leave from:CITY | from:CITY is where I leave from on time:DATE
to:CITY is where I arrive on time:DATE | to:CITY please , arrive on time:DATE
from:CITY please , leave on time:DATE
"""
CITIES = "Taipei Tainan Hsinchu Hualien Tokyo Osaka Paris London Boston Rome".split()
DATES = [f"{month} {day}" for month in "November December January".split()
         for day in "1st 2nd 3rd 4th 5th".split()]
SLOTS = ["other", "to", "from", "time"]
draw = np.random.default_rng(0)


def sentence() -> list[tuple[str, str]]:
    """Words with their slots."""
    found = []
    templates = [one.strip() for one in TEMPLATES.replace("\n", "|").split("|") if one.strip()]
    for part in str(draw.choice(templates)).split():
        slot, _, kind = part.rpartition(":")
        text = str(draw.choice(CITIES if kind == "CITY" else DATES)) if slot else kind
        found += [(word, slot or "other") for word in text.split()]
    return found


corpus = [sentence() for _ in range(samples)]
words = sorted({word for one in corpus for word, _ in one})
longest = max(map(len, corpus))


def arrays(sentences: list[list[tuple[str, str]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words as one-hot vectors [T, N, n], slots as classes [T, N], lengths [N]."""
    x = np.zeros((longest, len(sentences), len(words)))
    slots = np.zeros((longest, len(sentences)), int)
    for place, one in enumerate(sentences):
        for step, (word, slot) in enumerate(one):
            x[step, place, words.index(word)], slots[step, place] = 1, SLOTS.index(slot)
    return x, slots, np.array([len(one) for one in sentences])


held = samples // 5
train, held_out = arrays(corpus[held:]), arrays(corpus[:held])

# %% [markdown]
# Four networks, one call each. A bidirectional one reads what comes later too.

# %%
networks = {"Elman": symrnn.elman(), "Jordan": symrnn.jordan(),
            "LSTM": symrnn.readout(symrnn.lstm()),
            "bidirectional LSTM": symrnn.readout(symrnn.bidirectional(symrnn.lstm(),
                                                                      readout=False))}
found, right, tagged = {}, {}, {}
question = "Taipei is where I leave from on November 2nd".split()
for name, net in networks.items():
    known = {"n": len(words), "m": 16, "p": len(SLOTS)}
    start = symrnn.random_parameters(net, **{one.name: known[one.name] for one in net.sizes
                                             if one.value is None})
    found[name] = symrnn.fit(net, start, train, loss="softmax_cross_entropy", rate=0.01,
                             epochs=epochs, validation=held_out, backend=options.backend)
    kernel = symrnn.compile(net, options.backend)
    scores, _ = kernel.infer(found[name].parameters, held_out[0], lengths=held_out[2])
    asks = (np.arange(longest)[:, None] < held_out[2]) & (held_out[1] > 0)
    right[name] = float(np.mean((scores.argmax(-1) == held_out[1])[asks]))
    y, _ = kernel.infer(found[name].parameters,
                        np.eye(len(words))[[words.index(word) for word in question]][:, None])
    tagged[name] = [SLOTS[one] for one in y[:, 0].argmax(-1)]
    print(f"{name:18}  {right[name]:.1%} of the slots right;  "
          f"Taipei: {tagged[name][0]}, November 2nd: {tagged[name][-1]}")

# %%
figure, (learning, share) = axes(2)
for name, one in found.items():
    learning.semilogy(range(1, epochs + 1), one.validation, label=name)
learning.set(xlabel="epoch", title="cross-entropy on new sentences")
learning.legend(frameon=False)
share.barh(list(right), [100 * one for one in right.values()], color=BLUE)
share.invert_yaxis()
share.set(title="slots of new sentences that are right, %", xlim=(0, 100))
saved(figure, options.path("slots.png"))
