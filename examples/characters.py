"""A language model of characters: a peephole LSTM of symrnn in PyTorch's own training loop.

It learns the Python language reference, which every Python has in `pydoc_data.topics`: under the
PSF license, so no public-domain text, but one that is there. In the end it writes some itself.
"""

# %%
import re
from pydoc_data.topics import topics

from support import BLUE, asked, axes, needed, saved

import symrnn

with needed("PyTorch", "symrnn[torch]"):
    import torch
    from symrnn.torch import module

options = asked(__doc__)
updates, letters = (5, 60) if options.quick else (400, 400)
torch.manual_seed(0)

# %% [markdown]
# The text: paragraphs of prose, each once, without tables, grammar and blocks of code.

# %%
paragraphs = [re.sub(r"\s+", " ", one).strip() for topic in sorted(topics)
              for one in topics[topic].split("\n\n") if not one.startswith((" ", "*", "="))]
plain = ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.;:'()-\n"
         "\"_[]{}*/`=<>+%!")
text = "\n".join(one for one in dict.fromkeys(paragraphs)
                 if len(one) > 80 and set(one) <= set(plain))
codes = torch.tensor([plain.index(one) for one in text])
print(f"{len(text)} characters, {len(plain)} different ones")

# %% [markdown]
# Any cell of symrnn is an `nn.Module`; nothing else here knows symrnn.


# %%
class Model(torch.nn.Module):
    """Characters in, scores of the next one out; the state goes on from one part to the next."""

    def __init__(self, hidden: int = 96) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(len(plain), 32)
        self.memory = module(symrnn.lstm(peephole=True), n=32, m=hidden)
        self.scores = torch.nn.Linear(hidden, len(plain))

    def forward(self, codes, state=None):
        y, state = self.memory(self.embed(codes), initial=state)
        return self.scores(y), state


model = Model()
steps = torch.optim.Adam(model.parameters(), lr=0.01)
streams = codes[:len(codes) // 32 * 32].reshape(32, -1).T  # [T, 32]: each goes on by itself
losses, state, place = [], None, 0
for _ in range(updates):
    if place + 65 > len(streams):
        state, place = None, 0
    part = streams[place:place + 65]
    scores, state = model(part[:-1], state)
    state = {name: one.detach() for name, one in state.items()}
    loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), part[1:].flatten())
    steps.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    steps.step()
    losses.append(loss.item())
    place += 64
last = losses[-20:]
print(f"cross-entropy: {losses[0]:.2f} at first, {sum(last) / len(last):.2f} in the end")

# %% [markdown]
# What it writes, character by character.

# %%
written, state = "The ", None
with torch.no_grad():
    following = torch.tensor([[plain.index(one)] for one in written])
    for _ in range(letters):
        scores, state = model(following, state)
        chances = torch.softmax(scores[-1, 0] / 0.6, 0)
        following = torch.multinomial(chances, 1)[None]
        written += plain[following.item()]
print(written)

# %%
figure, plane = axes(width=7)
plane.plot(range(1, updates + 1), losses, color=BLUE, linewidth=0.8)
plane.set(xlabel="update", ylabel="nats a character", title="cross-entropy of the next character")
saved(figure, options.path("characters.png"))
