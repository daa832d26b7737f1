# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Multigrid preconditioners in HDF5 files."""

import numpy as np
import pytest
import scipy.sparse as sp
from elasticity import cantilever
from problems import poisson2d

import suan

pytestmark = pytest.mark.skipif(
    not suan.show_config("dicts")["hdf5"], reason="this build of Suan has no HDF5"
)



@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("options", [{}, {"coarsening": "classical"}, {"precision": "same", "cycle": "k"}])
def test_what_is_read_has_the_same_bits(tmp_path, dtype, options):
    A = poisson2d(30).astype(dtype)
    M = suan.amg(A, coarse_rows=50, **options)
    M.save(tmp_path / "m.h5")
    x = np.random.default_rng(1).standard_normal(900).astype(dtype)
    for read in (suan.load_amg(tmp_path / "m.h5", A), suan.load_amg(tmp_path / "m.h5")):
        assert isinstance(read, suan.Amg)
        assert read.dtype == dtype
        assert read.shape == (900, 900)
        np.testing.assert_array_equal(read @ x, M @ x)
        assert [level.rows for level in read.levels] == [level.rows for level in M.levels]
        assert [level.seconds for level in read.levels] == [level.seconds for level in M.levels]
        assert any("read from a file" in note for note in read.notes)
        _, report = suan.solve(A, np.ones(900, dtype=dtype), M=read)
        assert report.converged
        np.testing.assert_array_equal(read.aggregates, M.aggregates)


def test_pictures_of_what_is_read(tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    A = poisson2d(30)
    M = suan.amg(A, coarse_rows=50)
    M.save(tmp_path / "m.h5")
    points = np.stack(np.divmod(np.arange(900), 30), axis=1)
    ax = suan.load_amg(tmp_path / "m.h5").plot_aggregates(points)
    assert ax.get_title() == f"{M.levels[1].rows} aggregates of the finest level"


def test_files_keep_what_they_have(tmp_path):
    A = poisson2d(30)
    path = tmp_path / "all.h5"
    suan.write(path, A=A)
    suan.amg(A, coarse_rows=50).save(path, "step_1/levels", append=True)
    assert suan.read(path).shape == (900, 900)
    assert suan.load_amg(path, A, "step_1/levels").shape == (900, 900)
    with pytest.raises(suan.IoError, match="'amg/header'"):
        suan.load_amg(path, A)
    assert "float64" in suan.read(path, "step_1/levels/header")


def test_near_null_spaces_and_updates(tmp_path):
    A, points = cantilever(20, 4)
    M = suan.amg(A, block_size=2, coordinates=points, coarse_rows=50)
    M.save(tmp_path / "m.h5")
    read = suan.load_amg(tmp_path / "m.h5", A)
    check = read.check()
    assert check.interpolation == M.check().interpolation
    assert check.factors == M.check().factors
    assert "files hold no structure" in read.update(2 * A)
    x = np.random.default_rng(1).standard_normal(A.shape[0])
    again = suan.amg(2 * A, block_size=2, coordinates=points, coarse_rows=50)
    np.testing.assert_array_equal(read @ x, again @ x)


def test_other_matrices_and_files_are_refused(tmp_path):
    A = poisson2d(30)
    path = tmp_path / "m.h5"
    suan.amg(A, coarse_rows=50).save(path)
    with pytest.raises(suan.InvalidArgument, match="another matrix"):
        suan.load_amg(path, A + sp.eye_array(900))
    with pytest.raises(suan.DimensionMismatch, match="900 rows"):
        suan.load_amg(path, poisson2d(10))
    with pytest.raises(suan.InvalidArgument, match="loses digits"):
        suan.load_amg(path, A.astype(np.complex128))
    with pytest.raises(FileNotFoundError):
        suan.load_amg(tmp_path / "none.h5", A)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(suan.IoError, match=r"m\.h5"):
        suan.load_amg(path)
    path.write_bytes(b"something else")
    with pytest.raises(suan.IoError, match="not an HDF5 file"):
        suan.load_amg(path)
