# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""From measurements to tables, ratios and a chart."""

import statistics

READ = "read, 2 MiB pages"
SUAN = {"spmv": "Suan", "solve": "Suan CG + Jacobi", "read": "Suan"}


def seconds_of(line):
    return line.get("seconds_median", line.get("seconds"))


def check(lines):
    """Sentences on results that differ from the others' or miss the tolerance."""
    wrong = []
    for case in dict.fromkeys(line["case"] for line in lines):
        here = [line for line in lines if line["case"] == case]
        for key in ("checksum", "entries"):
            values = [line[key] for line in here if key in line]
            if not values:
                continue
            expected = statistics.median(values)
            for line in here:
                if key in line and abs(line[key] - expected) > 1e-9 * abs(expected):
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


def ratio_to_suan(turns, suan_turns):
    """Median over the rounds of contestant's time / Suan's time in the same round."""
    ratios = [seconds_of(turns[k]) / seconds_of(suan_turns[k]) for k in turns if k in suan_turns]
    return statistics.median(ratios) if ratios else None


def summarise_case(here, operation):
    reads = {x["round"]: x for x in here if x["operation"] == "stream" and x["contestant"] == READ}
    suan = {x["round"]: x for x in here if x["contestant"] == SUAN[operation]}
    rows = []
    for name in dict.fromkeys(x["contestant"] for x in here if x["operation"] == operation):
        turns = {x["round"]: x for x in here if x["contestant"] == name}
        values = list(turns.values())
        row = {
            "contestant": name,
            "rounds": len(values),
            "seconds_min": min(x.get("seconds_min", x.get("seconds")) for x in values),
            "seconds_median": statistics.median(seconds_of(x) for x in values),
            "time_over_suan": ratio_to_suan(turns, suan),
        }
        if operation == "spmv":
            size = values[0]["bytes"]
            rates = {k: size / seconds_of(x) * 1e-9 for k, x in turns.items()}
            row["bytes"] = size
            row["gigabytes_per_second"] = statistics.median(rates.values())
            row["fraction_of_read"] = statistics.median(
                rates[k] / reads[k]["gigabytes_per_second"] for k in rates
            )
            best = max(r["gigabytes_per_second_best"] for r in reads.values())
            row["fraction_of_read_best"] = size / row["seconds_min"] * 1e-9 / best
        if operation == "solve":
            row["iterations"] = values[0]["iterations"]
            row["setup_seconds"] = statistics.median(x["setup_seconds"] for x in values)
            row["milliseconds_per_iteration"] = 1e3 * row["seconds_median"] / row["iterations"]
            row["relative_residual"] = max(x["relative_residual"] for x in values)
        rows.append(row)
    stream = {}
    for name in dict.fromkeys(x["contestant"] for x in here if x["operation"] == "stream"):
        values = [x for x in here if x["contestant"] == name]
        stream[name] = {
            "median": statistics.median(x["gigabytes_per_second"] for x in values),
            "best": max(x["gigabytes_per_second_best"] for x in values),
        }
    return {"operation": operation, "stream_gigabytes_per_second": stream, "rows": rows}


def summarise(lines, absent):
    """(case -> figures, sentences on wrong results)."""
    summary = {}
    for case in dict.fromkeys(line["case"] for line in lines):
        here = [line for line in lines if line["case"] == case]
        summary[case] = summarise_case(here, case.split()[0])
    return summary, check(lines)


def times(value):
    return "" if value is None else f"{value:.2f}"


def row_texts(operation, row):
    ms = 1e3
    if operation == "spmv":
        return [
            row["contestant"],
            f"{row['seconds_min'] * ms:.2f}",
            f"{row['seconds_median'] * ms:.2f}",
            f"{row['gigabytes_per_second']:.1f}",
            f"{row['fraction_of_read'] * 100:.0f} %",
            f"{row['fraction_of_read_best'] * 100:.0f} %",
            times(row["time_over_suan"]),
        ]
    if operation == "solve":
        return [
            row["contestant"],
            str(row["iterations"]),
            f"{row['setup_seconds']:.2f}",
            f"{row['seconds_min']:.2f}",
            f"{row['seconds_median']:.2f}",
            f"{row['milliseconds_per_iteration']:.2f}",
            times(row["time_over_suan"]),
        ]
    return [
        row["contestant"],
        f"{row['seconds_min']:.3f}",
        f"{row['seconds_median']:.3f}",
        times(row["time_over_suan"]),
    ]


HEADINGS = {
    "spmv": ["", "min ms", "median ms", "GB/s", "of read", "best of best", "time / Suan's"],
    "solve": ["", "iterations", "set-up s", "min s", "median s", "ms / iteration", "time / Suan's"],
    "read": ["", "min s", "median s", "time / Suan's"],
}


def align(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        first = row[0].ljust(widths[0])
        lines.append("  ".join([first, *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]).rstrip())
    return lines


def tables(summary, absent):
    out = []
    for case, figures in summary.items():
        operation = figures["operation"]
        out += ["", case]
        for name, rate in figures["stream_gigabytes_per_second"].items():
            out.append(f"  memory, {name}: {rate['median']:.1f} GB/s (best {rate['best']:.1f})")
        rows = [row_texts(operation, row) for row in figures["rows"]]
        out += ["  " + line for line in align([HEADINGS[operation], *rows])]
    if absent:
        out += ["", "absent"]
        out += [f"  {name}: {reason}" for name, reason in absent.items()]
    return "\n".join(out)


def draw(summary, absent, path):
    """One panel per case: median times, Suan's in another colour, each bar with its ratio."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        len(summary), 1, figsize=(8, 0.9 + 2.1 * len(summary)), layout="constrained", squeeze=False
    )
    for axis, (case, figures) in zip(axes[:, 0], summary.items()):
        milli = figures["operation"] == "spmv"
        rows = sorted(figures["rows"], key=lambda row: -row["seconds_median"])
        values = [row["seconds_median"] * (1e3 if milli else 1) for row in rows]
        colours = ["#c8553d" if r["contestant"].startswith("Suan") else "#8d99ae" for r in rows]
        bars = axis.barh([row["contestant"] for row in rows], values, color=colours)
        labels = []
        for row, value in zip(rows, values):
            ratio = row["time_over_suan"]
            labels.append(f"{value:.3g}" + ("" if ratio is None else f"  ({ratio:.2f} x Suan's)"))
        axis.bar_label(bars, labels, padding=3, fontsize=8)
        axis.set_title(case, loc="left", fontsize=10)
        axis.set_xlabel("milliseconds, median" if milli else "seconds, median", fontsize=8)
        axis.set_xlim(0, max(values) * 1.3)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    if absent:
        figure.supxlabel("absent: " + ", ".join(absent), fontsize=7)
    figure.savefig(path, dpi=120)
