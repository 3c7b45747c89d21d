"""What the commands do, without a terminal: find networks, write files, check them.

What only some of them need is imported where they need it: generating compares no networks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrnn import rendering
from symrnn.authoring import Architecture
from symrnn.authoring.registry import variants
from symrnn.catalogue import FromFile, find, is_path
from symrnn.cells import architectures
from symrnn.pipeline import own_files
from symrnn.program import Misused, Program, ProgramError, UnknownName, quoted
from symrnn.rendering import FileRefused, refuse_foreign, shared
from symrnn.targets import CHECKED, Target

if TYPE_CHECKING:
    from symrnn.checking import Drift
    from symrnn.comparison import Comparison
    from symrnn.diagrams import Diagram
    from symrnn.documents.reference.commands import CommandLine
    from symrnn.exchange import Exported, Imported
    from symrnn.gradients import Gradient
    from symrnn.packaging import Packaged

KERNELS = tuple((one, dtype) for one in CHECKED for dtype in one.dtypes)


def mistakes() -> tuple[type[Exception], ...]:
    """What users can mend: the errors that tell them how, in one sentence."""
    from symrnn.runtime import CompilerFailed, CompilerMissing, ShapeError

    return (UnknownName, Misused, ProgramError, FileRefused, ShapeError, CompilerMissing,
            CompilerFailed, OSError)


def chosen(names: Sequence[str]) -> tuple[Architecture, ...]:
    """The architectures of these names and cell files, or all, each with a folder of its own.

    A name counts once, and so does a file, however its path is written. Raises UnknownName, and
    ProgramError where a file's cell has the name of another.
    """
    found = tuple(map(find, once(names))) if names else architectures()
    taken = {one.name.casefold() for one in architectures()}
    for architecture in found:
        if isinstance(architecture, FromFile):
            if architecture.name.casefold() in taken:  # some systems take both for one folder
                raise ProgramError(f"{architecture.python} is called '{architecture.name}' like "
                                   f"another cell, and both would be written into one folder; "
                                   f"rename it")
            taken.add(architecture.name.casefold())
    return found


def once(names: Sequence[str]) -> tuple[str, ...]:
    """The names without those that say again what one before them said."""
    found = dict[str, str]()
    for name in names:
        found.setdefault(os.path.realpath(name) if is_path(name) else name, name)
    return tuple(found.values())


def conventions() -> tuple[str, ...]:
    """The conventions of other libraries that it knows."""
    from symrnn.interop.conventions import FRAMEWORKS

    return tuple(FRAMEWORKS)


def network(name: str) -> Program:
    """The program of a name or a cell file. Raises UnknownName."""
    return find(name).build()


def judged(name: str, loss: str | None) -> Program:
    """The program of a name or a cell file, with a loss of the library behind it where one is told.

    Raises UnknownName, ProgramError for a network that the loss cannot judge.
    """
    from symrnn.losses import LOSSES, with_loss

    if loss is not None and loss not in LOSSES:
        raise UnknownName(f"there is no loss {quoted(loss)}; there are {', '.join(LOSSES)}")
    program = network(name)
    return program if loss is None else with_loss(program, LOSSES[loss]())


def compared(a: str, b: str) -> tuple[Comparison, int]:
    """Whether two cells or conventions are one function, and the exit code for it.

    Raises UnknownName, and CellFileError for a file that cannot be read.
    """
    from symrnn.comparison import Verdict, compare

    codes = {Verdict.SAME: 0, Verdict.MERGED: 0, Verdict.DIFFERENT: 1, Verdict.OPEN: 3}
    found = compare(a, b)
    return found, codes[found.verdict]  # 2 is a mistake, as everywhere


def imported(path: str, node: str, kind: str, prefix: str, output: str) -> Imported:
    """Read another library's file and write network and weights. Raises as ``read`` does."""
    from symrnn.exchange import read
    from symrnn.storage import container, save

    container(Path(output))  # an ending that cannot be written is told before the work
    found = read(path, node, kind, prefix)
    save(found.network, found.parameters, output)
    return found


def exported(name: str, output: str, fix: str, dtype: str, scan: bool) -> Exported:
    """Write a network as an ONNX model. Raises as ``to_onnx`` does, UnknownName."""
    from symrnn.exchange import to_onnx
    from symrnn.presentation.costs import sizes_of
    from symrnn.storage import is_saved, load

    if Path(output).suffix != ".onnx":
        raise Misused(f"{quoted(output)} names no model; give a file that ends with .onnx")
    program, parameters = load(name) if is_saved(name) else (network(name), None)
    sizes = {str(one): int(size) for one, size in sizes_of(program, fix, wide=False).items()}
    return to_onnx(program, parameters, output, dtype, sizes, scan)


def folder(name: str) -> Path:
    """The folder that an option names. Raises FileRefused for an empty name."""
    if not name.strip():
        raise FileRefused("--output is empty; name a folder, or '.' for this one")
    return Path(name)


def files_of(architecture: Architecture, output: Path) -> dict[str, str]:
    """The text of every file of one architecture, by its name below the output folder.

    Raises FileRefused where somebody else's file stands in the place of one.
    """
    files = {f"{architecture.name}/{name}": text for name, text in
             own_files(architecture.build(), architecture.name).items()}
    refuse_foreign(output, files)
    return files


