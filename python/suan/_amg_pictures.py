# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the levels of a multigrid preconditioner, with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ._amg_report import AmgCheck, AmgLevel
from ._arrays import plain
from ._errors import DimensionMismatch, InvalidArgument

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pyplot() -> Any:
    """matplotlib.pyplot. @raises ImportError that says how to get it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("amg.plot() needs matplotlib: pip install matplotlib") from error
    return plt


def draw_sizes(ax: Axes, levels: Sequence[AmgLevel]) -> None:
    numbers = range(len(levels))
    # A level without entries has no logarithm, and is left out.
    for name in ("rows", "entries"):
        sizes = [getattr(level, name) or np.nan for level in levels]
        ax.semilogy(numbers, sizes, marker="o", label=name)
    complexity = sum(level.entries for level in levels) / max(levels[0].entries, 1)
    _number_levels(ax, len(levels))
    ax.set_ylabel("number")
    ax.set_title(f"sizes (operator complexity {complexity:.2f})")
    ax.grid(True, which="major", alpha=0.3)
    ax.legend()


def draw_seconds(ax: Axes, levels: Sequence[AmgLevel]) -> None:
    numbers = range(len(levels))
    bottom = np.zeros(len(levels))
    for step in levels[0].seconds:
        seconds = np.array([level.seconds[step] for level in levels])
        if not seconds.any():
            continue
        ax.bar(numbers, seconds, bottom=bottom, label=step)
        bottom += seconds
    _number_levels(ax, len(levels))
    ax.set_ylabel("seconds")
    ax.set_title("set-up")
    if bottom.any():
        ax.set_ylim(0, 1.5 * bottom.max())  # so that the legend covers no bar
        ax.legend(ncols=2, loc="upper center", fontsize="small")


def draw_factors(ax: Axes, check: AmgCheck) -> None:
    numbers = range(len(check.factors))
    # What is infinite, and what is too small to be seen, is told by its label.
    finite = [factor if np.isfinite(factor) else 0 for factor in check.factors]
    colours = ["tab:red" if not factor < 1 else "tab:blue" for factor in check.factors]
    bars = ax.bar(numbers, finite, color=colours)
    ax.bar_label(bars, labels=[f"{factor:.2g}" for factor in check.factors], padding=2)
    ax.axhline(1, color="black", linewidth=0.8)
    ax.set_ylim(0, 1.15 * max(1, *finite))
    _number_levels(ax, len(check.factors))
    ax.set_ylabel("residual after a cycle / before")
    ax.set_title("convergence")


def _number_levels(ax: Axes, count: int) -> None:
    ax.set_xticks(range(count))
    ax.set_xlim(-0.6, count - 0.4)
    ax.set_xlabel("level")


def draw_aggregates(
    ax: Axes, points: NDArray[np.float64], aggregates: NDArray[np.int64], **marks: Any
) -> None:
    """Nodes in the colours of their aggregates, with a line to the middle of each."""
    from matplotlib.collections import LineCollection

    inside = aggregates >= 0
    members, own = points[inside], aggregates[inside]
    numbers, own = np.unique(own, return_inverse=True)
    if len(numbers):
        counts = np.bincount(own)
        middles = np.stack([np.bincount(own, axis) / counts for axis in members.T], axis=1)
        # Neighbours have near numbers, which the golden section sends far apart.
        shades = (numbers * 0.6180339887498949) % 1.0
        colours = pyplot().get_cmap("hsv")(shades)
        lines = list(np.stack([members, middles[own]], axis=1))
        ax.add_collection(LineCollection(lines, colors=colours[own], linewidths=1.0))
        marks.setdefault("s", 12)
        if not {"c", "color"} & marks.keys():
            marks["c"] = colours[own]
        ax.scatter(members[:, 0], members[:, 1], **marks)
    alone = points[~inside]
    if len(alone):
        ax.scatter(alone[:, 0], alone[:, 1], marker="x", c="grey", s=12, label="in none")
        # Below the axes, where it covers no node.
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.set_xlabel("x")
    ax.set_ylabel("y")
    ax.set_title(f"{len(numbers)} aggregates of the finest level")


def points_in_a_plane(coordinates: Any, nodes: int, rows: int) -> NDArray[np.float64]:
    """@raises DimensionMismatch, InvalidArgument unless there are two numbers for each node."""
    points = plain(coordinates, "coordinates")
    if points.ndim != 2 or points.shape[1] != 2:
        raise DimensionMismatch(
            f"coordinates have the shape {points.shape}; a picture needs two for each of the "
            f"{nodes} nodes"
        )
    if len(points) != nodes:
        raise DimensionMismatch(
            f"coordinates are those of {len(points)} nodes, but A has {nodes} ({rows} rows)"
        )
    if points.dtype.kind not in "biuf" or not np.isfinite(points).all():
        raise InvalidArgument("coordinates hold something that is no finite real number")
    return points.astype(np.float64)
