# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What a report holds and how it shows itself."""

import copy
import json
import pickle

import numpy as np
import pytest
from problems import poisson2d, relative_residual, saddle

import suan


@pytest.fixture(scope="module")
def solved():
    A, b = poisson2d(20), np.ones(400)
    x, report = suan.solve(A, b, solver="cg", preconditioner="jacobi")
    return A, b, x, report


def test_residual_is_the_true_one(solved):
    A, b, x, report = solved
    # Two sums in different orders differ by a few roundings of norm(A) norm(x), here below
    # 400 * 2.2e-16 * 8 * norm(x).
    bound = 400 * np.finfo(float).eps * 8 * np.linalg.norm(x)
    assert abs(report.true_relative_residual - relative_residual(A, x, b)) <= bound
    assert report.true_residual_norm == pytest.approx(
        report.true_relative_residual * report.right_hand_side_norm
    )


def test_history(solved):
    *_, report = solved
    assert isinstance(report.history, np.ndarray)
    assert report.history.dtype == np.float64
    assert len(report.history) == report.iterations + 1
    assert report.history[0] == report.initial_residual_norm
    assert report.history[-1] == report.residual_norm
    assert report.history[-1] <= 1e-8 * report.history[0]


def test_facts(solved):
    *_, report = solved
    assert (report.unknowns, report.ranks, report.scalar) == (400, 1, "float64")
    assert report.threads == suan.show_config("dicts")["threads"] >= 1
    assert report.setup_seconds >= 0 and report.solve_seconds > 0
    assert report.bytes_moved > 0
    assert report.joules is None or report.joules >= 0


def test_dictionary_and_json_are_the_same(solved):
    *_, report = solved
    fields = report.to_dict()
    assert fields == json.loads(report.to_json())
    assert fields["reason"] == "converged"
    assert fields["history"] == list(report.history)
    for name, value in fields.items():
        if name != "history":
            assert getattr(report, name) == value


def test_nan_is_none_in_the_dictionary():
    _, report = suan.solve(poisson2d(2), np.full(4, np.nan))
    assert np.isnan(report.true_relative_residual)
    assert report.to_dict()["true_relative_residual"] is None


def test_text(solved):
    *_, report = solved
    assert "converged" in str(report)
    assert str(report.iterations) in str(report)
    assert repr(report).startswith("<suan.SolveReport: converged, cg + jacobi, ")


def test_html(solved):
    *_, report = solved
    page = report._repr_html_()
    assert "solved: converged" in page
    assert "<svg" in page
    assert "cg + jacobi" in page
    _, failed = suan.solve(saddle(4), np.arange(8.0), solver="cg")
    page = failed._repr_html_()
    assert "NOT SOLVED: indefinite_matrix" in page
    assert "gmres" in page


def test_html_is_escaped_and_well_formed():
    import xml.etree.ElementTree as tree

    _, report = suan.solve(poisson2d(4), np.ones(16))
    tree.fromstring(report._repr_html_())
    odd = suan.SolveReport(**{**vars(report), "detail": "a < b & <script>"})
    assert "<script>" not in odd._repr_html_()
    tree.fromstring(odd._repr_html_())


@pytest.mark.parametrize("b", [np.zeros(4), np.full(4, np.nan), np.full(4, 1e-300)])
def test_odd_histories_can_be_shown(b):
    pytest.importorskip("matplotlib").use("Agg")
    _, report = suan.solve(poisson2d(2), b)
    assert report.reason in report._repr_html_()
    assert report.reason in str(report)
    report.plot()


def test_plot(solved):
    pytest.importorskip("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    *_, report = solved
    ax = report.plot()
    (line,) = ax.get_lines()
    np.testing.assert_allclose(line.get_ydata(), report.history / np.linalg.norm(np.ones(400)))
    assert ax.get_yscale() == "log"
    _, other = plt.subplots()
    assert report.plot(ax=other, label="mine") is other
    assert other.get_lines()[0].get_label() == "mine"
    plt.close("all")


def test_pickle(solved):
    *_, report = solved
    same = pickle.loads(pickle.dumps(report))
    assert same.to_dict() == report.to_dict()
    assert str(same) == str(report)
    np.testing.assert_array_equal(same.history, report.history)


def test_texts_are_made_when_they_are_asked_for():
    # In any order, and in a copy as in the original.
    _, report = suan.solve(poisson2d(3), np.ones(9))
    copies = [copy.copy(report), copy.deepcopy(report), pickle.loads(pickle.dumps(report))]
    for each in (*copies, report):
        assert each.to_json() == report.to_json()
        assert "converged" in str(each)
        assert "words" not in repr(each)


def test_it_cannot_be_changed(solved):
    *_, report = solved
    with pytest.raises(AttributeError):
        report.converged = False


def test_callback_sees_the_history():
    seen = []
    _, report = suan.solve(poisson2d(10), np.ones(100), callback=lambda i, r: seen.append((i, r)))
    assert [i for i, _ in seen] == list(range(1, report.iterations + 1))
    np.testing.assert_array_equal([r for _, r in seen], report.history[1:])
