# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Facts about a matrix, before solving."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from . import _suan
from ._arrays import Csr, as_sparse, scalar_type
from ._errors import InvalidArgument


class MatrixInfo(Mapping[str, Any]):
    """Facts about a matrix by name; prints as a table.

    NaN and infinity are None in it, as in the JSON of ``suan info --json``.
    """

    def __init__(self, facts: dict[str, Any], text: str):
        self._facts = facts
        self._text = text

    def __getitem__(self, name: str) -> Any:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"


def info(A: Any) -> MatrixInfo:
    """Look at a matrix: sizes, symmetry, definiteness hints, bandwidth, memory per format.

    Parameters
    ----------
    A : scipy.sparse matrix or array, or array_like with two dimensions
        It need not be square, and is not changed.

    Returns
    -------
    MatrixInfo
        A read-only dictionary that prints as a table.
    """
    matrix = as_sparse(A)
    if matrix is None:
        raise InvalidArgument(
            f"A must be a scipy.sparse matrix or array or a dense matrix, not {type(A).__name__}"
        )
    csr = Csr(matrix, scalar_type(("A", matrix.dtype)), np.int32)
    as_json, text = _suan.analyse(csr.arrays)
    return MatrixInfo(json.loads(as_json), text)
