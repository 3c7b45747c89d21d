"""Pictures of networks, drawn from their equations: the data flow of one step."""

from __future__ import annotations

from symrnn.diagrams.diagram import Diagram, diagram

__all__ = ["Diagram", "diagram"]
