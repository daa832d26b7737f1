# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The caller's arrays are read where they lie, and never written."""

import numpy as np
import pytest
import scipy.sparse as sp
from problems import arrays_of, poisson2d

import suan
from suan import _arrays


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_only_indptr_is_copied(dtype, kind):
    A = kind(poisson2d(5, dtype))
    b = np.ones(25, dtype)
    _, report = suan.solve(A, b, rtol=1e-5)
    assert report.copied == ("A.indptr",)


def test_the_library_reads_at_the_addresses_of_the_caller():
    A = poisson2d(5)
    csr = _arrays.Csr(A, np.dtype(np.float64), np.int32)
    offsets, indices, values = csr.arrays.addresses
    assert offsets != A.indptr.ctypes.data
    assert indices == A.indices.ctypes.data
    assert values == A.data.ctypes.data


def test_nothing_is_copied_when_indptr_is_wide():
    A = poisson2d(5)
    A.indptr = A.indptr.astype(np.int64)
    _, report = suan.solve(A, np.ones(25))
    assert report.copied == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda A: A.astype(np.int32), ("A.indptr", "A.data")),
        (lambda A: A.tocsc(), ("A",)),
        (lambda A: A.toarray(), ("A",)),
    ],
)
def test_what_has_to_be_copied_is_named(change, expected):
    _, report = suan.solve(change(poisson2d(3)), np.ones(9))
    assert report.copied == expected


def test_wide_indices_and_other_vectors_are_named():
    A = poisson2d(3)
    A.indices = A.indices.astype(np.int64)
    A.indptr = A.indptr.astype(np.int64)
    _, report = suan.solve(A, np.ones(9, dtype=int))
    assert report.copied == ("A.indices", "b")
    _, report = suan.solve(poisson2d(3), np.ones(18)[::2])
    assert report.copied == ("A.indptr", "b")


def test_complex_numbers_between_two_alignments():
    # NumPy aligns complex numbers to 8 bytes; the library's kernels read them as 16 bytes at once.
    raw = np.zeros(5 * 16 + 8, dtype=np.uint8)
    offset = 8 if raw.ctypes.data % 16 == 0 else 0
    b = raw[offset : offset + 64].view(np.complex128)
    assert b.ctypes.data % 16 == 8
    b[:] = [1, 2j, 3, 4]
    x, report = suan.solve(sp.csr_array(2 * sp.eye_array(4)), b)
    assert report.converged
    assert "b" in report.copied
    np.testing.assert_allclose(x, b / 2)


def test_unsorted_matrices_stay_unsorted():
    A = poisson2d(4)
    for row in range(16):
        part = slice(A.indptr[row], A.indptr[row + 1])
        A.indices[part] = A.indices[part][::-1].copy()
        A.data[part] = A.data[part][::-1].copy()
    before = arrays_of(A)
    _, report = suan.solve(A, np.ones(16))
    assert report.converged
    suan.info(A)
    assert arrays_of(A) == before


def test_writing_leaves_the_matrix_as_it_was(tmp_path):
    A = sp.csr_array(
        (np.array([1.0, 3.0, 1.0]), np.array([1, 0, 0]), np.array([0, 3])), shape=(1, 2)
    )
    before = arrays_of(A)
    suan.write(tmp_path / "a.mtx", A)
    assert arrays_of(A) == before
    np.testing.assert_array_equal(suan.read(tmp_path / "a.mtx").toarray(), [[4.0, 1.0]])


def test_read_only_arrays_are_taken():
    A = poisson2d(4)
    b = np.ones(16)
    for array in (A.data, A.indices, A.indptr, b):
        array.flags.writeable = False
    _, report = suan.solve(A, b, x0=b)
    assert report.converged
    assert report.copied == ("A.indptr",)


def test_memory_mapped_arrays_are_not_read_into_memory(tmp_path):
    A = poisson2d(4)
    np.save(tmp_path / "data.npy", A.data)
    A.data = np.load(tmp_path / "data.npy", mmap_mode="r")
    _, report = suan.solve(A, np.ones(16))
    assert report.converged
    assert report.copied == ("A.indptr",)
