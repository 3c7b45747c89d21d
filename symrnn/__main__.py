"""``python -m symrnn``."""

from symrnn.cli import main

main()
