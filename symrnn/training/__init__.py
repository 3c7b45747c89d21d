"""The small real run: a network under a loss and an optimiser, on generated kernels."""
