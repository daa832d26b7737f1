# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What a solve did, and why it ended."""

from __future__ import annotations

import html
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class SolveReport:
    """The result of a solve, in addition to the solution.

    It contains only plain Python and NumPy objects and can be pickled.
    """

    #: Why the solve ended: "converged", "max_iterations", "indefinite_matrix", "not_finite", ...
    reason: str
    #: Whether the *recomputed* residual is below the tolerance.
    converged: bool
    #: One sentence: what the reason means and what to try.
    advice: str
    #: A sentence about this case, such as the row of a NaN; may be empty.
    detail: str
    solver: str
    preconditioner: str
    #: Why solver and preconditioner were chosen; empty when they were given.
    choice: str
    #: Of the matrix: "csr", "function".
    format: str
    #: Of the kernels: "native", "cusparse", "cuda".
    path: str
    #: "float32", "float64", "complex64" or "complex128".
    scalar: str
    unknowns: int
    iterations: int
    #: ``norm(b - A @ x) / norm(b)``, recomputed at the end.
    true_relative_residual: float
    right_hand_side_norm: float
    initial_residual_norm: float
    #: From the method's recurrence.
    residual_norm: float
    #: ``norm(b - A @ x)``, recomputed at the end.
    true_residual_norm: float
    setup_seconds: float
    solve_seconds: float
    #: Bytes moved by the iterations on all ranks, by formula.
    bytes_moved: int
    #: Energy of the solve; None if the machine cannot tell.
    joules: float | None
    ranks: int
    threads: int
    #: Where the kernels ran: "OpenMP", "Cuda", ...
    space: str
    #: The residual norm before the first and after each iteration.
    history: NDArray[np.float64]
    #: The arguments, or their arrays, that were copied: ("A.indptr",), ("b",), ...
    copied: tuple[str, ...]
    _words: Any = field(default=None)

    def __str__(self) -> str:
        return self._text("table")

    def __repr__(self) -> str:
        return (
            f"<suan.SolveReport: {self.reason}, {self.solver} + {self.preconditioner}, "
            f"{self.iterations} iterations, "
            f"true relative residual {self.true_relative_residual:.3g}>"
        )

    def to_json(self) -> str:
        """The report as JSON, as ``suan solve --report`` writes it."""
        return self._text("json")

    def to_dict(self) -> dict[str, Any]:
        """The report as a dictionary of plain values, with the keys of :meth:`to_json`.

        NaN and infinity are None in it, as in JSON.
        """
        result: dict[str, Any] = json.loads(self.to_json())
        return result

    def _text(self, which: str) -> str:
        """One of the library's texts, made on first use."""
        if not isinstance(self._words, dict):
            made = {"table": self._words.table(), "json": self._words.json()}
            object.__setattr__(self, "_words", made)
        text: str = self._words[which]
        return text

    def __getstate__(self) -> dict[str, Any]:
        self._text("table")
        return self.__dict__

    def plot(self, ax: Axes | None = None, **line: Any) -> Axes:
        """Draw the relative residual norm over the iterations.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.
        **line
            Passed on to ``Axes.semilogy``, such as ``label="cg"``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise ImportError("report.plot() needs matplotlib: pip install matplotlib") from error
        if ax is None:
            _, ax = plt.subplots()
        line.setdefault("marker", "." if len(self.history) <= 40 else None)
        line.setdefault("label", f"{self.solver} + {self.preconditioner}")
        # A zero residual has no logarithm; semilogy skips such points.
        ax.semilogy(range(len(self.history)), self.history / self._scale(), **line)
        ax.set_xlabel("iteration")
        ax.set_ylabel("residual norm / norm(b)" if self._scale() != 1 else "residual norm")
        ax.set_title(f"{self.reason} after {self.iterations} iterations")
        ax.grid(True, which="major", alpha=0.3)
        return ax

    def _scale(self) -> float:
        norm = self.right_hand_side_norm
        return norm if norm > 0 and math.isfinite(norm) else 1.0

    def _repr_html_(self) -> str:
        seconds = f"{self.solve_seconds:.3g} s, set-up {self.setup_seconds:.3g} s"
        rows = [
            ("method", f"{self.solver} + {self.preconditioner}"),
            ("chosen because", self.choice),
            ("unknowns", f"{self.unknowns:,} ({self.scalar})"),
            ("iterations", f"{self.iterations:,}"),
            ("true relative residual", f"{self.true_relative_residual:.3e}"),
            ("time", seconds),
            ("ran on", f"{self.space}, {self.threads} threads, {self.ranks} ranks, {self.path}"),
            ("detail", self.detail),
            ("advice", "" if self.converged else self.advice),
        ]
        cells = "".join(
            f'<tr><th style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in rows
            if value
        )
        colour = "#1a7f37" if self.converged else "#b3261e"
        word = "solved" if self.converged else "NOT SOLVED"
        return (
            f'<div class="suan-report"><b style="color:{colour}">{word}: '
            f"{html.escape(self.reason)}</b>{self._sparkline()}<table>{cells}</table></div>"
        )

    def _sparkline(self, width: int = 160, height: int = 32) -> str:
        """The history as a small picture, on a logarithmic scale."""
        logs = [math.log10(r) for r in self.history if r > 0 and math.isfinite(r)]
        if len(logs) < 2 or max(logs) == min(logs):
            return ""
        # A few hundred points already exceed the pixels of the picture.
        step = max(1, len(logs) // 300)
        logs = logs[::step]
        top, span = max(logs), max(logs) - min(logs)
        points = " ".join(
            f"{1 + (width - 2) * i / (len(logs) - 1):.1f},"
            f"{1 + (height - 2) * (top - value) / span:.1f}"
            for i, value in enumerate(logs)
        )
        return (
            f' <svg width="{width}" height="{height}" role="img" '
            f'aria-label="residual norm over the iterations">'
            f'<polyline points="{points}" fill="none" stroke="currentColor"/></svg>'
        )
