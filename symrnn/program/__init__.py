"""The program form and everything that needs nothing else: the bottom layer of symrnn."""

from symrnn.program.branches import larger, magnitude, named_choice, smaller
from symrnn.program.compose import chain, last_number, merge, renamed, settled
from symrnn.program.contraction import Ein, Letters, Maximum, aligned, contraction_axes
from symrnn.program.digest import digest, short_digest
from symrnn.program.elementary import ELEMENTARY, Elementary
from symrnn.program.errors import Misused, ProgramError, UnknownName
from symrnn.program.expressions import (STEP, UNIFORM, DrawSymbol, IndexSymbol, SizeSymbol, add,
                                        arrange, contraction_term, contractions, factors,
                                        indices_in_order, is_number, is_variable, leading_number,
                                        multiply, negated, pointwise_part, rebuild, rename,
                                        result_axes, rewrite, sizes_in_order, substitute,
                                        symbols_in_order, terms)
from symrnn.program.form import (FED, INPUTS, Delay, Equation, Origin, Program, Role, Rule, Size,
                                 Span, Variable, counted, final_name, initial_name, local)
from symrnn.program.functions import (ACTIVATIONS, ALIASES, ROWS, SATURATING, Activation,
                                      ActivationChoice, Pointwise, Saturating, activation,
                                      function, is_call, spelled_out)
from symrnn.program.given import of_network
from symrnn.program.graph import reached, reads, reversed_edges
from symrnn.program.lower import lower
from symrnn.program.naming import RULE, free_name, is_composed, is_name, misnamed, printable, quoted
from symrnn.program.notation import ARROWS, GREEK, Face, Glyph, Letter, Style, shifted
from symrnn.program.numbers import exact, meant
from symrnn.program.prose import unfit, unquoted, untold
from symrnn.program.terminal import SUPERSCRIPT, character, glyph_text
from symrnn.program.time import delay_variables, reverse
from symrnn.program.verify import check_equation, finished, verify

__all__ = [
    "ACTIVATIONS", "ALIASES", "ARROWS", "ELEMENTARY", "FED", "GREEK", "INPUTS", "ROWS", "RULE",
    "SATURATING", "STEP", "SUPERSCRIPT", "UNIFORM", "Activation", "ActivationChoice", "Delay",
    "DrawSymbol", "Ein", "Elementary", "Equation", "Face", "Glyph", "IndexSymbol", "Letter",
    "Letters", "Maximum", "Misused", "Origin", "Pointwise", "Program", "ProgramError", "Role",
    "Rule", "Saturating", "Size", "SizeSymbol", "Span", "Style", "UnknownName", "Variable",
    "activation", "add", "aligned", "arrange", "chain", "character", "check_equation",
    "contraction_axes", "contraction_term", "contractions", "counted", "delay_variables",
    "digest", "exact", "factors", "final_name", "finished", "free_name", "function",
    "glyph_text", "indices_in_order",
    "initial_name", "is_call", "is_composed", "is_name", "is_number", "is_variable", "larger",
    "last_number", "leading_number", "local", "lower", "magnitude", "meant", "merge", "misnamed",
    "multiply", "named_choice", "negated", "of_network", "pointwise_part", "printable", "quoted",
    "reached", "reads", "rebuild", "rename", "renamed", "result_axes", "reverse", "reversed_edges",
    "rewrite", "settled", "shifted", "short_digest", "sizes_in_order", "smaller", "spelled_out",
    "substitute", "symbols_in_order", "terms", "unfit", "unquoted", "untold", "verify",
]
