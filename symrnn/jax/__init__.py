"""symrnn in JAX: ``kernel`` on the compiled kernels, ``function`` in plain JAX."""

from importlib.util import find_spec

if find_spec("jax") is None:
    raise ImportError('symrnn.jax needs JAX; pip install "symrnn[jax]"')

from symrnn.jax.derivatives import declare
from symrnn.jax.function import function
from symrnn.jax.kernel import kernel

declare()

__all__ = ["function", "kernel"]
