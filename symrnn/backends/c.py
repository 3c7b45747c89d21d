"""The C backend: C99 source and header, no library but libm, no allocation, no globals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from symrnn.backends.base import Artefact, Printed
from symrnn.backends.c_header import PURPOSE, comment, nulls, purpose
from symrnn.backends.c_helpers import Helper, Helpers
from symrnn.backends.c_tree import LEVEL, STORED, CTree, TreeFormulas
from symrnn.backends.c_words import RESERVED, names_of_files
from symrnn.backends.lines import WIDTH, Line, deeper, flat, laid_out, remark, rows
from symrnn.backends.notes import bare
from symrnn.backends.text import text_of, in_comment, lines_of_comment
from symrnn.loops import Names, Scalar, Whole, total
from symrnn.lowering import (ALL_REAL, GIVEN, Arrays, FixedSizes, Interface, Locals, Lowered,
                             Stored, free_sizes, portable, structs_of)
from symrnn.program import FED, Role, Variable, short_digest
from symrnn.schedule import Plan


@dataclass(frozen=True)
class Field:
    """One member of a struct: its name in C and in the program, and what declares it."""

    name: str
    key: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Struct:
    """One struct of the interface, with what it is of: ``parameters``."""

    kind: str
    name: str
    comment: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Count:
    """A function that tells how many entries a block of memory needs, and the macro behind it."""

    name: str
    comment: tuple[str, ...]
    macro: str
    arguments: str
    given: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Everything that the two templates print."""

    name: str
    guard: str
    title: str
    citation: str
    notes: tuple[str, ...]
    nulls: tuple[str, ...]
    structs: tuple[Struct, ...]
    sizes_told: tuple[str, ...]
    fixed: tuple[tuple[str, tuple[str, ...]], ...]
    math: tuple[tuple[str, str], ...]
    helpers: tuple[Helper, ...]
    edges: tuple[str, ...]
    counts: tuple[Count, ...]
    functions: tuple[Printed, ...]
    conversions: tuple[str, ...]
    numbering: tuple[str, ...]
    equations: str


def c_names(plan: Plan, name: str) -> Names:
    """Identifiers of the whole plan; the runtime finds struct fields by them.

    Macros of the header come first, so that every file has the same ones.
    """
    names = Names(plan.programs, (*RESERVED, *names_of_files(name)))
    fixed_sizes(plan, names, name)
    return names


def fixed_sizes(plan: Plan, names: Names, name: str) -> dict[str, str]:
    """The macros that may fix a size when compiling: ``NAME_FIXED_m``, by the size."""
    return {one: names.derived(("fixed", one), f"{name.upper()}_FIXED_{names.member(one)}")
            for one in free_sizes(plan.program) if one not in GIVEN}


@dataclass(frozen=True)
class Chosen:
    """What a file is to hold: functions by what they do, and sizes that it fixes.

    ``stored`` are parameters of another number type. ``beside`` tells whether the paper and the
    module of NumPy lie beside it.
    """

    kinds: tuple[str, ...] = tuple(PURPOSE)
    sizes: Mapping[str, int] = field(default_factory=dict)
    stored: Stored = field(default_factory=dict)
    beside: bool = True


def c_backend(plan: Plan, name: str, chosen: Chosen | None = None) -> tuple[Artefact, ...]:
    """Header and source of one network: all of it, or what is ``chosen``."""
    source = _Sources(plan, name, chosen or Chosen()).source()
    listings = tuple(one.listing for one in source.functions)
    return (Artefact(f"{name}.h", "c/header.h.j2", source),
            Artefact(f"{name}.c", "c/source.c.j2", source, listings))


