"""Words that no variable and no size may be called in a generated script."""

from __future__ import annotations

from symrnn.backends.c_words import KEYWORDS

WORDS = """
arguments async await debugger eval export extends finally from function implements import in
instanceof interface let null of package super undefined var with yield Infinity NaN
Array Float64Array Math Object globalThis module exports require constructor prototype __proto__
symrnn costs shapes room given copy copysign sum forward backward
""".split()
OWN = "T B sizes parameters inputs initial values bars gradients".split()
RESERVED = (*KEYWORDS, *WORDS, *OWN)
