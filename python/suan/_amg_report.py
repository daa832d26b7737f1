# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The levels of a multigrid preconditioner: as records, and as a page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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
    #: For each level, how far a cycle on it and those below is from the Hermitian map that CG
    #: needs; empty if A is not Hermitian, and for K- and F-cycles.
    asymmetry: tuple[float, ...]
    #: For each level but the last, the part of its near null space that the prolongator misses:
    #: ||B - P B_c|| / ||B||; NaN where that is not known.
    interpolation: tuple[float, ...]
    #: On levels that do not contract, or hardly; that are not symmetric although A is; whose
    #: matrices grow; and whose prolongators miss the near null space: with what to try.
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
    result = []
    for k, fields in enumerate(levels):
        below = levels[k + 1]["rows"] if k + 1 < len(levels) else None
        ratio = fields["rows"] / below if below else None
        result.append(AmgLevel(ratio=ratio, **fields))
    return result


def as_html(
    title: str, levels: Sequence[AmgLevel], check: AmgCheck | None, lines: Sequence[str]
) -> str:
    """A table of the levels, with lines of text below it."""
    heads = ["level", "rows", "entries", "per row", "ratio", "of A", "MB", "ranks", "solved by"]
    # Steps that no level has taken are left out.
    steps = [step for step in levels[0].seconds if any(level.seconds[step] for level in levels)]
    heads += [f"{step}, ms" for step in steps] + ["set-up, ms"]
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
            f"{level.entries / max(levels[0].entries, 1):.3f}",
            f"{level.bytes / 1e6:.3g}",
            str(level.ranks),
            level.smoother,
            *(f"{1e3 * level.seconds[step]:.1f}" for step in steps),
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
