# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What complete factors tell of a matrix and of solutions by them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


class Inertia(NamedTuple):
    """The numbers of positive, negative and zero eigenvalues of a real symmetric matrix."""

    positive: int
    negative: int
    zero: int


@dataclass(frozen=True)
class Determinant:
    """mantissa * 2**exponent, which may be beyond the range of a float."""

    mantissa: float | complex
    exponent: int

    @property
    def value(self) -> float | complex:
        """As one number: infinite, or zero, beyond the range."""
        with np.errstate(all="ignore"):
            size = abs(self.mantissa)
            if size == 0:
                return self.mantissa
            try:
                return self.mantissa / size * math.ldexp(size, self.exponent)
            except OverflowError:
                parts = [p * math.inf if p else p for p in (self.mantissa.real, self.mantissa.imag)]
                return complex(*parts) if isinstance(self.mantissa, complex) else parts[0]

    @property
    def logarithm(self) -> float:
        """Of its absolute value; minus infinity for zero."""
        size = abs(self.mantissa)
        return math.log(size) + self.exponent * math.log(2) if size else -math.inf


@dataclass(frozen=True)
class DirectErrors:
    """How exact a solution is, as estimated by Factors.errors()."""

    #: |b - A x| / (|A| |x|), in maximum norms.
    residual: float
    #: The least relative change of entries of A and b that makes x exact.
    backward_error: float
    #: The larger of the two condition numbers that belong to it.
    condition: float
    #: A bound, by these, of the relative error of x.
    forward_error: float


@dataclass(frozen=True)
class FactorsReport:
    """What a factorisation found and took; prints as a table."""

    library: str
    #: "L U" or "L D L^T".
    factors: str
    ordering: str
    rows: int
    #: Of A; of one triangle if the factors are symmetric.
    entries: int
    factor_entries: int
    #: Pivots that were put off, because they were too small.
    delayed_pivots: int
    null_pivots: int
    #: Floating-point operations of the elimination.
    flops: float
    forecast_bytes: int
    bytes: int
    ranks: int
    analysis_seconds: float
    #: Of the last one.
    factorisation_seconds: float
    #: Of the last solve.
    solve_seconds: float
    notes: list[str]
    _text: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self._text
