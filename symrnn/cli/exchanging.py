"""``symrnn import`` and ``symrnn export``: weights of other libraries in, ONNX out."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli import choices, completion
from symrnn.cli.terminal import say, waiting
from symrnn.targets import DTYPES

SourceFile = Annotated[str, typer.Argument(
    metavar="FILE", help="A model of ONNX, Keras, PyTorch, RTNeural, GuitarML or NAM.")]
Saved = Annotated[str, typer.Option(
    "--output", "-o", metavar="FILE", help="Network and weights: .safetensors, or .npz.")]


def import_file(file: SourceFile, output: Saved,
                node: Annotated[str, typer.Option(
                    metavar="NAME", help="The node, where an ONNX model has several.")] = "",
                prefix: Annotated[str, typer.Option(
                    metavar="NAME", help="The module, where a state_dict has several.")] = "",
                kind: Annotated[str, typer.Option(
                    metavar="MODE", help="Of an nn.RNN: RNN_TANH or RNN_RELU.")] = "") -> None:
    """Read weights of another library, and write them with their network into one file.

    Says what was found, where each parameter comes from, and the largest difference between the
    library's output and symrnn's, where the library is installed. Reads model.onnx, model.keras,
    model.h5, model.weights.h5, a PyTorch state_dict in model.safetensors or model.npz, and JSON
    of RTNeural, GuitarML and NAM.

    Examples: `symrnn import model.onnx --node encoder -o lstm.safetensors`,
    `symrnn import amp.nam -o amp.npz`.
    """
    from symrnn import workflow

    with waiting("Reading"):
        found = workflow.imported(file, node, kind, prefix, output)
    say(str(found))
    say(f"{output} is written; read it, then: symrnn show {output}")


def export(cell: Annotated[str, typer.Argument(
               metavar="CELL", help="A name, a cell file, or what import or save has written.",
               autocompletion=completion.cells)],
           output: Annotated[str, typer.Option(
               "--output", "-o", metavar="FILE.onnx", help="The model.")],
           fix: Annotated[str, typer.Option(
               metavar="n=16,m=32", help="Sizes, where there are no weights to tell them.")] = "",
           dtype: Annotated[str, choices.option(
               "type", DTYPES, "--dtype", help="Of the model's numbers.")] = DTYPES[0],
           scan: Annotated[bool, typer.Option(
               "--scan", help="Primitive operators even where one operator is the cell.")] = False,
           ) -> None:
    """Write a network as an ONNX model, checked, and compared with ONNX Runtime where it is.

    The model is one operator (RNN, LSTM, GRU) where that is proved to be the network, else a Scan
    of primitive operators, which runtimes compute slowly. Steps and samples stay open. Weights
    are in the model where the file has some, else they are its inputs.

    Examples: `symrnn export lstm.safetensors -o lstm.onnx`,
    `symrnn export janet --fix n=16,m=32 -o janet.onnx`.
    """
    from symrnn import workflow

    with waiting("Writing a model"):
        made = workflow.exported(cell, output, fix, dtype, scan)
    say(f"{output} is written: {made}")
