"""A network and its weights in one file: equations, sizes and numbers, without pickle."""

from symrnn.storage.saved import Saved, is_saved, load, saved_network, save
from symrnn.storage.containers import Unreadable, container, read_arrays, write

__all__ = ["Saved", "Unreadable", "container", "is_saved", "load", "read_arrays", "save",
           "saved_network", "write"]
