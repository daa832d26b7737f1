# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Model problems, facts about matrices, and the configuration."""

import json

import numpy as np
import pytest
import scipy.sparse as sp
from problems import poisson2d

import suan
from suan import _suan


def test_poisson_equals_scipys():
    A = suan.generate("poisson2d", size=7)
    assert isinstance(A, sp.csr_array)
    assert (A != poisson2d(7)).nnz == 0
    assert A.has_canonical_format
    assert A.indices.dtype == A.indptr.dtype == np.int32


@pytest.mark.parametrize("name", _suan.gallery_names())
def test_every_problem_can_be_solved(name):
    A = suan.generate(name, size=5)
    x, report = suan.solve(A, np.ones(A.shape[0]))
    assert report.converged
    assert name in suan.generate.__doc__


@pytest.mark.parametrize("dtype", ["float32", np.float64, complex])
def test_types(dtype):
    assert suan.generate("poisson1d", size=3, dtype=dtype).dtype == np.dtype(dtype)


def test_what_is_generated_belongs_to_the_caller():
    A = suan.generate("poisson1d", size=3)
    A.data[:] = 7
    assert suan.generate("poisson1d", size=3)[0, 0] == 2
    kept = suan.generate("poisson1d", size=50).data
    assert kept.flags.owndata or kept.base is not None
    assert kept.sum() == 50 * 2 - 2 * 49


def test_info():
    facts = suan.info(poisson2d(6))
    assert (facts["rows"], facts["columns"]) == (36, 36)
    assert facts["entries"] == poisson2d(6).nnz
    assert facts["symmetric"] is True
    assert dict(facts) == {name: facts[name] for name in facts}
    json.dumps(dict(facts))
    assert "36" in repr(facts)
    assert "<pre>" in facts._repr_html_()


def test_info_of_a_matrix_that_is_not_square():
    facts = suan.info(sp.csr_array(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])))
    assert (facts["rows"], facts["columns"], facts["entries"]) == (2, 3, 3)
    assert facts["symmetric"] is False


def test_show_config(capsys):
    assert suan.show_config() is None
    printed = capsys.readouterr().out
    config = suan.show_config("dicts")
    assert config["version"] == suan.__version__
    assert config["version"] in printed
    for name in config:
        assert name in printed
    assert "native" in config["kernel_paths"]
