# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""From the solves of the comparison of multigrid to figures and tables.

A line is one set-up and one solve: contestant, problem, size, round, repetition, seconds and more. The
unit S of a problem is the time of one product with its matrix in Suan's CSR format, in the same run.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

from report import align, geometric_mean, shown  # noqa: E402

#: Recurrences drift from the true residual in the last digits; 1 % covers all methods.
MOST_RESIDUAL = 1.01e-8


def has_converged(line):
    """By the recomputed residual, whatever the program says."""
    return line["relative_residual"] <= MOST_RESIDUAL


def unit(lines):
    """(S in seconds, whose product it is): the least over the runs of the first contestant, as for all
    times; each run gives a median."""
    name = lines[0]["contestant"]
    return min(line["product_seconds"] for line in lines if line["contestant"] == name), name


def summarise_row(name, lines, product, entries):
    """The least times of a contestant, each of its own, and its largest memory and residual."""
    last = lines[-1]
    row = {
        "contestant": name,
        "solves": len(lines),
        "converged": all(has_converged(line) for line in lines),
        "reason": last["reason"],
        "iterations": max(line["iterations"] for line in lines),
        "relative_residual": max(line["relative_residual"] for line in lines),
        "setup_seconds": min(line["setup_seconds"] for line in lines),
        "solve_seconds": min(line["seconds"] for line in lines),
        "own_product_seconds": min(line["product_seconds"] for line in lines),
        "operator_complexity": last.get("operator_complexity"),
        "levels": last.get("levels"),
    }
    row["total_seconds"] = row["setup_seconds"] + row["solve_seconds"]
    for what in ("setup", "solve", "total"):
        row[f"{what}_products"] = row[f"{what}_seconds"] / product
    peak = max(line["peak_bytes"] for line in lines)
    row["peak_bytes"] = peak if peak >= 0 else None
    # The matrix in CSR with 32-bit indices: 12 bytes an entry, 4 a row.
    row["memory_over_matrix"] = peak / (12 * entries + 4 * last["rows"]) if peak >= 0 else None
    if last.get("bytes_moved") and row["iterations"]:
        row["bytes_per_unknown_and_iteration"] = last["bytes_moved"] / (
            last["rows"] * row["iterations"]
        )
    return row


def summarise_case(facts, lines):
    """The figures of a problem. `facts` has at least name, size, rows and entries."""
    names = dict.fromkeys(line["contestant"] for line in lines)
    product, whose = unit(lines)
    rows = [
        summarise_row(
            name, [x for x in lines if x["contestant"] == name], product, facts["entries"]
        )
        for name in names
    ]
    first = rows[0]
    for row in rows:
        both = row["converged"] and first["converged"]
        row["time_over_first"] = row["total_seconds"] / first["total_seconds"] if both else None
    return {**facts, "product_seconds": product, "product_of": whose, "rows": rows}


def summarise(facts, lines):
    """case -> figures, for the cases with a line; `facts` maps a case to those of its problem."""
    summary = {}
    for case, known in facts.items():
        here = [x for x in lines if (x["problem"], x["size"]) == (known["name"], known["size"])]
        if here:
            summary[case] = summarise_case(known, here)
    return summary


def means_of(summary):
    """For each contestant: the geometric mean of its time divided by that of the first one over the
    problems that both solve, their number, and the number of problems that it does not solve."""
    ratios, failed = {}, {}
    for case in summary.values():
        for row in case["rows"]:
            name = row["contestant"]
            failed[name] = failed.get(name, 0) + (not row["converged"])
            ratios.setdefault(name, [])
            if row["time_over_first"] is not None:
                ratios[name].append(row["time_over_first"])
    return {
        name: {
            "mean": geometric_mean(values) if values else None,
            "problems": len(values),
            "not_solved": failed[name],
        }
        for name, values in ratios.items()
    }


#: Heading -> text of a row, where the row has such a figure.
COLUMNS = {
    "iterations": lambda r: shown(r["iterations"], "d"),
    "set-up s": lambda r: shown(r["setup_seconds"], ".3f"),
    "solve s": lambda r: shown(r["solve_seconds"], ".3f"),
    "set-up S": lambda r: shown(r["setup_products"], ".0f"),
    "solve S": lambda r: shown(r["solve_products"], ".0f"),
    "total S": lambda r: shown(r["total_products"], ".0f"),
    "complexity": lambda r: shown(r["operator_complexity"], ".2f"),
    "levels": lambda r: shown(r["levels"], "d"),
    "memory MB": lambda r: shown(r["peak_bytes"], ".0f", 1e-6),
    "memory / A": lambda r: shown(r["memory_over_matrix"], ".2f"),
    "bytes / unknown, iteration": lambda r: shown(r.get("bytes_per_unknown_and_iteration"), ".0f"),
    "time / first's": lambda r: shown(r["time_over_first"], ".2f"),
    "": lambda r: "" if r["converged"] else f"{r['reason']}, {r['relative_residual']:.0e}",
}


def case_table(case):
    rows = [["", *COLUMNS]]
    for row in case["rows"]:
        rows.append([row["contestant"], *(text(row) for text in COLUMNS.values())])
    return align(rows)


def means_table(means):
    rows = [["", "time / first's", "problems", "not solved"]]
    for name, mean in means.items():
        rows.append([name, shown(mean["mean"], ".2f"), str(mean["problems"]),
                     str(mean["not_solved"])])
    return align(rows)


def tables(summary, means, absent):
    out = []
    for case, figures in summary.items():
        out += ["", f"{case}: {figures['rows_of_matrix']} rows, {figures['entries']} entries; "
                    f"S = {1e3 * figures['product_seconds']:.2f} ms ({figures['product_of']})"]
        out += ["  " + line for line in case_table(figures)]
    if means:
        out += ["", "all problems: geometric means"]
        out += ["  " + line for line in means_table(means)]
    if absent:
        out += ["", "absent"]
        out += [f"  {name}: {reason}" for name, reason in absent.items()]
    return "\n".join(out)
