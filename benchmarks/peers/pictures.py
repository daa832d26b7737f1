# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a comparison: bars per operation, and a roofline.

pictures.py FILE.json FOLDER draws them from a file written by run.py.
"""

import json
import sys
from pathlib import Path

import report

SUAN_COLOUR = "#c8553d"
SUAN_SECOND = "#e39a84"
MKL_COLOUR = "#2b4162"
PEER_COLOUR = "#a9b4c2"


def colour_of(name):
    if report.is_suan(name):
        return SUAN_COLOUR if "optimised" in name or name == "Suan" else SUAN_SECOND
    return MKL_COLOUR if name.startswith("MKL optimised") or name == "MKL" else PEER_COLOUR


def draw_bars(operation, cases, absent, path):
    """One panel per shape: median times, each bar with its ratio to Suan's."""
    import matplotlib.pyplot as plt

    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    bars_most = max(len(case["rows"]) for case in cases)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(5.2 * columns, 0.7 + rows * (0.8 + 0.3 * bars_most)),
        layout="constrained",
        squeeze=False,
    )
    for axis in axes.flat[len(cases):]:
        axis.set_visible(False)
    for axis, case in zip(axes.flat, cases):
        shown = sorted(case["rows"], key=lambda row: -row["seconds_median"])
        values = [1e3 * row["seconds_median"] for row in shown]
        bars = axis.barh(
            [row["contestant"] for row in shown],
            values,
            color=[colour_of(row["contestant"]) for row in shown],
            height=0.72,
        )
        labels = []
        for row, value in zip(shown, values):
            over = next(iter(row["time_over"].values()))
            labels.append(f"{value:.3g} ms" + ("" if over is None else f"  {over:.2f}x"))
        axis.bar_label(bars, labels, padding=3, fontsize=8)
        axis.set_title(f"{case['shape']} ({case['size']})", loc="left", fontsize=10)
        # A contestant ten times slower than the next one is cut off, to leave room for the others.
        limit = max(values)
        if len(values) > 2 and limit > 4 * sorted(values)[-2]:
            limit = 2 * sorted(values)[-2]
        axis.set_xlim(0, limit * 1.45)
        for bar, label, value in zip(bars, axis.texts, values):
            if value > limit * 1.45:
                label.set_position((-8, 0))
                label.set_horizontalalignment("right")
                label.set_color("white")
                label.xy = (limit * 1.45, label.xy[1])
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    reference = report.suan_of(operation)[0]
    text = f"{operation}: milliseconds, median; x: time divided by that of {reference}"
    missing = [name for name in absent if "," not in name or f", {operation} " in name]
    if missing:
        text += "; absent: " + "; ".join(missing)
    figure.suptitle(text, x=0.01, ha="left", fontsize=11)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def roofline_points(summary):
    """(operation, shape, who, flops per byte, GFLOP/s) of Suan's fastest and of MKL's fastest."""
    points = []
    for case in summary.values():
        if case["operation"] not in ("spmv", "spmm", "trsv"):
            continue
        for who, belongs in (("Suan", report.is_suan), ("MKL", lambda n: n.startswith("MKL"))):
            rows = [r for r in case["rows"] if belongs(r["contestant"]) and "flops" in r]
            if rows:
                best = min(rows, key=lambda row: row["seconds_median"])
                points.append(
                    (
                        case["operation"],
                        case["shape"],
                        who,
                        best["flops"] / best["bytes"],
                        best["gigaflops"],
                    )
                )
    return points


def draw_roofline(summary, path):
    """One panel per operation, because their intensities differ widely: work per byte by the formulas
    against speed, under the bandwidth measured in the same rounds."""
    import matplotlib.pyplot as plt

    points = roofline_points(summary)
    operations = list(dict.fromkeys(p[0] for p in points))
    figure, axes = plt.subplots(
        1, len(operations), figsize=(5.6 * len(operations), 5.8), layout="constrained", squeeze=False
    )
    shapes = list(dict.fromkeys(p[1] for p in points))
    markers = dict(zip(shapes, "osD^v<>PX*ph8d"))
    for axis, operation in zip(axes[0], operations):
        here = [p for p in points if p[0] == operation]
        reads = [
            case["stream_gigabytes_per_second"][report.READ]["median"]
            for case in summary.values()
            if case["operation"] == operation
        ]
        intensities = [p[3] for p in here]
        # At least half a decade, so that the scale has enough numbers.
        middle = (min(intensities) * max(intensities)) ** 0.5
        ends = [
            min(0.8 * min(intensities), middle / 1.8),
            max(1.25 * max(intensities), middle * 1.8),
        ]
        axis.fill_between(
            ends,
            [min(reads) * e for e in ends],
            [max(reads) * e for e in ends],
            color="#d9d4c7",
            lw=0,
            label=f"read bandwidth, {min(reads):.0f} to {max(reads):.0f} GB/s",
        )
        axis.plot(ends, [max(reads) * e for e in ends], color="#8a8271", lw=1)
        for _, shape, who, intensity, speed in here:
            axis.scatter(
                intensity,
                speed,
                marker=markers[shape],
                s=60,
                color=SUAN_COLOUR if who == "Suan" else MKL_COLOUR,
                edgecolor="white",
                linewidth=0.6,
                zorder=3,
            )
        for shape in dict.fromkeys(p[1] for p in here):
            axis.scatter([], [], marker=markers[shape], color="#555555", label=shape)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("floating-point operations per byte", fontsize=9)
        axis.set_ylabel("GFLOP/s", fontsize=9)
        axis.set_title(operation, loc="left", fontsize=11)
        for which in (axis.xaxis, axis.yaxis):
            which.set_major_formatter("{x:g}")
            which.set_minor_formatter("{x:g}")
        axis.tick_params(which="both", labelsize=8)
        axis.tick_params(axis="x", which="minor", rotation=45)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(
            fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3
        )
    figure.suptitle(
        "Suan's fastest (red) and MKL's fastest (blue); "
        "above the roof: packed further than counted, or in the caches",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_all(document, folder):
    """Yields the paths of the pictures, or None once when there is no Matplotlib."""
    try:
        import matplotlib
    except ImportError:
        yield None
        return
    matplotlib.use("Agg")
    summary = document["summary"]
    for operation in dict.fromkeys(case["operation"] for case in summary.values()):
        path = Path(folder, f"peers-{operation.replace(' ', '-')}.png")
        cases = [case for case in summary.values() if case["operation"] == operation]
        draw_bars(operation, cases, document["absent"], path)
        yield path
    if roofline_points(summary):
        path = Path(folder, "roofline.png")
        draw_roofline(summary, path)
        yield path


if __name__ == "__main__":
    for written in draw_all(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2]):
        print(written)
