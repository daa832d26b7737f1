# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""From measurements to ratios, geometric means and tables.

A line is a measurement: contestant, operation, shape, round, seconds and more. A case is all lines of
one operation on one shape. Ratios are formed within a round; the ratio of a case is their median.
"""

import math
import statistics

READ = "read, 2 MiB pages"
#: For each operation, Suan's contestants that the others are compared with; the first is the one by
#: which each case's table divides.
SUAN = {
    "spmv": ["Suan", "Suan optimised"],
    "storage": ["Suan, 64 bits"],
    "solve": ["Suan CG + Jacobi", "Suan CG + Jacobi, optimised"],
}
#: The relative error of a value rounded to a significand of 24 or 8 bits.
ROUNDING = {"Suan, 32 bits": 2.0**-24, "Suan, 16 bits": 2.0**-8}
TOLERANCE = 1e-9


def suan_of(operation):
    return SUAN.get(operation, ["Suan"])


def is_suan(name):
    return name.startswith("Suan")


def seconds_of(line):
    return line.get("seconds_median", line.get("seconds"))


def geometric_mean(values):
    """Of positive numbers, at least one."""
    values = list(values)
    if not values or min(values) <= 0:
        raise ValueError(f"there is no geometric mean of {values}")
    return math.exp(math.fsum(math.log(v) for v in values) / len(values))


def cases(lines):
    """(operation, shape) -> its lines, and those of the bandwidth in its rounds."""
    out = {}
    for line in lines:
        if line["operation"] != "stream":
            out.setdefault((line["operation"], line["shape"]), []).append(line)
    for here in out.values():
        group, shape = here[0]["group"], here[0]["shape"]
        here += [
            x
            for x in lines
            if x["operation"] == "stream" and x["group"] == group and x["shape"] == shape
        ]
    return out


def check(lines):
    """Sentences on results that differ from the others' or miss the tolerance."""
    wrong = []
    for (operation, shape), here in cases(lines).items():
        case = f"{operation} {shape}"
        for key in ("checksum", "entries"):
            values = [line[key] for line in here if key in line]
            if not values:
                continue
            expected = statistics.median(
                line[key] for line in here if key in line and line["contestant"] not in ROUNDING
            )
            for line in here:
                if key not in line:
                    continue
                allowed = TOLERANCE * abs(expected)
                if key == "checksum":
                    allowed += ROUNDING.get(line["contestant"], 0) * line.get("magnitude", 0)
                if not abs(line[key] - expected) <= allowed:
                    wrong.append(
                        f"{line['contestant']}, {case}: {key} {line[key]}, expected {expected}"
                    )
        for line in here:
            # Recurrences drift from the true residual in the last digits; 1 % covers all methods.
            if not line.get("relative_residual", 0) <= 1.01e-8:
                wrong.append(
                    f"{line['contestant']}, {case}: relative residual {line['relative_residual']}"
                )
    return list(dict.fromkeys(wrong))


def by_round(here, name):
    return {x["round"]: x for x in here if x["contestant"] == name and x["operation"] != "stream"}


def ratio(turns, others):
    """Median over the rounds of the first one's time divided by the second one's in the same round;
    None when they share no round."""
    ratios = [seconds_of(turns[k]) / seconds_of(others[k]) for k in turns if k in others]
    return statistics.median(ratios) if ratios else None


def fastest_peer(here):
    """For each round, the fastest contestant that is not Suan's."""
    best = {}
    for line in here:
        if line["operation"] == "stream" or is_suan(line["contestant"]):
            continue
        k = line["round"]
        if k not in best or seconds_of(line) < seconds_of(best[k]):
            best[k] = line
    return best


def flops(operation, here):
    """Floating-point operations of one call, if the lines tell; 8 vectors in an spmm."""
    for line in here:
        if "multiply_adds" in line:
            return 2 * line["multiply_adds"]
        if operation in ("spmv", "storage", "spmm", "trsv") and is_suan(line["contestant"]):
            return 2 * line["entries"] * (8 if operation == "spmm" else 1)
    return None


