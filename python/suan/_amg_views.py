# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What a multigrid preconditioner shows of itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._amg_pictures import (
    draw_aggregates,
    draw_factors,
    draw_seconds,
    draw_sizes,
    points_in_a_plane,
    pyplot,
)
from ._amg_report import AmgCheck, AmgLevel, as_html
from ._errors import DimensionMismatch, InvalidArgument

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class AmgViews:
    """The part of the class Amg that changes nothing and computes nothing."""

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    _report: dict[str, Any]
    _levels: list[AmgLevel]
    _check: AmgCheck | None
    #: Coordinates, if there are any.
    _points: NDArray[np.float64] | None
    _block_size: int

    @property
    def aggregates(self) -> NDArray[np.int64]:
        raise NotImplementedError

    @property
    def levels(self) -> list[AmgLevel]:
        """The levels, from that of A down."""
        return list(self._levels)

    @property
    def operator_complexity(self) -> float:
        """The entries of all levels, divided by those of A."""
        return float(self._report["operator_complexity"])

    @property
    def grid_complexity(self) -> float:
        """The rows of all levels, divided by those of A."""
        return float(self._report["grid_complexity"])

    @property
    def seconds(self) -> float:
        """Of the set-up, or of the last update()."""
        return float(self._report["seconds"])

    @property
    def memory(self) -> dict[str, int]:
        """Bytes beside A: of the "hierarchy", and at the "peak" of the set-up, 0 if unknown."""
        return dict(self._report["memory"])

    @property
    def notes(self) -> list[str]:
        """What was decided, and why."""
        return list(self._report["notes"])

    def to_dict(self) -> dict[str, Any]:
        """The levels and what was decided, as plain values."""
        fields = {k: v for k, v in self._report.items() if k != "text"}
        return {**fields, "levels": [asdict(level) for level in self._levels]}

    def plot(self, axes: Any = None) -> NDArray[Any]:
        """Draw sizes of levels, seconds of the set-up, and what else is known.

        These are the factors of check(), once it was called, and with coordinates in a plane the
        aggregates of the finest level.

        Parameters
        ----------
        axes : sequence of matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.

        Returns
        -------
        numpy.ndarray of matplotlib.axes.Axes
        """
        plt = pyplot()
        has_points = self._points is not None and self._points.shape[1] == 2
        count = 2 + (self._check is not None) + has_points
        if axes is None:
            _, axes = plt.subplots(1, count, figsize=(4.5 * count, 4), layout="constrained")
        places: NDArray[Any] = np.ravel(np.asarray(axes, dtype=object))
        if len(places) < count:
            raise DimensionMismatch(f"there are {len(places)} axes for {count} pictures")
        draw_sizes(places[0], self._levels)
        draw_seconds(places[1], self._levels)
        if self._check is not None:
            draw_factors(places[2], self._check)
        if has_points:
            self.plot_aggregates(ax=places[count - 1])
        return places

    def plot_aggregates(self, coordinates: Any = None, ax: Axes | None = None, **marks: Any) -> Axes:
        """Draw the nodes of a plane mesh in the colours of their aggregates on the finest level.

        Parameters
        ----------
        coordinates : array_like, optional
            Two for each node; by default those that amg() was given.
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.
        **marks
            Passed on to ``Axes.scatter``, such as ``s=20``.

        Returns
        -------
        matplotlib.axes.Axes
        """
        if coordinates is None and self._points is None:
            raise InvalidArgument("pass the coordinates of the nodes: amg() was made without")
        of = self.aggregates[:: self._block_size]
        points = points_in_a_plane(
            self._points if coordinates is None else coordinates, len(of), self.shape[0]
        )
        if ax is None:
            _, ax = pyplot().subplots()
        draw_aggregates(ax, points, of, **marks)
        return ax

    def __repr__(self) -> str:
        rows, columns = self.shape
        count = len(self._levels)
        return (
            f"<suan.Amg: {rows} x {columns}, {self.dtype}, {count} level{'s'[: count > 1]}, "
            f"operator complexity {self.operator_complexity:.2f}>"
        )

    def __str__(self) -> str:
        return str(self._report["text"])

    def _repr_html_(self) -> str:
        title = (
            f"multigrid of {self.shape[0]:,} rows: operator complexity "
            f"{self.operator_complexity:.2f}, grid complexity {self.grid_complexity:.2f}, set up in "
            f"{self.seconds:.3g} s"
        )
        lines = self.notes if self._check is None else [*self.notes, *self._check.notes]
        return as_html(title, self._levels, self._check, lines)
