# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Draws the results of suan_heat_sink in a folder: convergence.png and temperature_cut.png.

Usage: python plot.py [folder], by default the current one. Needs matplotlib, and h5py for the second picture.
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

PLATE = 2
plt.rcParams.update(
    {
        "figure.dpi": 150,
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.direction": "out",
        "ytick.direction": "out",
    }
)


def draw_convergence(report: dict, path: Path) -> None:
    """The relative residual norm against the number of iterations."""
    solve = report["solve"]
    residuals = np.array(solve["history"], dtype=float) / solve["right_hand_side_norm"]
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    axes.semilogy(np.arange(residuals.size), residuals, color="#1f5fa8", linewidth=1.2)
    axes.axhline(report["rtol"], color="#b03a2e", linestyle="--", linewidth=1)
    axes.annotate(
        f"tolerance {report['rtol']:.0e}",
        (0.01, report["rtol"]),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        color="#b03a2e",
    )
    preconditioner = solve["preconditioner"].replace("_", " ")
    preconditioner = "multigrid" if preconditioner == "amg" else preconditioner.title()
    method = f"{solve['solver'].upper()} with {preconditioner}"
    unknowns, iterations = (f"{solve[k]:,}".replace(",", "\u2009") for k in ("unknowns", "iterations"))
    axes.set_title(
        f"{method}: {unknowns} unknowns, {iterations} iterations, {solve['solve_seconds']:.1f} s "
        f"on {solve['ranks']} rank{'s' if solve['ranks'] > 1 else ''}",
        loc="left",
    )
    axes.set_xlabel("iteration")
    axes.set_ylabel("residual norm relative to right-hand side")
    axes.set_xlim(0, max(residuals.size - 1, 1))
    axes.grid(True, which="major", color="0.9", linewidth=0.7)
    figure.savefig(path)
    plt.close(figure)


def outline(axes, material: np.ndarray, mm: float, **style) -> None:
    """Draws the borders between materials of a cut, along the edges of its cells."""
    rows, columns = material.shape
    padded = np.zeros((rows + 2, columns + 2), dtype=int)
    padded[1:-1, 1:-1] = material
    vertical = np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1])
    horizontal = np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1])
    lines = [((c, r), (c, r + 1)) for r, c in vertical * 1.0]
    lines += [((c, r), (c + 1, r)) for r, c in horizontal * 1.0]
    segments = matplotlib.collections.LineCollection(np.array(lines) * mm, **style)
    axes.add_collection(segments)


def draw_cut(axes, field, material, mm, colours, norm, x_label, y_label, title):
    """Colours the cells of a cut; air stays white."""
    rows, columns = field.shape
    image = axes.imshow(
        np.ma.masked_invalid(field),
        origin="lower",
        extent=(0, columns * mm, 0, rows * mm),
        cmap=colours,
        norm=norm,
        interpolation="nearest",
        aspect="equal",
    )
    outline(axes, material, mm, color="0.15", linewidth=0.6, capstyle="projecting")
    axes.set_xlim(-1, columns * mm + 1)
    axes.set_ylim(-1, rows * mm + 1)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_title(title, loc="left")
    return image