def blocks(plan: Plan, name: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The shapes that lie in each block of memory that the caller brings, by its name."""
    made = _Sources(plan, name, Chosen())
    work = {f"{kind}_work": one.work for kind, one in portable(plan, made.interface).items()}
    return {"tape": tuple(one.shape for one in plan.saved), **work}


class _Sources:
    def __init__(self, plan: Plan, name: str, chosen: Chosen) -> None:
        self.plan, self.name, self.chosen = plan, name, chosen
        self.names = c_names(plan, name)
        self.fixed = fixed_sizes(plan, self.names, name)
        self.interface = Interface(name, self.names, Locals.choose(self.names), self.fixed,
                                   stored=chosen.stored)
        self.conversions: set[str] = set()
        self.formulas = TreeFormulas(self.names, name)

    def source(self) -> Source:
        """All parts of the two files."""
        program = self.plan.program
        lowered = {kind: one for kind, one in portable(self.plan, self.interface).items()
                   if kind in self.chosen.kinds}
        printed = tuple(self._printed(kind, one) for kind, one in lowered.items())
        helpers, math = Helpers(self.names, self.name, TreeFormulas).made(
            sorted(self.formulas.used_calls))
        members = tuple((macro, _defined(macro, self._size(one)))
                        for one, macro in self.fixed.items())
        return Source(
            self.name, f"{self.name.upper()}_H", in_comment(program.title),
            in_comment(program.source), tuple(in_comment(bare(one)) for one in program.notes),
            nulls(self.chosen.kinds), self._structs(), self._told(),
            members, math, helpers, tuple(one.state for one in program.delays),
            self._counts(lowered), printed, tuple(sorted(self.conversions)), self._numbering(),
            short_digest(program))

    def _structs(self) -> tuple[Struct, ...]:
        """The structs that the chosen functions take."""
        taken = structs_of(self.chosen.kinds)
        return tuple(one for one in interface(self.plan, self.names, self.name,
                                              self.chosen.stored, self.chosen.kinds)
                     if one.kind in taken)

    def _numbering(self) -> tuple[str, ...]:
        """Where the numbers of equations are found again."""
        if not self.chosen.beside:
            return ("Equations are numbered", "in their order.")
        return ("The number in front of an",
                f"equation is its number in {self.name}.tex and {self.name}.py.")

    def _size(self, size: str) -> str:
        """What a size is: a number where it is fixed, else what each call says."""
        value = self.chosen.sizes.get(size)
        return f"sizes->{self.names.member(size)}" if value is None else str(value)

    def _told(self) -> tuple[str, ...]:
        """What the header says of macros that fix sizes."""
        settled = {*self.fixed} <= {*self.chosen.sizes}
        told = ("Sizes are fixed, which lets the compiler unroll; calls tell the same. So the "
                "sizes of memory" if settled else
                "Sizes may be fixed when compiling, which lets the compiler unroll; calls then "
                "tell the same. With all of them fixed the sizes of memory")
        block = "tape" if "forward" in self.chosen.kinds else "infer_work"
        return lines_of_comment(
            f"{told} below, in capitals, are constants for numbers T and B: `static "
            f"{self.name}_real {block}[{self.name.upper()}_{block.upper()}_SIZE(20, 1)];`.")

    def _printed(self, kind: str, one: Lowered) -> Printed:
        tree = CTree(self.formulas, text_of(one.program), f"{self.name}_real")
        lines = rows(deeper(tree.body(one.function.body)))
        self.conversions |= tree.conversions
        return Printed(kind, purpose(kind, self.chosen.kinds),
                       laid_out(tree.signature(one.function, ";")),
                       laid_out(tree.signature(one.function)), lines)

    def _counts(self, lowered: dict[str, Lowered]) -> tuple[Count, ...]:
        """One function a block of memory that the caller supplies."""
        tape = tuple(one.shape for one in self.plan.saved)
        saved = [self._count("tape", "what forward saves for backward", tape)
                 ] if "forward" in lowered else []
        return (*saved, *(self._count(f"{kind}_work", f"scratch memory of {kind}", one.work)
                         for kind, one in lowered.items()))

    def _count(self, block: str, comment: str, shapes: tuple[tuple[str, ...], ...]) -> Count:
        arrays = Arrays(self.plan, self.plan.forward, self.names, self.interface.local)
        tree = CTree(self.formulas, text_of(self.plan.program), "")
        told = flat(tree(total(list(map(arrays.extent, shapes))))) if shapes else ""
        name, sizes = f"{self.name}_{block}_size", ("B",) if block == "step_work" else ("T", "B")
        entries = lines_of_comment(f"Entries of {self.name}_real: {comment}: "
                                   f"{told or 'nothing, but an array has an entry'}.")
        counts = {one: shapes.count(one) for one in dict.fromkeys(shapes)}
        constant = FixedSizes(arrays, self.fixed)
        terms = tuple(_folded([flat(tree(constant(one), LEVEL["*"])) for one in (
            *([Whole(count)] if count > 1 or not shape else []), *arrays.shape(shape))])
            for shape, count in counts.items())
        return Count(name, entries, name.upper(), ", ".join(sizes),
                     ", ".join(f"sizes->{one}" for one in sizes), terms or ("1",))


def interface(plan: Plan, names: Names, name: str, stored: Stored = ALL_REAL,
              kinds: Collection[str] = tuple(PURPOSE)) -> list[Struct]:
    """The structs of the interface: sizes, parameters, inputs, outputs, states, cotangents.

    What is said of them is for a file of these ``kinds``.
    """
    program, gradient = plan.program, plan.gradient
    meanings = {"T": "steps", "B": "sequences in the batch",
                **{one.name: one.meaning for one in program.sizes}}
    sizes = tuple(Field(names.member(one), one, _declared(f"size_t {names.member(one)};",
                                                         in_comment(meanings[one])))
                  for one in free_sizes(program))
    groups = (
        ("parameters", True, program.with_role(Role.PARAMETER)),
        ("inputs", True, program.with_role(*FED)),
        ("outputs", False, tuple(program[one] for one in program.outputs)),
        ("cotangents", True, gradient.with_role(Role.COTANGENT)),
        ("gradients", False, gradient.with_role(Role.GRADIENT)),
    )
    members = {"sizes": sizes, **{kind: tuple(
        _field(names[one.name], _key(one), one, name, const, stored.get(one.name))
        for one in own) for kind, const, own in groups}}
    for kind, side, const in (("initial", "initial", True), ("state", "final", False)):
        members[kind] = tuple(_field(names[one.source], one.state, program[getattr(one, side)],
                                     name, const) for one in program.delays)
    return [_struct(kind, name, comment(kind, kinds), fields)
            for kind, fields in members.items()]


def _struct(kind: str, name: str, told: str, fields: tuple[Field, ...]) -> Struct:
    """A struct; C99 knows no empty one."""
    none = Field("none", "", _declared("char none;", "there are none"))
    return Struct(kind, f"{name}_{kind}", told, fields or (none,))


def _folded(factors: Sequence[str]) -> str:
    """A product in a macro, which goes on in the next line where it is long."""
    lines = [factors[0]]
    for factor in factors[1:]:
        if len(lines[-1]) + len(factor) > WIDTH - 20:
            lines.append(f"    * {factor}")
        else:
            lines[-1] += f" * {factor}"
    return " \\\n     ".join(lines)


def _defined(macro: str, value: str) -> tuple[str, ...]:
    """What defines a macro, in two lines where one would be too long."""
    line = f"#define {macro} {value}"
    return (line,) if len(line) <= WIDTH else (f"#define {macro} \\", f"    {value}")


def _declared(declaration: str, comment: str) -> tuple[str, ...]:
    """A declaration with a comment behind it, or above it where that would be too long."""
    line = f"    {declaration} /* {comment} */"
    if len(line) <= WIDTH:
        return (line,)
    return laid_out(deeper([remark(comment), Line(declaration)]))


def _key(variable: Variable) -> str:
    """What the caller calls it: a gradient goes by the name of what it belongs to."""
    owned = variable.role in (Role.COTANGENT, Role.GRADIENT)
    return variable.of if owned else variable.name


def _field(own: str, key: str, variable: Variable, name: str, const: bool,
           stored: Scalar | None = None) -> Field:
    shape = f"[{', '.join(variable.shape)}]" if variable.shape else "[1]"
    declaration = f"{'const ' if const else ''}{numbers_type(name, stored)} *{own};"
    told = f"{shape} {in_comment(variable.meaning)}{f', {stored.name}' if stored else ''}"
    return Field(own, key, _declared(declaration, told))


def numbers_type(name: str, stored: Scalar | None) -> str:
    """The type of an array in C."""
    return f"{name}_real" if stored is None else STORED[stored]
