# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Files: what was written comes back, and broken files are refused in words."""

import gzip

import numpy as np
import pytest
import scipy.io
import scipy.sparse as sp
from problems import poisson2d

import suan

hdf5 = pytest.mark.skipif(
    not suan.show_config("dicts")["hdf5"], reason="this build of Suan has no HDF5"
)
ENDINGS = ["a.mtx", "a.mtx.gz", pytest.param("a.h5", marks=hdf5), pytest.param("a.hdf5", marks=hdf5)]


def same(A, B) -> bool:
    return A.shape == B.shape and A.dtype == B.dtype and (A != B).nnz == 0


def random_matrix(dtype, shape=(30, 20)):
    rng = np.random.default_rng(7)
    A = sp.random_array(shape, density=0.1, rng=rng, format="csr")
    if np.dtype(dtype).kind == "c":
        A = A + 1j * sp.random_array(shape, density=0.1, rng=rng, format="csr")
    return sp.csr_array(A.astype(dtype))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_matrices_come_back_to_the_bit(tmp_path, ending, dtype):
    A = random_matrix(dtype)
    suan.write(tmp_path / ending, A)
    B = suan.read(tmp_path / ending)
    assert isinstance(B, sp.csr_array)
    assert B.indices.dtype == B.indptr.dtype == np.int32
    assert same(A, B)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_vectors_come_back_to_the_bit(tmp_path, ending, dtype):
    v = np.random.default_rng(2).standard_normal(17).astype(dtype)
    if dtype is np.complex128:
        v = v * np.exp(1j)
    suan.write(tmp_path / ending, v)
    w = suan.read(tmp_path / ending)
    assert w.dtype == dtype
    np.testing.assert_array_equal(v, w)


@hdf5
def test_single_precision_stays_so_in_hdf5(tmp_path):
    A = random_matrix(np.float32)
    suan.write(tmp_path / "a.h5", A)
    assert same(A, suan.read(tmp_path / "a.h5"))


def test_what_scipy_writes_is_read(tmp_path):
    A = random_matrix(np.float64)
    scipy.io.mmwrite(tmp_path / "a.mtx", A, precision=17)
    assert same(A, suan.read(tmp_path / "a.mtx"))
    S = poisson2d(5)
    scipy.io.mmwrite(tmp_path / "s.mtx", S, symmetry="symmetric")
    assert same(S, suan.read(tmp_path / "s.mtx"))
    assert same(S, suan.read(str(tmp_path / "s.mtx")))


def test_what_suan_writes_scipy_reads(tmp_path):
    A = random_matrix(np.complex128)
    suan.write(tmp_path / "a.mtx", A)
    assert same(A, sp.csr_array(scipy.io.mmread(tmp_path / "a.mtx")))
    v = np.linspace(0, 1, 5)
    suan.write(tmp_path / "v.mtx", v)
    np.testing.assert_array_equal(scipy.io.mmread(tmp_path / "v.mtx")[:, 0], v)


@hdf5
def test_several_in_one_file(tmp_path):
    A, b = poisson2d(4), np.arange(16.0)
    path = tmp_path / "system.h5"
    suan.write(path, A=A, b=b, note="a text")
    assert same(A, suan.read(path))  # the only matrix
    assert same(A, suan.read(path, "A"))
    np.testing.assert_array_equal(suan.read(path, name="b"), b)
    with pytest.raises(suan.InvalidArgument, match='no entry "x".*"A".*"b"'):
        suan.read(path, "x")
    assert suan.read(path, "note") == "a text"


@hdf5
def test_a_file_with_two_vectors_asks_which(tmp_path):
    suan.write(tmp_path / "two.h5", u=np.ones(2), v=np.zeros(2))
    with pytest.raises(suan.InvalidArgument, match='"u".*"v".*name='):
        suan.read(tmp_path / "two.h5")


@hdf5
def test_beside_h5py(tmp_path):
    # Two HDF5 libraries in one process: Suan's and h5py's.
    h5py = pytest.importorskip("h5py")
    suan.write(tmp_path / "a.h5", v=np.arange(5.0))
    with h5py.File(tmp_path / "a.h5") as file:
        assert list(file) == ["v"]
    np.testing.assert_array_equal(suan.read(tmp_path / "a.h5"), np.arange(5.0))


def test_options_of_the_reader(tmp_path):
    path = tmp_path / "a.mtx"
    path.write_text("%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n1 1 2\n")
    assert suan.read(path)[0, 0] == 3
    with pytest.raises(suan.IoError, match="1"):
        suan.read(path, duplicates="error")
    with pytest.raises(suan.InvalidArgument, match="did you mean duplicates"):
        suan.read(path, duplicate="error")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a.mtx"),
        ("1 1 1\n1 1 1\n", "MatrixMarket"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n", "a.mtx"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1\n", "3"),
        ("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 x\n", "3"),
    ],
)
def test_broken_files(tmp_path, text, words):
    (tmp_path / "a.mtx").write_text(text)
    with pytest.raises(suan.IoError, match=words):
        suan.read(tmp_path / "a.mtx")
    with gzip.open(tmp_path / "b.mtx.gz", "wt") as file:
        file.write(text)
    with pytest.raises(suan.IoError, match=r"b\.mtx\.gz"):
        suan.read(tmp_path / "b.mtx.gz")


@hdf5
def test_broken_hdf5_files(tmp_path):
    (tmp_path / "a.h5").write_bytes(b"not HDF5")
    with pytest.raises(suan.IoError, match=r"a\.h5"):
        suan.read(tmp_path / "a.h5")
    with pytest.raises(suan.IoError, match=r"b\.h5"):
        suan.read(tmp_path / "b.h5")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failed_write_leaves_the_old_file(tmp_path, ending):
    path = tmp_path / ending
    suan.write(path, poisson2d(2))
    before = path.read_bytes()
    broken = poisson2d(2)
    broken.indices[0] = 77
    with pytest.raises(suan.InvalidArgument):
        suan.write(path, broken)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [ending]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_not_there(tmp_path, ending):
    with pytest.raises(suan.IoError, match="nowhere"):
        suan.write(tmp_path / "nowhere" / ending, poisson2d(2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda p: suan.read(p / "a.txt"), suan.InvalidArgument, r"a\.txt.*\.mtx.*\.h5"),
        (lambda p: suan.write(p / "a.npz", np.ones(2)), suan.InvalidArgument, r"\.npz"),
        (lambda p: suan.write(p / "a.mtx"), suan.InvalidArgument, "exactly one"),
        (lambda p: suan.write(p / "a.mtx", A=np.ones(2)), suan.InvalidArgument, "no names"),
        (lambda p: suan.write(p / "a.mtx", "text"), suan.InvalidArgument, "no text"),
        (lambda p: suan.write(p / "a.h5"), suan.InvalidArgument, "nothing to write"),
        (lambda p: suan.write(p / "a.mtx", np.eye(2)), suan.NotSupported, "csr_array"),
        (lambda p: suan.read(p / "a.h5", rtol=1), suan.InvalidArgument, "without options"),
        (lambda p: suan.read(p / "a.mtx", "A"), suan.InvalidArgument, "no names"),
    ],
)
def test_wrong_calls(tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(tmp_path)
    assert list(tmp_path.iterdir()) == []
