# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Tables from the results of ./dev gpu-check: python3 benchmarks/gpu/report.py FILE.json"""

import json
import math
import sys

# Suan's contestants; the others are cuSPARSE's.
OURS = {"auto", "cuda", "sell", "sell_same", "bsr", "native", "optimize", "self_scheduling"}
# These leave the choice to Suan; that choice is what counts.
CHOOSERS = {"auto", "optimize"}


def is_ours(result):
    return result["contestant"] in OURS or result["contestant"].startswith("cuda_")


def best(results):
    timed = [r for r in results if "seconds" in r]
    return min(timed, key=lambda r: r["seconds"]) if timed else None


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def groups(comparison):
    """Results by operation, and in that by shape, in the order of the file."""
    found = {}
    for run in comparison:
        for result in run["results"]:
            by_shape = found.setdefault(result["operation"], {})
            by_shape.setdefault(result["shape"], []).append(result)
    return found


def milliseconds(result):
    return f"{1e3 * result['seconds']:.4g}"


def conversion_table(by_shape):
    print("\n| convert | ms |\n|---|---|")
    for shape, results in by_shape.items():
        for result in results:
            print(f"| {shape}, {result['contestant']} | {milliseconds(result)} |")


def table(operation, by_shape, copy):
    """Prints the table of an operation and returns its ratios."""
    print(f"\n| {operation} | cuSPARSE, ms | Suan, ms | GB/s | of a copy | ratio |")
    print("|---|---|---|---|---|---|")
    ratios = []
    for shape, results in by_shape.items():
        peer = best([r for r in results if not is_ours(r)])
        ours = best([r for r in results if is_ours(r) and r["contestant"] not in CHOOSERS])
        chosen = [r for r in results if r["contestant"] in CHOOSERS and "seconds" in r]
        taken = chosen[0] if chosen else ours
        if taken is None or peer is None:
            continue
        name = taken["contestant"] + (f", best: {ours['contestant']}" if chosen else "")
        ratios.append(peer["seconds"] / taken["seconds"])
        rate = taken["bytes"] / taken["seconds"] * 1e-9
        moved = f"{rate:.0f} | {100 * rate / copy:.0f} %" if rate > 0 else " | "
        print(f"| {shape} | {milliseconds(peer)} ({peer['contestant']}) "
              f"| {milliseconds(taken)} ({name}) | {moved} | {ratios[-1]:.2f} |")
    return ratios


def report(data):
    found = groups(data["comparison"])
    bandwidth = {r["contestant"]: r for r in found.pop("bandwidth")["-"]}
    copy = bandwidth["copy"]["bytes"] / bandwidth["copy"]["seconds"] * 1e-9
    print(f"{data['gpu']}, CUDA {data['cuda']}, commit {data['commit'][:12]}, {data['date']}: "
          f"a copy moves {copy:.0f} GB/s, reads and writes counted.")
    means = []
    for operation, by_shape in found.items():
        if operation == "convert":
            conversion_table(by_shape)
            continue
        ratios = table(operation, by_shape, copy)
        if not ratios:
            continue
        means.append(f"- {operation}: geometric mean {mean(ratios):.2f}, least {min(ratios):.2f}")
    print("\n" + "\n".join(means))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        report(json.load(file))
