"""A package: one folder with a network, its weights, its tests, and what builds them anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from symrnn.backends.c import Chosen, c_backend
from symrnn.lowering import Stored
from symrnn.packaging.asked import kinds_asked, sizes_asked, unfit, untrue
from symrnn.packaging.content import BYTES, Array, Model, Slot, bits, literals, model
from symrnn.packaging.drawn import (STEPS, TOLERANCE, checked_parameters, drawn_parameters,
                                    vectors)
from symrnn.packaging.fast import Fast, fast
from symrnn.packaging.kinds import CORE, FAST, LEARNS, Kind
from symrnn.packaging.learning import BLOCK, Training, training
from symrnn.packaging.measured import Measured, measured
from symrnn.packaging.narrow import Weights, stored
from symrnn.packaging.packaged import Packaged
from symrnn.pipeline import derive
from symrnn.program import Program, ProgramError, of_network
from symrnn.rendering import MARK, render, rendered
from symrnn.schedule import Plan

README = "README.md"
HEADER = 64  # bytes in front of the numbers of a binary file
DRAWN = "The weights are drawn at random, since none were given: they are there to be trained."
GIVEN = "The weights are those that were given."
ALLOWED = 0.01  # what narrow weights may change of the largest entry
Lines = tuple[tuple[Slot, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Package:
    """What the templates print beside the model and its training."""

    model: Model
    weights: Weights
    values: Lines
    given: Lines
    wanted: Lines
    origin: str
    sources: tuple[str, ...]
    kinds: tuple[Kind, ...]
    training: tuple[Training, ...]
    headers: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()
    fast: tuple[Fast, ...] = ()
    steps: int = STEPS
    tolerance: str = str(TOLERANCE)
    version: str = "1.0.0"
    header_bytes: int = HEADER

    @property
    def equations(self) -> str:
        """The name of the network's equations, which every file bears."""
        return self.model.equations

    @property
    def unused(self) -> bool:
        """True where there are no parameters."""
        return not self.model.parameters

    @property
    def weighted(self) -> bool:
        """True where there are parameters."""
        return bool(self.model.parameters)

    @property
    def stateless(self) -> bool:
        """True where nothing is remembered."""
        return not self.model.states

    @property
    def unmeasured(self) -> bool:
        """True where no compiler told the size of the code."""
        return not self.measured

    @property
    def header_folders(self) -> tuple[str, ...]:
        """Where headers lie."""
        return tuple(dict.fromkeys(one.partition("/")[0] for one in self.headers))

    @property
    def audio_class(self) -> str:
        """The class in C++: the name with a large first letter."""
        return self.model.name[:1].upper() + self.model.name[1:]

    @property
    def in_vectors(self) -> tuple[Fast, ...]:
        """Present where a step of one sample runs in vectors."""
        return tuple(one for one in self.fast if not one.portable)

    @property
    def mono(self) -> tuple[str, ...]:
        """Present where one sample goes in and what comes out begins with one."""
        one_each = [one.entries for one in self.model.inputs] == [1] and \
            [one.entries for one in self.model.outputs] == [1]
        return ("mono",) if one_each else ()

    @property
    def infer_bytes(self) -> int:
        """The workspace of the test's sequence."""
        return BYTES * self.model.work["infer_work"]

    @property
    def narrow(self) -> tuple[Weights, ...]:
        """Present where weights are stored in few bits."""
        return (self.weights,) if self.weights.kind else ()

    @property
    def unstored(self) -> str:
        """The parameters that are no matrix, or whose rows are too short, in one line."""
        return ", ".join(one.member for one in self.model.parameters
                         if one.key in self.weights.kept) or "none"

    @property
    def values_type(self) -> str:
        """What weights that lie one behind the other are in C."""
        return f"{self.model.name}_real" if self.model.whole else "void"

    @property
    def words(self) -> str:
        """How many numbers of float32 a file of weights is as long as."""
        return f"{self.model.upper}_WEIGHTS" if self.model.whole else str(self.model.words)

    @property
    def order(self) -> str:
        """How the weights lie in a file."""
        return "as float32" if self.model.whole else "as they are stored, each from a whole word on"


@of_network
def package(network: Program, name: str, fix: Mapping[str, int] | None = None,
            params: Mapping[str, Any] | None = None, kinds: Sequence[str] = (),
            train: str = "", window: int = 8, weights_as: str = "",
            tolerance: float = ALLOWED) -> Packaged:
    """A folder that C projects build as it is: C99 with weights, tests, and what builds them.

    ``fix`` gives sizes that the shapes of ``params`` do not tell; weights that are not given are
    drawn. ``kinds`` are toolchains, such as ``cmake``; all where there are none. ``train`` names a
    loss, and then the package learns too, in windows of up to ``window`` steps. ``weights_as``
    stores matrices as ``int8`` with a scale for each row, as ``float16`` or ``bfloat16``; what
    this changes of an output or a final state may be ``tolerance`` of its largest entry. Raises
    ProgramError for a network, a name, sizes, weights or a kind that make no package.
    """
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if (why := unfit(name, kinds) or untrue(window, tolerance)) is not None:
        raise ProgramError(why)
    if train and weights_as:
        raise ProgramError(f"{name}: weights in {weights_as} cannot learn, updates are smaller "
                           f"than their steps; leave out --train or --weights-as")
    sizes = sizes_asked(network, fix or {}, params)
    wide = (drawn_parameters(network, sizes) if params is None
            else checked_parameters(network, sizes, params))
    weights = stored(network, sizes, wide, weights_as, tolerance)
    files = _files_of(weights, name, sizes, kinds, train, window,
                      DRAWN if params is None else GIVEN)
    return Packaged(name, files, weights.differences)


