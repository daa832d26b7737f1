# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Files: what was written comes back, and broken files are refused in words."""

import errno
import gzip
import os
import pathlib
import pickle

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
@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_single_precision_stays_so_in_hdf5(tmp_path, dtype):
    A = random_matrix(dtype)
    v = A.sum(axis=1)
    suan.write(tmp_path / "a.h5", A=A, v=v)
    assert same(A, suan.read(tmp_path / "a.h5"))
    w = suan.read(tmp_path / "a.h5", "v")
    assert w.dtype == dtype
    np.testing.assert_array_equal(v, w)


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
    with pytest.raises(suan.InvalidArgument, match="no 'x'.*'A'.*'b'"):
        suan.read(path, "x")
    assert suan.read(path, "note") == "a text"


@hdf5
def test_a_file_with_two_vectors_asks_which(tmp_path):
    suan.write(tmp_path / "two.h5", u=np.ones(2), v=np.zeros(2))
    with pytest.raises(suan.InvalidArgument, match="'u'.*'v'.*name="):
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
        (lambda p: suan.read(p / "a.h5", rtol=1), suan.InvalidArgument, "rtol.*memory_limit_gib"),
        (lambda p: suan.read(p / "a.mtx", "A"), suan.InvalidArgument, "no names"),
        (lambda p: suan.read(p / "a.h5", ""), suan.InvalidArgument, "name is empty"),
        (lambda p: suan.write(p / "a.mtx", np.ones(2), append=True), suan.InvalidArgument, "append"),
        (lambda p: suan.write(p / "a.h5", append=np.ones(2)), suan.InvalidArgument, "True or False"),
        (
            lambda p: suan.write(p / "a.h5", np.ones(2), allow_nonfinite=True),
            suan.InvalidArgument,
            "for Matrix Market files",
        ),
        (lambda p: suan.write(p / "a\0.mtx", np.ones(2)), suan.InvalidArgument, "zero byte"),
    ],
)
def test_wrong_calls(tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (1, 1), (4, 2)])
def test_matrices_without_elements_come_back(tmp_path, ending, shape):
    suan.write(tmp_path / ending, sp.csr_array(shape))
    back = suan.read(tmp_path / ending)
    assert back.shape == shape
    assert back.nnz == 0


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_vectors_of_length_zero_come_back(tmp_path, ending, dtype):
    suan.write(tmp_path / ending, np.zeros(0, dtype))
    back = suan.read(tmp_path / ending)
    assert back.shape == (0,)
    assert back.dtype == dtype


@pytest.mark.parametrize(
    "name",
    ["A.MTX", "A.Mtx.GZ", pytest.param("A.H5", marks=hdf5), pytest.param("A.HDF5", marks=hdf5)],
)
def test_endings_in_upper_case(tmp_path, name):
    A = random_matrix(np.float64)
    suan.write(tmp_path / name, A)
    assert same(A, suan.read(tmp_path / name))
    first = (tmp_path / name).read_bytes()[:2]
    assert (first == b"\x1f\x8b") == name.endswith("GZ")


@hdf5
def test_names_in_groups(tmp_path):
    path = tmp_path / "run.h5"
    A, b = random_matrix(np.float32), np.arange(3.0)
    suan.write(path, **{"step_10/A": A, "step_10/b": b, "step_10/text/note": "words"})
    assert same(A, suan.read(path, "step_10/A"))
    np.testing.assert_array_equal(suan.read(path, "step_10/b"), b)
    assert suan.read(path, "step_10/text/note") == "words"
    with pytest.raises(suan.InvalidArgument, match=r"'step_9/A'.*'step_10' \(a group\)"):
        suan.read(path, "step_9/A")


@hdf5
def test_appending_keeps_what_is_there(tmp_path):
    path = tmp_path / "run.h5"
    for step in range(1, 4):
        suan.write(path, append=True, **{f"step_{step}/x": np.arange(float(step))})
    for step in range(1, 4):
        np.testing.assert_array_equal(suan.read(path, f"step_{step}/x"), np.arange(float(step)))
    before = path.read_bytes()
    with pytest.raises(suan.InvalidArgument, match="'step_2/x' was written already"):
        suan.write(path, append=True, **{"step_4/x": np.ones(4), "step_2/x": np.ones(2)})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["run.h5"]
    suan.write(path, x=np.ones(1))
    with pytest.raises(suan.InvalidArgument, match="no 'step_1/x'"):
        suan.read(path, "step_1/x")


@hdf5
def test_the_memory_limit_of_hdf5_files(tmp_path):
    path = tmp_path / "a.h5"
    suan.write(path, A=poisson2d(50), x=np.ones(100000))
    assert suan.read(path, "A", memory_limit_gib=0.01).shape == (2500, 2500)
    for name in ("A", "x"):
        with pytest.raises(suan.OutOfMemory, match=f"'{name}'.*memory_limit_gib"):
            suan.read(path, name, memory_limit_gib=1e-5)
    with pytest.raises(suan.InvalidArgument, match="memory_limit_gib"):
        suan.read(path, "A", memory_limit_gib=-1)


