# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What a multigrid preconditioner shows of itself: levels, texts, pictures."""

import numpy as np
import pytest
import scipy.sparse as sp
from elasticity import cantilever
from problems import poisson2d

import suan


@pytest.fixture(scope="module")
def bar():
    return cantilever(60, 8)


def test_levels():
    A = poisson2d(40)
    M = suan.amg(A, coarse_rows=50)
    levels = M.levels
    assert all(isinstance(level, suan.AmgLevel) for level in levels)
    assert (levels[0].rows, levels[0].entries) == (1600, A.nnz)
    assert [level.rows for level in levels] == sorted((l.rows for l in levels), reverse=True)
    assert levels[0].ratio == levels[0].rows / levels[1].rows
    assert levels[-1].ratio is None
    # In single precision: 4 bytes a value, 4 a column and 8 a row.
    coarse, to = levels[1], levels[0].interpolation_entries
    assert levels[0].bytes == 8 * (A.nnz + 2 * to) + 8 * (2 * 1601 + coarse.rows + 1)
    assert levels[-1].bytes == 8 * levels[-1].entries + 8 * (levels[-1].rows + 1)
    assert M.operator_complexity == pytest.approx(sum(l.entries for l in levels) / A.nnz)
    assert M.grid_complexity == pytest.approx(sum(l.rows for l in levels) / 1600)
    assert all(seconds >= 0 for level in levels for seconds in level.seconds.values())
    assert 0 < sum(s for level in levels for s in level.seconds.values()) <= 1.01 * M.seconds
    assert "the hierarchy is in single precision" in M.notes
    assert M.levels is not levels
    with pytest.raises(AttributeError):
        levels[0].rows = 3


def test_texts():
    M = suan.amg(poisson2d(40), coarse_rows=50)
    text = str(M)
    assert "operator complexity" in text
    assert text.count("\n") > len(M.levels)
    assert repr(M).startswith("<suan.Amg: 1600 x 1600, float64, 3 levels, operator complexity 1.")
    fields = M.to_dict()
    assert fields["levels"][0]["rows"] == 1600
    assert fields["scalar"] == "float32"
    assert fields["hermitian"] is True
    assert fields["memory"] == M.memory
    assert 0 < fields["memory"]["hierarchy"] <= fields["forecast"]["peak"]
    assert "memory beside A" in text
    import json

    json.dumps(fields)


def test_memory_is_a_budget():
    A = poisson2d(60)
    cheap = suan.amg(A, coarse_rows=50, smooth_prolongator=False, cycle="k").to_dict()["forecast"]
    M = suan.amg(A, coarse_rows=50, memory=cheap["peak"] + 1)
    assert any("to need less memory" in note for note in M.notes)
    with pytest.raises(suan.NotSupported, match="K-cycles"):
        M.rmatvec(np.ones(3600))
    with pytest.raises(suan.OutOfMemory, match="memory allows"):
        suan.amg(A, memory=10000)


def test_html_is_well_formed():
    import xml.etree.ElementTree as tree

    M = suan.amg(poisson2d(40), coarse_rows=50)
    page = M._repr_html_()
    tree.fromstring(page)
    assert "1,600" in page
    assert all(words in page for words in ("of A", "MB", "ranks", "strength, ms", "product, ms"))
    assert "factor" not in page
    M.check()
    page = M._repr_html_()
    tree.fromstring(page)
    assert "factor" in page


def test_check():
    M = suan.amg(poisson2d(40), coarse_rows=50)
    check = M.check()
    assert isinstance(check, suan.AmgCheck)
    assert len(check.factors) == len(M.levels)
    assert check.contracts
    assert 0.01 < check.factors[0] < 0.6
    assert check.factors[-1] < 1e-5
    assert check.notes == ()
    assert len(check.asymmetry) == len(M.levels)
    assert max(check.asymmetry) < 1e-4
    assert len(check.interpolation) == len(M.levels) - 1
    assert max(check.interpolation) < 1e-2
    assert str(check).splitlines()[1].split()[0] == "0"
    # The measure of level 0, by hand: residuals of A e = 0 in the long run.
    A, e = poisson2d(40), np.random.default_rng(5).standard_normal(1600)
    for k in range(12):
        r = A @ e
        e -= M @ r
        factor = np.linalg.norm(A @ e) / np.linalg.norm(r)
    assert check.factors[0] == pytest.approx(factor, rel=0.2)


