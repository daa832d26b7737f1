# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Containers whose parts do not fit, and elements that stand for nothing: refused in words.

SciPy's own conversions trust index arrays and would end the process on these.
"""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import arrays_of, poisson2d

import suan

FORMATS = ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"]
KINDS = [sp.csr_array, sp.csr_matrix]


def made(form, kind=sp.csr_array):
    matrix = kind(poisson2d(8))  # 64 x 64
    return matrix.tobsr((2, 2)) if form == "bsr" else matrix.asformat(form)


def change(path, value):
    """A change of what `path` names in a matrix: "indices", or "indices[7]"."""

    def apply(matrix):
        exec(f"matrix.{path} = value", {"matrix": matrix, "value": value})

    return apply


def shorter(part, by=3):
    return lambda matrix: setattr(matrix, part, getattr(matrix, part)[:-by])


def rows_of_coo(value):
    def apply(matrix):
        rows, columns = (part.copy() for part in matrix.coords)
        rows[7] = value
        matrix.coords = (rows, columns)

    return apply


BROKEN = [
    ("csr", change("indices[7]", 50_000_000), "row 2 has a column outside"),
    ("csr", change("indptr[5]", 400_000_000), "row"),
    ("csr", change("indptr[-1]", -4), "row offsets go from 0 to -4"),
    ("csr", shorter("data"), "A.data has"),
    ("csr", shorter("indices"), "A.indices has"),
    ("csr", shorter("indptr"), "A.indptr has 62 elements, but 65"),
    ("csr", change("indices", np.zeros(288)), "A.indices is no array of integers.*float64"),
    ("csr", change("indptr", np.linspace(0, 288, 65)), "A.indptr is no array of integers"),
    ("csr", change("indices", [0] * 288), "A.indices is no array of integers.*list"),
    ("csr", change("data", "numbers"), "A.data is no numpy.ndarray but str"),
    ("csr", change("data", None), "A.data is no numpy.ndarray but NoneType"),
    ("csr", change("data", np.ones((288, 1))), "A.data has 2 dimensions"),
    ("csr", lambda matrix: delattr(matrix, "indices"), "A.indices"),
    ("csc", change("indices[7]", 50_000_000), r"A.indices goes from 0 to 50000000.*\[0, 64\)"),
    ("csc", change("indices[7]", -50_000_000), "A.indices goes from -50000000"),
    ("csc", change("indptr[5]", 400_000_000), "A.indptr decreases in column 5"),
    ("csc", change("indptr[0]", 1), "begins at 1"),
    ("csc", change("indptr[-1]", 400), "ends at 400.*A.indices has 288"),
    ("csc", shorter("data"), "A.data has 285"),
    ("csc", shorter("indices"), "A.indices has 285"),
    ("csc", shorter("indptr"), "A.indptr has 62 elements, but 65"),
    ("csc", change("indices", np.zeros(288)), "A.indices is no array of integers"),
    ("csc", change("data", np.ones((288, 1))), "A.data has 2 dimensions"),
    ("bsr", change("indices[7]", 50_000_000), r"A.indices goes.*\[0, 32\)"),
    ("bsr", change("indptr[3]", 5_000), "decreases in row of blocks 3"),
    ("bsr", change("data", np.ones((400, 3, 3))), "64 x 64.*3 x 3"),
    ("bsr", change("data", np.ones((400, 0, 2))), "0 x 2"),
    ("bsr", change("data", np.ones((400, 4, 4))), "A.indptr has 33 elements, but 17"),
    ("bsr", shorter("data"), "A.data has"),
    ("bsr", change("data", np.ones(400)), "A.data has 1 dimensions"),
    ("coo", rows_of_coo(50_000_000), r"rows goes from 0 to 50000000.*\[0, 64\)"),
    ("coo", rows_of_coo(-3), "rows goes from -3"),
    ("coo", shorter("data"), "285"),
    ("coo", change("coords", (np.zeros(288, int),)), "A.coords"),
    ("coo", change("coords", None), "A.coords"),
    ("coo", change("coords", (np.zeros(288), np.zeros(288))), "integers.*float64"),
    ("dia", shorter("offsets", 1), "A.offsets has 4 elements, but A.data has 5"),
    ("dia", change("offsets", np.array([0, 1, 1, 8, -8])), "twice"),
    ("dia", change("offsets", np.array([0, 1, 2**32, 2**32 + 1, 1])), "twice"),
    ("dia", change("offsets", np.array([0.0, 1.5, 2, 3, 4])), "A.offsets is no array of integers"),
    ("dia", change("data", np.ones(5)), "A.data has 1 dimensions"),
    ("dok", lambda m: m._dict.update({(0, 50_000_000): 1.0}), "columns goes"),
    ("dok", lambda m: m._dict.update({(-3, 1): 1.0}), "rows goes from -3"),
    ("dok", lambda m: m._dict.update({(0.5, 1): 1.0}), "rows is no array of integers"),
    ("dok", lambda m: m._dict.update({(0, 1, 2): 1.0}), "A"),
    ("dok", lambda m: m._dict.update({(0, 1): "one"}), "A"),
    ("lil", change("rows[3]", [0, 50_000_000]), "row 3 of A has 2 columns"),
    ("lil", lambda m: (m.rows[3].__setitem__(0, 50_000_000)), "A.rows goes"),
    ("lil", lambda m: (m.rows[3].__setitem__(0, -9)), "A.rows goes from -9"),
    ("lil", lambda m: (m.rows[3].__setitem__(0, 0.5)), "A.rows is no array of integers"),
    ("lil", change("rows[3]", "abc"), "no list in row 3, but str"),
    ("lil", change("data[3]", None), "no list in row 3, but NoneType"),
    ("lil", shorter("rows"), "A.rows is not an array of 64 lists"),
    ("lil", lambda m: m.data[3].__setitem__(0, "one"), "A"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("form", "damage", "words"), BROKEN)
def test_parts_that_do_not_fit_are_refused(tmp_path, kind, form, damage, words):
    A = made(form, kind)
    damage(A)
    for call in (
        lambda: suan.solve(A, np.ones(64)),
        lambda: suan.solve_many(A, np.ones((64, 2))),
        lambda: suan.info(A),
    ):
        with pytest.raises((suan.InvalidArgument, suan.DimensionMismatch), match=words):
            call()
    # Files name what they are given by its own name, and look at all indices themselves.
    with pytest.raises((suan.InvalidArgument, suan.DimensionMismatch)):
        suan.write(tmp_path / "a.mtx", A)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMATS)
def test_sound_ones_give_the_same_solution_and_stay_as_they_are(form, kind):
    A = made(form, kind)
    before = arrays_of(A.tocsr())
    x, report = suan.solve(A, np.arange(64.0))
    expected, _ = suan.solve(poisson2d(8), np.arange(64.0))
    assert report.converged
    # Blocks hold zeros that the other formats do not, so that sums are grouped otherwise.
    np.testing.assert_allclose(x, expected, rtol=1e-12 if form == "bsr" else 0)
    assert arrays_of(A.tocsr()) == before


@pytest.mark.parametrize("form", FORMATS)
def test_matrices_without_entries_or_rows(form):
    for shape in [(3, 3), (0, 0), (0, 3), (3, 0)]:
        A = sp.csr_array(shape).asformat(form)
        assert suan.info(A)["entries"] == 0
    _, report = suan.solve(sp.csr_array((3, 3)).asformat(form), np.ones(3))
    assert not report.converged


def test_entries_that_are_repeated_or_unsorted_are_summed():
    coo = sp.coo_array(([1.0, 3.0, 4.0], ([0, 0, 1], [0, 0, 1])), shape=(2, 2))
    lil = sp.lil_array((2, 2))
    lil.rows[0], lil.data[0] = [0, 0], [1.0, 3.0]
    lil.rows[1], lil.data[1] = [1], [4.0]
    for A in (coo, lil):
        x, report = suan.solve(A, [4.0, 8.0])
        assert report.converged
        np.testing.assert_allclose(x, [1.0, 2.0], rtol=1e-8)


def test_diagonals_outside_the_matrix_hold_nothing():
    A = sp.dia_array((np.array([[2.0] * 4, [9.0] * 4]), [0, 1]), shape=(4, 4))
    for offset in (4, -4, 10**6, 2**40):
        A.offsets = np.array([0, offset])
        x, report = suan.solve(A, np.ones(4))
        assert report.converged
        np.testing.assert_allclose(x, 0.5, rtol=1e-8)


def test_an_operator_on_a_broken_matrix_is_refused():
    A = poisson2d(8)
    operators = [
        spl.aslinearoperator(A),
        2 * spl.aslinearoperator(A),
        spl.aslinearoperator(A) + spl.aslinearoperator(A),
    ]
    A.indices[7] = 50_000_000
    for operator in operators:
        with pytest.raises(suan.InvalidArgument, match="goes from 0 to 50000000"):
            suan.solve(operator, np.ones(64))


# Masked elements.

HIDDEN = np.ma.array([1.0, -777.0, 3.0], mask=[False, True, False])
EYE = sp.csr_array(np.diag([2.0, 4.0, 8.0]))


def with_part(form, part):
    A = EYE.asformat(form, copy=True)
    array = getattr(A, part)
    setattr(A, part, np.ma.array(array, mask=np.arange(array.size).reshape(array.shape) == 1))
    return A


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: suan.solve(EYE, HIDDEN), "b is a masked array, and 1 of its 3 elements"),
        (lambda: suan.solve(EYE, list(HIDDEN)), "b holds masked"),
        (lambda: suan.solve(EYE, HIDDEN.reshape(3, 1)), "b is a masked"),
        (lambda: suan.solve(EYE, np.ones(3), x0=HIDDEN), "x0 is a masked"),
        (lambda: suan.solve_many(EYE, np.ma.stack([HIDDEN, HIDDEN]).T), "b is a masked"),
        (lambda: suan.solve_many(EYE, [[1.0], [np.ma.masked], [2.0]]), "b holds masked"),
        (lambda: suan.solve_many(EYE, np.ones((3, 1)), x0=HIDDEN.reshape(3, 1)), "x0 is a masked"),
        (
            lambda: suan.solve(np.ma.array(EYE.toarray(), mask=np.eye(3)), np.ones(3)),
            "A is a masked array, and 3 of its 9",
        ),
        (lambda: suan.solve([list(HIDDEN)] * 3, np.ones(3)), "A holds masked"),
        (lambda: suan.solve(lambda v: HIDDEN, np.ones(3)), "what A returned is a masked"),
        (
            lambda: suan.solve(
                spl.LinearOperator((3, 3), matvec=lambda v: HIDDEN, dtype=float), np.ones(3)
            ),
            "what A returned is a masked",
        ),
        (lambda: suan.info(np.ma.array(EYE.toarray(), mask=np.eye(3))), "A is a masked"),
        (lambda: suan.solve(with_part("csr", "data"), np.ones(3)), "A.data is a masked"),
        (lambda: suan.solve(with_part("csr", "indices"), np.ones(3)), "A.indices is a masked"),
        (lambda: suan.solve(with_part("csc", "data"), np.ones(3)), "A.data is a masked"),
        (lambda: suan.solve(with_part("bsr", "data"), np.ones(3)), "A.data is a masked"),
        (lambda: suan.solve(with_part("coo", "data"), np.ones(3)), "A.data is a masked"),
        (lambda: suan.solve(with_part("dia", "data"), np.ones(3)), "A.data is a masked"),
    ],
)
def test_masked_elements_are_refused(call, words):
    with pytest.raises(suan.InvalidArgument, match=words):
        call()


def test_a_mask_that_hides_nothing_is_taken():
    b = np.ma.array([2.0, 4.0, 8.0])
    for given in (b, np.ma.array(b, mask=[False] * 3)):
        x, report = suan.solve(EYE, given, x0=given)
        assert report.converged
        assert type(x) is np.ndarray
        np.testing.assert_allclose(x, 1.0, rtol=1e-8)
    x, report = suan.solve(lambda v: np.ma.array(EYE @ v), np.ones(3))
    assert report.converged


def test_masked_elements_in_files(tmp_path):
    for name in ("a.mtx", "a.h5"):
        if name == "a.h5" and not suan.show_config("dicts")["hdf5"]:
            continue
        for value in (HIDDEN, with_part("csr", "data"), [1.0, np.ma.masked]):
            with pytest.raises(suan.InvalidArgument, match="masked"):
                suan.write(tmp_path / name, value)
    assert list(tmp_path.iterdir()) == []


# What is no matrix of SciPy, but can be read as one.


class Frame:
    """As a DataFrame: an object that NumPy can read, and no array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def test_nested_lists_and_frames_are_matrices():
    lists = EYE.toarray().tolist()
    for A in (lists, tuple(map(tuple, lists)), Frame(lists)):
        x, report = suan.solve(A, Frame([2.0, 4.0, 8.0]))
        assert report.converged
        assert report.copied[0] == "A"
        np.testing.assert_allclose(x, 1.0, rtol=1e-8)
        assert suan.info(A)["rows"] == 3


@pytest.mark.parametrize(
    ("A", "error", "words"),
    [
        ([[1.0, 2.0], [3.0]], suan.InvalidArgument, "A is a list that NumPy cannot read"),
        ([[1.0, "x"], [0.0, 1.0]], suan.NotSupported, "A is of type"),
        (Frame([[1.0, None], [None, 1.0]]), suan.NotSupported, "A is of type object"),
        (Frame([1.0, 2.0]), suan.DimensionMismatch, "A has 1 dimensions"),
        ([1.0, 2.0], suan.DimensionMismatch, "A has 1 dimensions"),
        (np.float64(2), suan.DimensionMismatch, "A has 0 dimensions"),
        (None, suan.InvalidArgument, "not NoneType"),
        ({0: 1.0}, suan.InvalidArgument, "not dict"),
    ],
)
def test_what_is_no_matrix(A, error, words):
    with pytest.raises(error, match=words):
        suan.solve(A, np.ones(2))
    with pytest.raises(error, match=words):
        suan.info(A)