def rate_figures(values, turns, reads, row):
    size = values[0]["bytes"]
    rates = {k: size / seconds_of(x) * 1e-9 for k, x in turns.items()}
    row["bytes"] = size
    row["gigabytes_per_second"] = statistics.median(rates.values())
    row["fraction_of_read"] = statistics.median(
        rates[k] / reads[k]["gigabytes_per_second"] for k in rates
    )
    best = max(r["gigabytes_per_second_best"] for r in reads.values())
    row["fraction_of_read_best"] = size / row["seconds_min"] * 1e-9 / best


def summarise_row(name, operation, here, reads, work):
    turns = by_round(here, name)
    values = list(turns.values())
    row = {
        "contestant": name,
        "rounds": len(values),
        "seconds_min": min(x.get("seconds_min", x.get("seconds")) for x in values),
        "seconds_median": statistics.median(seconds_of(x) for x in values),
        "time_over": {s: ratio(turns, by_round(here, s)) for s in suan_of(operation)},
    }
    if work:
        row["flops"] = work
        row["gigaflops"] = work / row["seconds_median"] * 1e-9
    if "bytes" in values[0]:
        rate_figures(values, turns, reads, row)
    if "setup_seconds" in values[0]:
        row["setup_seconds"] = statistics.median(x["setup_seconds"] for x in values)
    if "peak_bytes" in values[0]:
        known = [x["peak_bytes"] - x["output_bytes"] for x in values if x["peak_bytes"] >= 0]
        row["working_bytes"] = max(0, statistics.median(known)) if known else None
        row["output_bytes"] = values[0]["output_bytes"]
    if operation in ("transpose", "transpose again", "convert"):
        products = {k: x["spmv_seconds"] for k, x in by_round(here, "Suan").items()}
        shared = [seconds_of(turns[k]) / products[k] for k in turns if k in products]
        row["in_products"] = statistics.median(shared) if shared else None
    if operation == "solve":
        row["iterations"] = values[0]["iterations"]
        row["milliseconds_per_iteration"] = 1e3 * row["seconds_median"] / row["iterations"]
        row["relative_residual"] = max(x["relative_residual"] for x in values)
    if "label" in values[0]:
        row["label"] = values[0]["label"]
    return row


def summarise_case(operation, shape, here):
    reads = {x["round"]: x for x in here if x["operation"] == "stream" and x["contestant"] == READ}
    work = flops(operation, here)
    names = dict.fromkeys(x["contestant"] for x in here if x["operation"] != "stream")
    rows = [summarise_row(name, operation, here, reads, work) for name in names]
    if operation == "storage":
        whole = next((r for r in rows if r["contestant"] == suan_of(operation)[0]), None)
        for row in rows:
            row["bytes_over"] = row["bytes"] / whole["bytes"] if whole else None
    best = fastest_peer(here)
    stream = {}
    for name in dict.fromkeys(x["contestant"] for x in here if x["operation"] == "stream"):
        values = [x for x in here if x["operation"] == "stream" and x["contestant"] == name]
        stream[name] = {
            "median": statistics.median(x["gigabytes_per_second"] for x in values),
            "best": max(x["gigabytes_per_second_best"] for x in values),
        }
    return {
        "operation": operation,
        "shape": shape,
        "size": here[0]["size"],
        "stream_gigabytes_per_second": stream,
        "best_peer": {
            "names": sorted({line["contestant"] for line in best.values()}),
            "time_over": {s: ratio(best, by_round(here, s)) for s in suan_of(operation)},
        },
        "rows": rows,
    }


def means_of(figures):
    """For each contestant, and for the best peer: the geometric mean over the shapes of its time
    divided by that of each of Suan's contestants, and the number of shapes."""
    ratios = {}
    for case in figures:
        entries = [(row["contestant"], row["time_over"]) for row in case["rows"]]
        entries.append(("best peer", case["best_peer"]["time_over"]))
        for name, over in entries:
            for suan, value in over.items():
                if value is not None:
                    ratios.setdefault(name, {}).setdefault(suan, []).append(value)
    return {
        name: {
            suan: {"mean": geometric_mean(values), "shapes": len(values)}
            for suan, values in over.items()
        }
        for name, over in ratios.items()
    }


def summarise(lines):
    """("operation shape" -> figures, operation -> means_of its cases)."""
    summary = {}
    for (operation, shape), here in cases(lines).items():
        summary[f"{operation} {shape}"] = summarise_case(operation, shape, here)
    operations = dict.fromkeys(case["operation"] for case in summary.values())
    means = {
        operation: means_of([c for c in summary.values() if c["operation"] == operation])
        for operation in operations
    }
    return summary, means


