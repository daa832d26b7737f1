# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The levels of a multigrid preconditioner: as records, and as a page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class AmgLevel:
    """One level of a multigrid preconditioner, the first being that of A."""

    rows: int
    #: Of its matrix.
    entries: int
    #: That own rows of it.
    ranks: int
    #: Of its matrix in CSR, and of the prolongator to it and the restriction from it.
    bytes: int
    #: Its rows divided by those of the next level; None for the last one.
    ratio: float | None
    #: What smooths errors, or solves on the last level.
    smoother: str
    #: Of the prolongator to this level from the next one.
    interpolation_entries: int
    #: The spectral radius that damped the prolongator.
    radius: float
    #: What the steps of the set-up took that made the next level, by name.
    seconds: dict[str, float]


@dataclass(frozen=True)
class AmgCheck:
    """How well the levels of a multigrid preconditioner contract; prints as a table."""

    #: For each level, the factor by which a cycle on it and those below reduces the residual, in
    #: the long run.
    factors: tuple[float, ...]
    #: On levels that do not contract, or hardly.
    notes: tuple[str, ...]
    _text: str = field(default="", repr=False)

    @property
    def contracts(self) -> bool:
        """Whether all levels do."""
        return all(factor < 1 for factor in self.factors)

    def __str__(self) -> str:
        return self._text


def levels_of(report: dict[str, Any]) -> list[AmgLevel]:
    """The records of the library's report."""
    levels = report["levels"]
    number = np.dtype(report["scalar"]).itemsize
    result = []
    for k, fields in enumerate(levels):
        below = levels[k + 1]["rows"] if k + 1 < len(levels) else None
        size = _csr_bytes(fields["rows"], fields["entries"], number)
        if below is not None:
            entries = fields["interpolation_entries"]
            size += _csr_bytes(fields["rows"], entries, number)
            size += _csr_bytes(below, entries, number)
        ratio = fields["rows"] / below if below else None
        result.append(AmgLevel(bytes=size, ratio=ratio, **fields))
    return result


def _csr_bytes(rows: int, entries: int, number: int) -> int:
    return entries * (number + 4) + (rows + 1) * 8


def as_html(
    title: str, levels: Sequence[AmgLevel], check: AmgCheck | None, lines: Sequence[str]
) -> str:
    """A table of the levels, with lines of text below it."""
    heads = ["level", "rows", "entries", "per row", "ratio", "MB", "ranks", "solved by", "set-up, ms"]
    if check is not None:
        heads.append("factor")
    rows = []
    for k, level in enumerate(levels):
        cells = [
            str(k),
            f"{level.rows:,}",
            f"{level.entries:,}",
            f"{level.entries / max(level.rows, 1):.1f}",
            "" if level.ratio is None else f"{level.ratio:.1f}",
            f"{level.bytes / 1e6:.3g}",
            str(level.ranks),
            level.smoother,
            f"{1e3 * sum(level.seconds.values()):.1f}",
        ]
        if check is not None:
            cells.append(f"{check.factors[k]:.3g}")
        rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    head = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    below = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    return (
        f'<div class="suan-amg"><b>{html.escape(title)}</b>'
        f"<table><tr>{head}</tr>{body}</table>{below}</div>"
    )