def pages(networks: Sequence[Architecture], languages: Sequence[str], formats: str,
          commands: CommandLine | None = None, certificates: Path | None = None
          ) -> Iterator[tuple[str, dict[str, str | bytes]]]:
    """The site of some networks, page by page: each network's name, and its files.

    A whole site, to which ``commands`` are given, has pages of them, of Python's names and of
    recipes too; ``certificates`` is a folder with that of every network. Raises UnknownName for a
    language or a format that there is none of, MissingText where what the author of a built-in cell
    wrote is not in a language, FileRefused for a certificate that is none of these equations.
    """
    from symrnn.documents.site import site
    from symrnn.documents.writers import LINKED, writer
    from symrnn.documents.written import in_every_language

    written = writer(formats, languages)
    whole = site(networks, commands is not None,
                 () if formats in LINKED else _beside(networks), certificates)
    for page in whole.pages():
        in_every_language(page, languages)
        yield page.head.name, {**written.page(page)}
    yield "", {**written.assets(), **written.index(whole.entries, commands)}


def _beside(networks: Sequence[Architecture]) -> tuple[Architecture, ...]:
    """The other variants of some networks, of which their documents tell the difference."""
    own = [one.name for one in networks]
    names = dict.fromkeys(other for name in own for other in variants(name))
    return tuple(find(name) for name in names if name not in own)


def write_pages(files: Mapping[str, str | bytes], output: Path) -> Path:
    """Write pages, and tell where a reader begins: at the list of all, else at the first.

    Raises FileRefused.
    """
    rendering.write(output, files)
    return output / ("index.html" if "index.html" in files else next(iter(files)))


def write(files: Mapping[str, str], output: Path) -> None:
    """Write what ``files_of`` gives, with what all share. Raises FileRefused."""
    rendering.write(output, {**files, **shared()})


def package_of(cell: str, weights: str, node: str, fix: str, name: str = "",
               **options: Any) -> Packaged:
    """The package of a cell or a file, with the options of ``symrnn.package``.

    Without a ``name`` it bears that of the network. Raises ProgramError, UnknownName, Misused for
    sizes that are not understood.
    """
    from symrnn.packaging import given, package
    from symrnn.presentation.costs import sizes_of

    found = given(cell, weights, node)
    sizes = {str(size): int(value)
             for size, value in sizes_of(found.network, fix, wide=False).items()}
    return package(found.network, name or found.name, sizes, found.params, **options)


def draw(program: Program, unroll: int, name: str) -> Path:
    """Write the picture of a network, and give the path.

    Raises FileRefused where it may not stand there, Misused where the library is missing.
    """
    from symrnn.diagrams import diagram

    return _drawn(diagram(program, unroll), _pictured(name))


def measured(found: Gradient, arrays: str) -> Gradient:
    """A gradient with numbers beside it, from a file of arrays. Raises Misused."""
    from symrnn.gradients import values

    return values.measured(found, values.read(arrays))


def draw_gradient(found: Gradient, arrays: str | None, name: str) -> Path:
    """Write the picture of the paths of a gradient, and give the path.

    Raises FileRefused where it may not stand there, Misused where the library is missing.
    """
    from symrnn.gradients import values
    from symrnn.gradients.picture import flow_of

    path = _pictured(name)
    return _drawn(flow_of(found, None if arrays is None else values.read(arrays)), path)


def _pictured(name: str) -> Path:
    """The file of a picture. Raises FileRefused for one of another kind."""
    path = Path(name)
    if path.suffix not in (".svg", ".tex"):
        raise FileRefused(f"{quoted(name)} names no picture; give a file that ends with .svg, or "
                          f"with .tex for TikZ")
    return path


def _drawn(made: Diagram, path: Path) -> Path:
    rendering.write(path.parent, {path.name: made.svg if path.suffix == ".svg" else made.tikz},
                    "choose another file with --graph")
    return path


def drifted(networks: Sequence[Architecture], output: Path) -> list[Drift]:
    """Files that are not what the equations give.

    A folder that belongs to no architecture counts only where all of them are checked: beside
    some, it may be that of a cell file.
    """
    from symrnn.checking import drift

    expected = {one.name: own_files(one.build(), one.name) for one in networks}
    known = {one.name for one in architectures()}
    return drift(output, expected, known if known == set(expected) else None, shared())


def numeric_failures(networks: Sequence[Architecture]) -> Iterator[tuple[Architecture, list[str]]]:
    """For each kernel of each architecture every array that is not right, said once.

    Networks are built in this thread alone: SymPy's cache knows the symbols of two builds of one
    cell by their names, and mixes them up where both are being written.
    """
    pool = ThreadPoolExecutor(os.cpu_count())  # most of the time compilers are at work
    try:
        pending = [(one, [pool.submit(_findings, one.name, program, *kernel) for kernel in KERNELS])
                   for one, program in [(one, one.build()) for one in networks]]
        for architecture, found in pending:
            told = set[str]()
            for each in found:
                yield architecture, [message for message in each.result() if message not in told]
                told.update(each.result())
    finally:
        pool.shutdown(cancel_futures=True)


def _findings(name: str, program: Program, target: Target, dtype: str) -> list[str]:
    from symrnn.checking import check_kernel
    from symrnn.runtime.compiler import slightly_optimised
    from symrnn.runtime.patience import silence

    called = ", ".join((name, *target.choice.values(), dtype))
    try:
        with silence(), slightly_optimised():  # a bar shows that it goes on
            found = check_kernel(program, dtype=dtype, **target.choice)
    except ProgramError as error:
        return [str(error)]
    return [f"{called}: {one}" for one in found]