@pytest.mark.parametrize("ending", ["a.mtx", "a.mtx.gz"])
def test_what_is_not_finite_only_when_allowed(tmp_path, ending):
    path = tmp_path / ending
    A = sp.csr_array(np.array([[1.0, 0], [2.0, np.nan]]))
    with pytest.raises(suan.InvalidArgument, match="row 2, column 2.*allow_nonfinite"):
        suan.write(path, A)
    with pytest.raises(suan.InvalidArgument, match="the element in row 3"):
        suan.write(path, np.array([1, 2, np.inf]))
    assert os.listdir(tmp_path) == []
    suan.write(path, A, allow_nonfinite=True)
    with pytest.raises(suan.IoError, match="nan"):
        suan.read(path)
    assert np.isnan(suan.read(path, allow_nonfinite=True)[1, 1])


def is_refused(call, kind, code, path):
    with pytest.raises(suan.IoError) as caught:
        call()
    error = caught.value
    assert isinstance(error, kind)
    assert error.errno == code
    assert error.filename == path
    assert os.fspath(path) in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.errno, again.filename) == (str(error), code, path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_reasons_of_the_system(tmp_path, ending):
    is_refused(
        lambda: suan.read(str(tmp_path / ending)),
        FileNotFoundError,
        errno.ENOENT,
        str(tmp_path / ending),
    )
    there = str(tmp_path / "none" / ending)
    is_refused(lambda: suan.write(there, np.ones(2)), FileNotFoundError, errno.ENOENT, there)
    (tmp_path / ending).mkdir()
    folder = str(tmp_path / ending)
    is_refused(lambda: suan.read(folder), IsADirectoryError, errno.EISDIR, folder)
    is_refused(lambda: suan.write(folder, np.ones(2)), IsADirectoryError, errno.EISDIR, folder)
    (tmp_path / "file").write_text("")
    below = str(tmp_path / "file" / ending)
    is_refused(lambda: suan.read(below), NotADirectoryError, errno.ENOTDIR, below)
    if os.geteuid() != 0:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        path = str(closed / ending)
        is_refused(lambda: suan.write(path, np.ones(2)), PermissionError, errno.EACCES, path)


def test_what_the_file_says_has_no_reason_of_the_system(tmp_path):
    (tmp_path / "a.mtx").write_text("nothing")
    with pytest.raises(suan.IoError) as caught:
        suan.read(tmp_path / "a.mtx")
    assert caught.value.errno is None
    assert not isinstance(caught.value, FileNotFoundError)


STRANGE = b"m\xe9thode_"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", [bytes, os.fsdecode, lambda b: pathlib.Path(os.fsdecode(b))])
def test_names_that_are_no_utf8(tmp_path, ending, kind):
    file = os.fsencode(tmp_path) + b"/" + STRANGE + ending.encode()
    path = kind(file)
    A = random_matrix(np.float64)
    suan.write(path, A)
    assert os.listdir(os.fsencode(tmp_path)) == [STRANGE + ending.encode()]
    assert same(A, suan.read(path))
    for wrong in (
        lambda: suan.read(path, rtol=3),
        lambda: suan.write(path),
        lambda: suan.read(kind(file + b".txt")),
    ):
        with pytest.raises(suan.InvalidArgument) as caught:
            wrong()
        str(caught.value).encode()  # every character is one of Unicode's
    os.remove(file)
    with pytest.raises(FileNotFoundError, match=r"m\\xe9thode") as caught:
        suan.read(path)
    str(caught.value).encode()
    assert os.fsencode(caught.value.filename) == file


@hdf5
def test_objects_whose_names_are_no_utf8(tmp_path):
    name = os.fsdecode(b"\xe9t\xe9")
    suan.write(tmp_path / "a.h5", **{name: np.ones(2), "text": name})
    np.testing.assert_array_equal(suan.read(tmp_path / "a.h5", name), np.ones(2))
    assert suan.read(tmp_path / "a.h5", "text") == name
    with pytest.raises(suan.InvalidArgument, match=r"\\xe9t\\xe9") as caught:
        suan.read(tmp_path / "a.h5")
    str(caught.value).encode()


@hdf5
def test_drivers_in_the_environment_change_nothing(tmp_path):
    # Newer versions of HDF5 take their driver from there, "core" writing nothing to the disk.
    import subprocess
    import sys

    program = (
        "import sys, numpy, suan; suan.write(sys.argv[1], numpy.ones(3)); "
        "print(suan.read(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.h5")],
        env={**os.environ, "HDF5_DRIVER": "core"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["[1.", "1.", "1.]"]
    np.testing.assert_array_equal(suan.read(tmp_path / "a.h5"), np.ones(3))