def test_a_level_that_hardly_contracts_is_named():
    # Aggregates across the strong couplings, where everything counts as strong.
    strong, weak = (sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n)) for n in (80, 20))
    A = sp.csr_array(sp.kron(sp.eye_array(20), strong) + 1e-3 * sp.kron(weak, sp.eye_array(80)))
    check = suan.amg(A, coarse_rows=50, theta=0, smoother="l1_jacobi").check()
    assert check.factors[0] > 0.9
    assert "level 0 hardly contracts" in check.notes[0]
    assert "rigid-body modes" in check.notes[-1]
    assert suan.amg(A, coarse_rows=50).check().factors[0] < 0.7


def test_aggregates():
    M = suan.amg(poisson2d(30), coarse_rows=50)
    of = M.aggregates
    assert of.dtype == np.int64
    assert len(np.unique(of)) == M.levels[1].rows
    assert of.min() == 0
    # Each is connected: members have a neighbour in it.
    A = poisson2d(30)
    for number in range(0, M.levels[1].rows, 7):
        inside = np.flatnonzero(of == number)
        parts, _ = sp.csgraph.connected_components(A[inside][:, inside])
        assert parts == 1


# ---- Pictures.


@pytest.fixture
def pyplot():
    pytest.importorskip("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_plot(pyplot, bar):
    M = suan.amg(poisson2d(40), coarse_rows=50)
    axes = M.plot()
    assert len(axes) == 2
    rows, entries = axes[0].get_lines()
    np.testing.assert_array_equal(rows.get_ydata(), [level.rows for level in M.levels])
    np.testing.assert_array_equal(entries.get_ydata(), [level.entries for level in M.levels])
    assert axes[0].get_yscale() == "log"
    check = M.check()
    axes = M.plot()
    assert len(axes) == 3
    assert "complexity" in axes[0].get_title()
    assert [text.get_text() for text in axes[2].texts] == [f"{f:.2g}" for f in check.factors]
    A, points = bar
    with_points = suan.amg(A, block_size=2, coordinates=points, coarse_rows=50)
    axes = with_points.plot()
    assert len(axes) == 3
    assert "aggregates of the finest level" in axes[2].get_title()
    with_points.check()
    _, own = pyplot.subplots(2, 2)
    assert len(with_points.plot(own)) == 4
    with pytest.raises(suan.DimensionMismatch, match="1 axes for 4 pictures"):
        with_points.plot([own[0, 0]])
    axes[0].figure.canvas.draw()


def test_plot_of_a_single_level(pyplot):
    for A in (np.zeros((0, 0)), np.array([[2.0]]), 3 * np.eye(5)):
        M = suan.amg(A)
        M.check()
        M.plot()[0].figure.canvas.draw()


def test_plot_of_aggregates(pyplot):
    M = suan.amg(poisson2d(20), coarse_rows=50)
    points = np.stack(np.divmod(np.arange(400), 20), axis=1)
    _, ax = pyplot.subplots()
    assert M.plot_aggregates(points, ax=ax, s=5) is ax
    assert ax.get_title().startswith(f"{M.levels[1].rows} aggregates")
    assert len(ax.collections) == 2
    ax.figure.canvas.draw()
    for colour in ({"c": "k"}, {"color": "k"}):
        ax = M.plot_aggregates(points, **colour)
        np.testing.assert_array_equal(ax.collections[1].get_facecolor(), [[0, 0, 0, 1]])
    single = suan.amg(poisson2d(4))
    assert single.plot_aggregates(np.ones((16, 2))).get_title().startswith("0 aggregates")
    for given, words in (
        (None, "made without"),
        (np.ones((399, 2)), "399 nodes, but A has 400"),
        (np.ones((400, 3)), r"shape \(400, 3\)"),
        (np.full((400, 2), np.nan), "finite"),
        ([[0, 0], [1]], "coordinates is a list that NumPy cannot read"),
        (np.ma.masked_less(np.ones((400, 2)), 2), "masked"),
    ):
        with pytest.raises(ValueError, match=words):
            M.plot_aggregates(given)