def _files_of(weights: Weights, name: str, sizes: Mapping[str, int], kinds: Sequence[str],
              train: str, window: int, origin: str) -> dict[str, str | bytes]:
    """Every file by its path."""
    network, params = weights.network, weights.params
    plan = derive(network)
    own = model(plan, name, sizes, STEPS, weights.types)
    chosen = kinds_asked(kinds, own)
    learns = (training(network, own, sizes, params, train, window),) if train else ()
    code = _kernels(plan, own, weights.types, learns)
    found = vectors(network, sizes, params)
    quick = fast(plan, own, sizes)
    parts = (*code, *_own_sources(name, quick, learns))
    sources = tuple(one for one in sorted(parts) if one.endswith(".c"))
    content = Package(
        own, weights, tuple((one, bits(weights.stored[one.key])) for one in own.parameters),
        tuple((one, literals(found.inputs[one.key])) for one in own.inputs),
        tuple((one, literals(found.outputs[one.key])) for one in own.outputs), origin, sources,
        chosen, learns, _headers(parts, name, chosen), fast=quick)
    files = {**{f"src/{one}": text for one, text in code.items()}, **dict(_files(content))}
    content = replace(content, measured=_measured(content, files))
    return {**files, README: render(f"package/core/{README}.j2", content),
            f"weights/{name}.bin": _binary(own, weights)}


def _measured(content: Package, files: Mapping[str, str]) -> tuple[Measured, ...]:
    """The code of the step and of the training part, where there is a compiler."""
    sources = {path.removeprefix("src/"): text for path, text in files.items()
               if path.startswith("src/")}
    name = content.model.name
    step = (f"{name}.c", f"{name}_model.c")
    others = (f"{name}_weights.c", f"{name}_fast.c")
    return measured(sources, step, [one for one in content.sources if one not in (*step, *others)])


def _kernels(plan: Plan, own: Model, types: Stored, learns: Sequence[Training]
             ) -> dict[str, str]:
    """The generated sources: the network, and where it learns its judge and its optimisers."""
    def printed(one: Plan, name: str, chosen: Chosen) -> dict[str, str]:
        return rendered(c_backend(one, name, chosen))

    fixed = {name: value for name, value, _ in own.sizes}
    files = printed(plan, own.name, Chosen(("infer", "step"), fixed, types, beside=False))
    for each in learns:
        for name, one in each.plans.items():
            judging = name == each.judged.name
            files |= printed(one, name, Chosen(
                ("forward", "backward") if judging else ("step",),
                {size: value for size, value, _ in each.judged.sizes} if judging
                else {"k": BLOCK}, beside=False))
    return files


def _own_sources(name: str, quick: Sequence[Fast], learns: Sequence[Training]) -> tuple[str, ...]:
    kinds = (CORE, *((FAST,) if quick else ()), *((LEARNS,) if learns else ()))
    return tuple(path.format(name=name).removeprefix("src/") for kind in kinds
                 for _, path in kind.files if path.startswith("src/"))


def _headers(parts: Iterable[str], name: str, kinds: Sequence[Kind]) -> tuple[str, ...]:
    """What a project includes, as paths: what is installed."""
    own = [f"src/{one}" for one in sorted(parts) if one.endswith(".h")]
    return (*own, *(path.format(name=name) for kind in kinds for _, path in kind.files
                    if path.endswith(".hpp")))


def _files(content: Package) -> Iterator[tuple[str, str]]:
    """Every file that a template makes, but the README, which tells how large they are."""
    for kind in (CORE, *((FAST,) if content.fast else ()), *content.kinds,
                 *((LEARNS,) if content.training else ())):
        for template, path in kind.files:
            inside = content.training[0] if kind is LEARNS else content
            yield path.format(name=content.model.name), render(
                f"package/{kind.name}/{template}.j2", inside)


def _binary(own: Model, weights: Weights) -> bytes:
    """The weights in a file: a line that tells what it is, in 64 bytes, then the numbers."""
    head = f"{MARK}: {own.name}, {own.count} {weights.kind or 'float32'}".encode()[:HEADER - 1]
    return head.ljust(HEADER - 1) + b"\n" + b"".join(
        _little(weights.stored[one.key]).ljust(one.bytes, b"\0") for one in own.parameters)


def _little(array: Array) -> bytes:
    """The bytes of an array, little end first."""
    return array.astype(array.dtype.newbyteorder("<")).tobytes()
