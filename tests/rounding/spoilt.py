"""``python -m tests.rounding.spoilt``: which saturated cells no way to write an equation mends.

Those of ``missed.toml`` are held against a kernel that computes every equation exactly and rounds
each named value once. What it misses too is lost with the values that an equation reads.
"""

from __future__ import annotations

from symrnn.rounding.exact import exact
from tests.rounding.pool import ideal
from tests.rounding.saturated import misses, missed, saturated


def main() -> None:
    """Print which cases an ideal kernel misses."""
    both = 0
    for name, seed in missed():
        case = saturated(name, seed)
        found = misses(ideal(case), exact(case))
        both += bool(found)
        worst = max(found, key=found.__getitem__, default="")
        print(f"{name}.{seed}: " + (f"{worst} is off by {found[worst]:.1e} of its largest entry"
                                    if found else "holds"))
    print(f"{both} of {len(missed())} are missed by the ideal kernel, too")


if __name__ == "__main__":
    main()
