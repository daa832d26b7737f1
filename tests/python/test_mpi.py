# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""solve(..., comm=) on the ranks of an mpi4py communicator.

Each test starts mpirun on one function of distributed.py, distributed_amg.py or
distributed_direct.py.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import suan

pytest.importorskip("mpi4py", reason="mpi4py is not installed")
MPIRUN = os.environ.get("SUAN_MPIEXEC") or shutil.which("mpirun")
pytestmark = [
    pytest.mark.skipif(
        not suan.show_config("dicts")["mpi"], reason="this build of Suan has no MPI"
    ),
    pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun"),
]
hdf5 = pytest.mark.skipif(
    not suan.show_config("dicts")["hdf5"], reason="this build of Suan has no HDF5"
)
mumps = pytest.mark.skipif(
    not suan.show_config("dicts")["mumps"], reason="this build of Suan has no MUMPS"
)
FOLDER = pathlib.Path(__file__).parent


def run(ranks: int, case: str) -> list[str]:
    environment = {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
        "OMPI_MCA_hwloc_base_binding_policy": "none",
        "OMP_NUM_THREADS": "1",
    }
    part = "_amg" if case.startswith("multigrid") else ""
    name = f"distributed{'_direct' if case.startswith('factors') else part}.py"
    result = subprocess.run(
        [str(MPIRUN), "-n", str(ranks), sys.executable, str(FOLDER / name), case],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **environment},
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    lines = sorted(line for line in result.stdout.splitlines() if line)
    assert len(lines) == ranks, result.stdout + result.stderr
    return lines


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "case",
    [
        "matrix",
        "function",
        "complex",
        "types",
        "empty_rank",
        "several",
        "preconditioner",
        "multigrid",
        "multigrid_with_coordinates",
        pytest.param("multigrid_in_a_file", marks=hdf5),
        pytest.param("factors", marks=mumps),
        pytest.param("factors_of_an_empty_rank", marks=mumps),
        "solver",
        "solver_of_several_types",
        "callback_stops",
    ],
)
def test_the_answer_is_the_serial_one(ranks, case):
    assert run(ranks, case) == [f"{rank} ok" for rank in range(ranks)]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("bad_type_on_one_rank", "NotSupported rank 1: b is of type"),
        ("bad_shape_on_one_rank", "DimensionMismatch rank 1: b has 1 elements"),
        ("bad_option_on_one_rank", "InvalidArgument rank 1: unknown option"),
        ("other_options", "InvalidArgument the options differ between ranks"),
        ("columns_do_not_fit", "DimensionMismatch A has"),
        ("other_numbers_of_vectors", "DimensionMismatch b has 3 columns on rank 0, but 4"),
        ("a_function_on_one_rank", "A differs between ranks: it is a matrix on rank 0, but a func"),
        ("a_preconditioner_on_one_rank", "M differs between ranks: it is not given on rank 0"),
        ("a_guess_on_one_rank", "x0 differs between ranks: it is not given on rank 0"),
        ("another_function_on_one_rank", "rank 0 calls solve(), but rank 1 solve_many()"),
        ("a_callback_that_is_none", "InvalidArgument rank 1: callback is no function but 3"),
        ("broken_on_one_rank", "InvalidArgument rank 1: A is "),
        ("lengths_on_one_rank", "DimensionMismatch rank 1: A.indptr ends at"),
        ("masked_on_one_rank", "InvalidArgument rank 1: b is a masked array"),
        ("multigrid_of_other_options", "InvalidArgument the options differ between ranks"),
        pytest.param("multigrid_of_other_files", "rank 0: /", marks=hdf5),
        pytest.param("factors_of_other_options", "the options differ between ranks", marks=mumps),
        pytest.param("factors_of_a_bad_entry", "row 399 of A has an entry", marks=mumps),
        pytest.param("factors_of_a_singular_matrix", "row 17 of A is zero", marks=mumps),
        pytest.param("factors_of_a_short_side", "rank 1: x has the shape (3,)", marks=mumps),
        ("multigrid_of_other_hints", "near_null_space differs between ranks: it is not given on ra"),
        ("multigrid_of_a_short_hint", "rank 1: near_null_space has the shape (40, 2), but A has 41"),
        ("multigrid_of_a_bad_row", "row 80 is -1"),
        ("multigrid_of_no_whole_nodes", "no multiple of block_size = 2"),
        ("multigrid_without_ranks", "M was made without comm="),
        ("multigrid_of_other_products", "x differs between ranks: it is of 1 columns on rank 0, but"),
        ("multigrid_of_a_short_product", "DimensionMismatch rank 1: x has the shape (40,), but must"),
        ("multigrid_of_a_masked_product", "InvalidArgument rank 1: x is a masked array"),
        ("multigrid_of_a_product_of_nothing", "NotSupported rank 1: x is of type object"),
        ("multigrid_of_a_vector_in_matmat", "DimensionMismatch rank 1: x has the shape (41,), but"),
        ("multigrid_of_an_adjoint", "rank 0 calls Amg.matvec(), but rank 1 Amg.rmatvec()"),
        ("multigrid_another_on_one_rank", "M differs between ranks: it is multigrid 1 on rank 0, but"),
        ("multigrid_another_updated", "multigrid differs between ranks: it is 1 on rank 0, but 2 on"),
        ("multigrid_of_other_ranks", "M was made with a communicator of "),
        ("multigrid_of_other_blocks", "InvalidArgument rank 1: A has blocks of 2 x 2, but this"),
        ("solver_of_other_options", "InvalidArgument the options differ between ranks"),
        ("solver_with_other_calls", "rank 0 calls Solver.solve(), but rank 1 Solver.update()"),
        ("solver_update_fails_on_one_rank", "row"),
    ],
)
def test_an_error_of_one_rank_ends_all(case, words):
    for line in run(2, case):
        assert words in line


def test_an_exception_that_other_processes_do_not_know():
    assert run(3, "an_exception_that_cannot_travel") == [
        "0 InvalidArgument rank 1: Local: from the frame",
        "1 Local from the frame",
        "2 InvalidArgument rank 1: Local: from the frame",
    ]


def test_a_callback_that_raises_on_one_rank():
    assert run(2, "callback_raises_on_one_rank") == ["0 interrupted", "1 ValueError enough"]


def test_a_function_that_raises_on_one_rank():
    assert run(2, "function_raises_on_one_rank") == [
        "0 InvalidArgument the function A raised ValueError on rank 1: from the product",
        "1 ValueError from the product",
    ]
