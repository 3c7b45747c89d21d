"""Cells by name. A cell file registers what it defines; nothing else needs to know of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, Protocol

from symrnn.authoring.lessons import Lesson
from symrnn.authoring.vetting import refuse
from symrnn.program import Program, untold
from symrnn.tags import unknown
from symrnn.titles import Variant, title_of
from symrnn.transforms import OPTIONS, flag, with_options


class Builder(Protocol):
    """What builds a network: its own options, and those that every cell has."""

    __name__: str

    def __call__(self, *args: Any, **options: Any) -> Program:
        """The network."""
        ...


@dataclass(frozen=True, repr=False)
class Architecture:
    """A named network: how it is built, the Python that builds it, and its tags."""

    name: str
    builder: Callable[..., Program]
    python: str
    tags: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Architecture {self.name}: {self.python}>"

    def build(self, **options: Any) -> Program:
        """The program; ``options`` are those of the builder."""
        return self.builder(**options)

    @property
    def summary(self) -> str:
        """What it is for: the first line of the builder's docstring."""
        text = getattr(self.builder, "func", self.builder).__doc__ or ""
        return text.strip().split("\n")[0]

    @property
    def built_in(self) -> bool:
        """True where symrnn brings it along, with its words in every language of pages."""
        return True

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """The worked examples that lecture notes have of it."""
        return tuple(_LESSONS.get(self.name, ()))


_REGISTERED: dict[str, Architecture] = {}
_LESSONS: dict[str, list[Lesson]] = {}
_VARIANTS: dict[Callable[..., Program], list[Variant]] = {}


def register(name: str, title: str, *, tags: str, **options: Any
             ) -> Callable[[Callable[..., Program]], Builder]:
    """Register a builder under a name, a title and tags, with some of its options fixed.

    A builder may carry several names: ``@register("lstm", "Long short-term memory",
    tags="gated classic")`` above ``@register("lstm_peephole", "... with peepholes",
    tags="gated peephole", peephole=True)``. What it builds has the title of the options that it
    is built with (:class:`symrnn.titles.Variant`), and it gains the options of
    :func:`with_common_options`. Tags are words of ``symrnn.tags.TAGS``. Raises ProgramError for
    other tags, and for a title that not every document can print.
    """
    refuse(name, untold("the title", title) or untold("tags", tags) or unknown(tags.split()))

    def decorate(builder: Callable[..., Program]) -> Builder:
        variants = _VARIANTS.get(builder, [])
        built = builder if variants else with_common_options(_titled(builder, variants))
        variants.insert(0, Variant(name, title, options, tags))  # Python takes the last line first
        _VARIANTS[built] = variants
        shown = "".join(f", {key}={value!r}" for key, value in options.items())
        python = f'symrnn.cell("{built.__name__}"{shown})'
        _REGISTERED[name] = Architecture(name, partial(built, **options), python,
                                         tuple(tags.split()))
        return built

    return decorate


def teach(name: str, lesson: Lesson) -> None:
    """Add a worked example to an architecture, which its page shows and tests hold."""
    _LESSONS.setdefault(name, []).append(lesson)


def _titled(builder: Callable[..., Program], variants: Sequence[Variant]
            ) -> Callable[..., Program]:
    """The builder; what it builds has the title that is registered for its options."""
    own = signature(builder)

    @wraps(builder)
    def build(*args: Any, **options: Any) -> Program:
        program, bound = builder(*args, **options), own.bind(*args, **options)
        bound.apply_defaults()
        return replace(program, title=title_of(variants, bound.arguments))

    return build


def with_common_options(builder: Callable[..., Program]) -> Builder:
    """The builder with the options of every cell.

    ``clip=3.0`` holds what enters an activation in [-3, 3], ``clip_state=3.0`` every state;
    ``bias=False`` leaves out what is only ever added, ``bias=2`` has an input and a recurrent
    bias; ``dropout="input"``, ``"recurrent"`` or both and ``zoneout=True`` take masks that
    the caller gives as inputs; ``learned_initial=True`` makes initial states parameters. The
    transforms in ``symrnn/transforms`` say more.
    """
    own = signature(builder)

    @wraps(builder)
    def build(*args: Any, **options: Any) -> Program:
        common = {one.name: options.pop(one.name) for one in OPTIONS if one.name in options}
        program = builder(*args, **options)
        for name, value in own.bind(*args, **options).arguments.items():
            if own.parameters[name].annotation == "bool":
                flag(value, f"{builder.__name__}: {name}")
        return with_options(program, common)

    added = [Parameter(one.name, Parameter.KEYWORD_ONLY, default=one.default) for one in OPTIONS]
    build.__dict__["__signature__"] = own.replace(
        parameters=[*own.parameters.values(), *added])  # what help() and editors show
    return build


def registered() -> tuple[Architecture, ...]:
    """Everything that has been registered so far, by name."""
    return tuple(_REGISTERED[name] for name in sorted(_REGISTERED))


def variants(name: str) -> tuple[str, ...]:
    """The names of all that one builder makes, this one among them; none for what is not known."""
    one = _REGISTERED.get(name)
    if one is None or not isinstance(one.builder, partial):
        return ()
    return tuple(each.name for each in _VARIANTS[one.builder.func])