def draw_temperature(folder: Path, report: dict, path: Path) -> None:
    """A vertical cut through the middle of the fins, and the heated underside of the copper."""
    import h5py

    mm = report["cell_size_mm"]
    with h5py.File(folder / "heat_sink.h5") as file:
        temperature = file["temperature"]
        material = file["material"]
        _, ny, _ = temperature.shape
        cut = temperature[:, ny // 2, :]
        cut_material = material[:, ny // 2, :].astype(int)
        # The lowest layer of copper, which covers the whole width.
        layer = int(np.argmax(np.all(cut_material == 1, axis=1)))
        ground = temperature[layer, :, :]
        under = material[layer - 1, :, :].astype(int)

    # The plate is far hotter than the copper: one scale for both would show neither.
    copper = np.where(cut_material == PLATE, np.nan, cut)
    plate = np.where(cut_material == PLATE, cut, np.nan)
    copper_norm = plt.Normalize(
        min(np.nanmin(copper), np.nanmin(ground)), max(np.nanmax(copper), np.nanmax(ground))
    )
    plate_norm = plt.Normalize(np.nanmin(plate), np.nanmax(plate))

    figure = plt.figure(figsize=(12.5, 6.4), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=[1.1, 1], height_ratios=[2.3, 1])
    left = figure.add_subplot(grid[0, 0])
    line = figure.add_subplot(grid[1, 0])
    right = figure.add_subplot(grid[:, 1])

    image = draw_cut(
        left, copper, cut_material, mm, "inferno", copper_norm, "x in mm", "z in mm",
        "Cut through the fins at half depth",
    )
    hot = left.imshow(
        np.ma.masked_invalid(plate),
        origin="lower",
        extent=(0, cut.shape[1] * mm, 0, cut.shape[0] * mm),
        cmap="viridis",
        norm=plate_norm,
        interpolation="nearest",
        aspect="equal",
    )
    draw_cut(
        right, ground, np.ones_like(under), mm, "inferno", copper_norm, "x in mm", "y in mm",
        "Lowest layer of the copper; white: edge of the plate below",
    )
    outline(right, np.where(under == PLATE, 1, 0), mm, color="white", linewidth=1.2)
    levels = matplotlib.ticker.MaxNLocator(6).tick_values(np.nanmin(ground), np.nanmax(ground))
    axis_x = (np.arange(ground.shape[1]) + 0.5) * mm
    axis_y = (np.arange(ground.shape[0]) + 0.5) * mm
    lines = right.contour(axis_x, axis_y, ground, levels=levels, colors="0.1", linewidths=0.6)
    right.clabel(lines, fmt="%g", fontsize=8)
    figure.colorbar(hot, ax=left, location="left", shrink=0.9, label="plate, \u00b0C")
    figure.colorbar(image, ax=right, location="right", shrink=0.7, label="copper, \u00b0C")

    # From the chip's face through the centres of the cells.
    chip = report["summary"]["hottest_chip_celsius"]
    middle = cut[:, cut.shape[1] // 2]
    heights = (np.arange(middle.size) + 0.5) * mm
    line.plot([0, *heights], [chip, *middle], color="#1f5fa8", marker=".", markersize=3)
    line.plot(0, chip, "o", color="#b03a2e", markersize=4)
    line.annotate("chip", (0, chip), xytext=(6, -3), textcoords="offset points", color="#b03a2e")
    line.set_title("Upwards through the middle: plate, base, fin", loc="left")
    line.set_xlabel("z in mm")
    line.set_ylabel("temperature, \u00b0C")
    line.grid(True, color="0.9", linewidth=0.7)

    summary = report["summary"]
    figure.suptitle(
        f"{summary['heat_in_watt']:g} W through a finned heat sink: chip at most "
        f"{summary['hottest_chip_celsius']:.1f} \u00b0C, "
        f"{summary['thermal_resistance_kelvin_per_watt']:.3f} K/W to the air",
        fontsize=12,
    )
    figure.savefig(path)
    plt.close(figure)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    report_path = folder / "heat_sink_report.json"
    if not report_path.exists():
        print(f"plot.py: {report_path} is not there; run suan_heat_sink first", file=sys.stderr)
        return 2
    report = json.loads(report_path.read_text())
    draw_convergence(report, folder / "convergence.png")
    print(f"Drew {folder / 'convergence.png'}")
    if report["field"] and (folder / "heat_sink.h5").exists():
        draw_temperature(folder, report, folder / "temperature_cut.png")
        print(f"Drew {folder / 'temperature_cut.png'}")
    else:
        print("There is no temperature field, so temperature_cut.png is not drawn.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
