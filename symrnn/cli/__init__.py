"""The command line: list, show, grad, generate, check, compare, new, flow, docs, package, bench."""

from symrnn.cli.commands import app
from symrnn.cli.flowing import flow
from symrnn.cli.packing import package
from symrnn.cli.racing import bench
from symrnn.cli.running import main
from symrnn.cli.writing import docs

app.command(short_help="Measure how gradients travel through time.")(flow)
app.command(short_help="Write pages: equations, gradients, code.")(docs)
app.command(short_help="Write a folder that C projects build.")(package)
app.command(short_help="Race symrnn against other libraries.")(bench)

__all__ = ["app", "main"]