# --- Tables ---------------------------------------------------------------------------------------
def shown(value, form, factor=1):
    return "" if value is None else format(value * factor, form)


#: Heading -> text of a row, where the row has such a figure.
COLUMNS = {
    "iterations": lambda r: shown(r.get("iterations"), "d"),
    "set-up s": lambda r: shown(r.get("setup_seconds"), ".3f"),
    "set-up in calls": lambda r: shown(
        r["setup_seconds"] / r["seconds_median"] if "setup_seconds" in r else None, ".1f"
    ),
    "min ms": lambda r: shown(r["seconds_min"], ".2f", 1e3),
    "median ms": lambda r: shown(r["seconds_median"], ".2f", 1e3),
    "ms / iteration": lambda r: shown(r.get("milliseconds_per_iteration"), ".2f"),
    "GB/s": lambda r: shown(r.get("gigabytes_per_second"), ".1f"),
    "of read": lambda r: shown(r.get("fraction_of_read"), ".0%"),
    "best of best": lambda r: shown(r.get("fraction_of_read_best"), ".0%"),
    "GFLOP/s": lambda r: shown(r.get("gigaflops"), ".2f"),
    "memory beside, MB": lambda r: shown(r.get("working_bytes"), ".0f", 1e-6),
    "in products": lambda r: shown(r.get("in_products"), ".1f"),
    "bytes / first's": lambda r: shown(r.get("bytes_over"), ".2f"),
    "time / Suan's": lambda r: shown(next(iter(r["time_over"].values())), ".2f"),
}
VECTOR_COLUMNS = ["min ms", "median ms", "GB/s", "of read", "best of best"]
COLUMNS_OF = {
    "spmv": [*VECTOR_COLUMNS, "set-up in calls"],
    "storage": [*VECTOR_COLUMNS, "bytes / first's"],
    "spmm": VECTOR_COLUMNS,
    "trsv": [*VECTOR_COLUMNS, "set-up in calls"],
    "spgemm": ["min ms", "median ms", "GFLOP/s", "memory beside, MB"],
    "transpose": ["min ms", "median ms", "in products"],
    "convert": ["min ms", "median ms", "in products"],
    "solve": ["iterations", "set-up s", "min ms", "median ms", "ms / iteration"],
    "read": ["min ms", "median ms"],
}
COLUMNS_OF["spgemm again"] = COLUMNS_OF["galerkin"] = COLUMNS_OF["galerkin again"] = COLUMNS_OF[
    "spgemm"
]
COLUMNS_OF["transpose again"] = COLUMNS_OF["transpose"]


def align(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        first = row[0].ljust(widths[0])
        lines.append("  ".join([first, *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]).rstrip())
    return lines


def case_table(case):
    headings = [*COLUMNS_OF[case["operation"]], "time / Suan's"]
    rows = [["", *headings]]
    for row in case["rows"]:
        rows.append([row["contestant"], *(COLUMNS[heading](row) for heading in headings)])
    return align(rows)


def means_table(operation, means):
    names = suan_of(operation)
    rows = [["", *(f"time / {name}'s" for name in names), "shapes"]]
    for contestant, over in means.items():
        texts = [shown(over[s]["mean"] if s in over else None, ".2f") for s in names]
        rows.append([contestant, *texts, str(max(entry["shapes"] for entry in over.values()))])
    return align(rows)


def tables(summary, means, absent):
    out = []
    for name, case in summary.items():
        out += ["", f"{name} ({case['size']})"]
        for stream, rate in case["stream_gigabytes_per_second"].items():
            if stream == READ:
                out.append(
                    f"  memory, {stream}: {rate['median']:.1f} GB/s (best {rate['best']:.1f})"
                )
        out += ["  " + line for line in case_table(case)]
    for operation, means_here in means.items():
        if means_here:
            out += ["", f"{operation}: geometric means over the shapes"]
            out += ["  " + line for line in means_table(operation, means_here)]
    if absent:
        out += ["", "absent"]
        out += [f"  {name}: {reason}" for name, reason in absent.items()]
    return "\n".join(out)
