"""``symrnn`` and ``python -m symrnn``: an interruption is quiet from the first import on."""

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from symrnn.cli import main as run

        run()
    except KeyboardInterrupt:  # while that is being loaded; later the command line tells it
        print("symrnn: interrupted", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
