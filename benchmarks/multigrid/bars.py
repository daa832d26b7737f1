# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a comparison of multigrid: a panel per problem, a bar per contestant.

bars.py FILE.json FOLDER draws it from a file written by compare.py.
"""

import json
import sys
from pathlib import Path

COLOURS = {"Suan": "#c8553d", "PETSc": "#2b4162", "hypre": "#5b8a72", "PyAMG": "#a9b4c2"}


def colour_of(name):
    return next((c for start, c in COLOURS.items() if name.startswith(start)), "#777777")


def draw_panel(axis, case, title):
    """Set-up and solve together as a bar on a logarithmic scale, with a mark where the set-up ends.
    Who has not solved the problem has a pale bar and the reason."""
    from matplotlib import ticker

    rows = case["rows"][::-1]
    totals = [row["total_products"] for row in rows]
    bars = axis.barh(
        [row["contestant"] for row in rows],
        totals,
        color=[colour_of(row["contestant"]) for row in rows],
        height=0.74,
    )
    for place, (bar, row) in enumerate(zip(bars, rows)):
        if not row["converged"]:
            bar.set_alpha(0.25)
        axis.plot([row["setup_products"]] * 2, [place - 0.37, place + 0.37], color="white", lw=2)
        text = f"{row['setup_products']:.0f} + {row['solve_products']:.0f}"
        text += f"  ({row['iterations']})" if row["converged"] else f"  {row['reason']}"
        axis.annotate(text, (row["total_products"], place), xytext=(4, 0),
                      textcoords="offset points", va="center", fontsize=8)
    least = min(row["setup_products"] for row in rows)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 3)))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(ticker.NullLocator())
    # Room for the text to the right of the longest bar.
    axis.set_xlim(0.5 * least, max(totals) * (max(totals) / (0.5 * least)) ** 0.6)
    axis.set_title(title, loc="left", fontsize=10)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def draw(document, folder):
    """Returns the path of the picture; None without Matplotlib or without a result."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    cases = document["summary"]
    if not cases:
        return None
    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    bars_most = max(len(case["rows"]) for case in cases.values())
    figure, axes = plt.subplots(
        rows, columns, figsize=(6 * columns, 0.8 + rows * (0.8 + 0.26 * bars_most)),
        layout="constrained", squeeze=False,
    )
    for axis in axes.flat[len(cases):]:
        axis.set_visible(False)
    for axis, (name, case) in zip(axes.flat, cases.items()):
        draw_panel(axis, case, f"{name}: {case['rows_of_matrix']} rows")
    figure.suptitle(
        "set-up + solve in products with the fine matrix (iterations), logarithmic; "
        "white: the end of the set-up",
        x=0.01, ha="left", fontsize=11,
    )
    path = Path(folder, f"multigrid-{document['date'][:10]}.png")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


if __name__ == "__main__":
    print(draw(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2]))
