"""What the header in C says about functions, structs and NULL."""

from __future__ import annotations

from collections.abc import Collection

from symrnn.backends.text import lines_of_comment

PURPOSE = {
    "forward": ("Forward over T steps. Writes out, final and the tape, which backward reads;",
                "tape and work have the sizes told above."),
    "infer": ("The same with nothing saved for backward.",),
    "backward": ("Backward over the same steps: from bars, the derivatives of a loss with respect "
                 "to the", "outputs and the final state, to its derivatives with respect to "
                 "everything given. The",
                 "other arguments are those of the forward call, the outputs and the tape as it "
                 "left them."),
    "step": ("One step of a stream, T ignored: in and out hold a single step. The arrays of next "
             "may be", "those of state."),
}
INFER_ALONE = ("Forward over T steps. Writes out and final; work has the size told above.",)
COMMENTS = {
    "sizes": "sizes, each at least 1, but T and B may be 0",
    "parameters": "parameters; the caller owns them",
    "inputs": "inputs",
    "outputs": "outputs",
    "cotangents": "derivatives of the loss, given from outside; of a final state NULL: zero",
    "gradients": "derivatives of the loss, set (not added to) by backward unless NULL",
    "initial": "state before the first step, or before the next one of a stream; NULL: as it "
               "starts",
    "state": "state after the last step; NULL: not wanted",
}
STATES = ("initial, final, state and next may be NULL, and so may each of their fields. A state "
          "that is not given starts at its first value, zero unless said otherwise; one that is "
          "not wanted is not written.")
ALL_ELSE = ("All else must be given, but arrays without entries. Where T is 0, final is as initial "
            "is")


def purpose(kind: str, kinds: Collection[str]) -> tuple[str, ...]:
    """What a function does, in a file of these ``kinds``."""
    return INFER_ALONE if kind == "infer" and "forward" not in kinds else PURPOSE[kind]


def comment(struct: str, kinds: Collection[str]) -> str:
    """What a struct is for, in a file of these ``kinds``."""
    again = "; backward reads them again" * (struct == "outputs" and "backward" in kinds)
    return COMMENTS[struct] + again


def nulls(kinds: Collection[str]) -> tuple[str, ...]:
    """What may be NULL, and what then holds."""
    if "backward" not in kinds:
        return lines_of_comment(f"NULL: {STATES} {ALL_ELSE}.")
    return lines_of_comment(
        f"NULL: {STATES} A gradient that is NULL is not wanted and not computed; the cotangent "
        f"of a final state that is NULL is zero. {ALL_ELSE}, and so are their cotangents; all "
        f"other gradients are 0.")
