"""The command line: list, show, grad, generate, check, compare, new, flow, import, export, docs,
package, narrow, bench, fuzz, verify, accuracy.
"""

from symrnn.cli.commands import app
from symrnn.cli.exchanging import export, import_file
from symrnn.cli.flowing import flow
from symrnn.cli.fuzzing import fuzz
from symrnn.cli.gradients import grad
from symrnn.cli.narrowing import narrow
from symrnn.cli.packing import package
from symrnn.cli.racing import bench
from symrnn.cli.rounding import accuracy
from symrnn.cli.running import main
from symrnn.cli.verifying import verify
from symrnn.cli.writing import docs

app.command(short_help="Measure how gradients travel through time.")(flow)
app.command(short_help="Show the equations that give a gradient.")(grad)
app.command("import", short_help="Read weights of another library's file.")(import_file)
app.command(short_help="Write a network as an ONNX model.")(export)
app.command(short_help="Write pages: equations, gradients, code.")(docs)
app.command(short_help="Write a folder that C projects build.")(package)
app.command(short_help="Measure what weights in fewer bits change.")(narrow)
app.command(short_help="Race symrnn against other libraries.")(bench)
app.command(short_help="Hold random cells against their equations.")(fuzz)
app.command(short_help="Climb the ladder and write certificates.")(verify)
app.command(short_help="Measure rounding errors beside a proven bound.")(accuracy)

__all__ = ["app", "main"]
