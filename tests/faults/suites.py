"""Which tests belong to which module: the first that fits is run before all others."""

from __future__ import annotations

# Tests that say no more than that a text has changed: what only they see is counted apart.
DRIFT = ("tests/test_generated_c.py", "tests/backends/test_listings.py")
SLOW = ("tests/adjoint/test_reverse_mode.py::test_derivation_does_not_depend_on_the_hash_seed",)
GREEN = ("tests/program/test_time.py",)  # to see that pytest itself runs
C = ("tests/backends/test_c_tree.py", "tests/backends/test_number_types.py",
     "tests/test_simd.py::test_a_gradient_of_two_products_is_gathered_chunk_by_chunk",
     "tests/test_simd.py", "tests/test_by_hand.py", "tests/test_starts.py")

SUITES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("symrnn/adjoint/", ("tests/adjoint/test_rules.py", "tests/adjoint/test_systems.py",
                         "tests/adjoint")),
    ("symrnn/program/distinct", ("tests/test_names.py", "tests/program")),
    ("symrnn/program/naming", ("tests/test_names.py", "tests/program")),
    ("symrnn/program/plain", ("tests/storage/test_plain.py", "tests/hostile", "tests/program")),
    ("symrnn/program/activations", ("tests/program/test_functions.py", "tests/program")),
    ("symrnn/program/", ("tests/program", "tests/test_numbers.py")),
    *((f"symrnn/transforms/{one}", (f"tests/transforms/test_{one}.py", "tests/transforms"))
      for one in ("clip", "dropping", "gradients", "initial", "masks", "states")),
    ("symrnn/transforms/bias", ("tests/transforms/test_bias.py::"
                                "test_one_bias_is_what_a_cell_has_and_none_is_none",
                                "tests/transforms")),
    ("symrnn/transforms/narrow", ("tests/package/test_narrow.py",
                                  "tests/backends/test_number_types.py")),
    ("symrnn/transforms/", ("tests/transforms/test_wrong_options.py",
                            "tests/transforms/test_options.py", "tests/transforms")),
    ("symrnn/recurrences/chunk", ("tests/test_chunkwise.py",)),
    ("symrnn/recurrences/newton", ("tests/test_newton.py",)),
    *((f"symrnn/parallel/{one}", ("tests/test_chunkwise.py",)) for one in ("chunks", "products")),
    ("symrnn/recurrences/", ("tests/test_recurrences.py", "tests/test_parallel.py",
                              "tests/test_newton.py")),
    ("symrnn/parallel", ("tests/test_parallel.py", "tests/test_newton.py")),
    *((one, ("tests/package/test_vectors.py",))
      for one in ("symrnn/schedule/streaming", "symrnn/lowering/stream", "symrnn/backends/c_stream",
                  "templates/c/stream/")),
    ("symrnn/schedule/", ("tests/schedule", "tests/test_saturation.py", "tests/test_simd.py")),
    ("symrnn/lowering/kept", ("tests/backends/test_javascript.py",)),
    ("symrnn/lowering/", ("tests/lowering", *C)),
    ("symrnn/loops/", ("tests/loops", "tests/backends/test_c_tree.py")),
    ("symrnn/backends/numpy", ("tests/backends/test_numpy.py", "tests/backends/test_numbers.py")),
    ("symrnn/backends/onnx", ("tests/interop/test_onnx_out.py",)),
    ("symrnn/backends/javascript", ("tests/backends/test_javascript.py",)),
    ("symrnn/backends/lines", ("tests/backends/test_lines.py", "tests/backends/test_width.py")),
    ("symrnn/backends/c", ("tests/backends/test_c_words.py", *C)),
    ("symrnn/backends/simd", C),
    ("symrnn/backends/copies", ("tests/backends/test_copies.py",)),
    ("symrnn/backends/closed", ("tests/gradients/test_text.py", "tests/gradients")),
    ("symrnn/backends/memory", ("tests/test_costs.py",)),
    ("symrnn/backends/", ("tests/backends/test_c_tree.py", "tests/backends")),
    ("symrnn/runtime/blas_engine", (
        "tests/test_blas.py::test_where_none_links_one_sentence_says_what_to_install",
        "tests/test_blas.py")),
    ("symrnn/runtime/flat", ("tests/runtime/test_flat.py",)),
    ("symrnn/runtime/inputs", ("tests/storage/test_saved.py", "tests/runtime/test_misuse.py")),
    ("symrnn/runtime/compiler", ("tests/runtime/test_compiler.py",)),
    ("symrnn/runtime/narrow", ("tests/test_narrow_kernels.py",)),
    ("templates/c/shared/weights", ("tests/test_narrow_kernels.py",)),
    ("symrnn/runtime/masking", ("tests/transforms/test_masks.py",)),
    ("symrnn/runtime/windows", ("tests/runtime/test_windows.py",)),
    *((f"symrnn/runtime/{one}", ("tests/test_calls.py", "tests/runtime"))
      for one in ("arguments", "calls", "foreign", "memory", "stepper")),
    ("symrnn/runtime/", ("tests/runtime", "tests/test_calls.py")),
    ("symrnn/storage/", ("tests/storage",)),
    ("symrnn/costs", ("tests/test_costs.py",)),
    ("symrnn/losses", ("tests/training",)),
    ("symrnn/optimisers", ("tests/training",)),
    ("symrnn/cells/lstm", ("tests/interop/test_onnx.py", "tests/zoo/test_classic.py",
                           "tests/test_zoo_classic.py")),
    ("symrnn/cells/gru", ("tests/interop/test_onnx.py", "tests/test_zoo_classic.py")),
    ("symrnn/cells/", ("tests/zoo", "tests/test_zoo_classic.py", "tests/test_zoo_recent.py",
                       "tests/test_zoo.py")),
    ("symrnn/interop/", ("tests/interop",)),
    ("symrnn/functional/", ("tests/interop", "tests/comparison")),
    ("symrnn/comparison/", ("tests/comparison",)),
    ("symrnn/training/", ("tests/training",)),
    ("symrnn/authoring/", ("tests/authoring",)),
    ("symrnn/cellfile/", ("tests/cellfile",)),
    ("symrnn/packaging/", ("tests/package",)),
    ("symrnn/checking/drift", ("tests/checking/test_drift.py",)),
    ("symrnn/checking/", ("tests/checking", "tests/fuzzing/test_ladder.py")),
    ("templates/c/storage/", ("tests/backends/test_number_types.py",)),
    ("templates/c/shared/packing", ("tests/memory/test_memory.py", "tests/test_simd.py")),
    ("templates/c/shared/elementary", ("tests/test_activations.py", "tests/test_saturation.py")),
    ("templates/c/", ("tests/test_simd.py", "tests/test_by_hand.py", "tests/test_blas.py")),
    ("templates/numpy/", ("tests/backends/test_numpy.py",)),
    ("templates/package/", ("tests/package",)))


def suite(path: str) -> tuple[str, ...]:
    """The tests of a module."""
    return next(tests for start, tests in SUITES if path.startswith(start))
