# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Suan's own drivers as contestants: their arguments, and the conversion of Google Benchmark's JSON to
the lines that the peers print."""

from dataclasses import dataclass


class Unreadable(Exception):
    """A driver's JSON is not as expected."""


@dataclass
class SuanRun:
    """One start of a driver. `results` maps the end of a benchmark's name to its operation and
    contestant; `keys` are counters copied to the lines."""

    driver: str
    arguments: list
    results: dict  # end of the benchmark's name -> (operation, contestant)
    keys: list
    aggregate: bool = True

    def names(self, operation):
        return [name for found, name in self.results.values() if found == operation]


VECTOR_KEYS = ["bytes", "checksum", "entries", "rows"]
# The comparison measures the bandwidth itself, so the drivers need not do so.
SHORT_STREAM = ["--stream-elements", "65536"]


def spmv(name, *arguments, operation="spmv"):
    return SuanRun(
        "spmv_bench",
        ["--benchmark_filter=float64/apply/", *SHORT_STREAM, *arguments],
        {"/apply": (operation, name)},
        [*VECTOR_KEYS, "setup_seconds", "magnitude"],
    )


def storages(format_name):
    """The same matrix with values of 64, 32 and 16 bits."""
    return [
        spmv(name, "--format", format_name, "--storage", storage, operation="storage")
        for name, storage in [
            ("Suan, 64 bits", "same"),
            ("Suan, 32 bits", "float32"),
            ("Suan, 16 bits", "bfloat16"),
        ]
    ]


def products(operation, arguments):
    return SuanRun(
        "spgemm_bench",
        arguments,
        {"/first": (operation, "Suan"), "/again": (f"{operation} again", "Suan")},
        ["checksum", "entries_of_c", "multiply_adds", "peak_bytes", "output_bytes"],
    )


#: For each contestant's key: the runs that belong to each group of plan.py.
RUNS = {
    "suan": {
        "spmv": [spmv("Suan", "--format", "csr")],
        "storage": storages("sell"),
        "storage-blocks": storages("bsr"),
        "spmm": [
            SuanRun(
                "spmm_bench",
                ["--benchmark_filter=float64/", *SHORT_STREAM],
                {"/8": ("spmm", "Suan")},
                VECTOR_KEYS,
            )
        ],
        "spgemm": [products("spgemm", [])],
        "galerkin": [products("galerkin", ["--operation", "galerkin"])],
        "trsv": [
            SuanRun(
                "trsv_bench",
                ["--benchmark_filter=float64/lower", *SHORT_STREAM],
                {"/lower": ("trsv", "Suan")},
                [*VECTOR_KEYS, "setup_seconds"],
            )
        ],
        "transpose": [
            SuanRun(
                "transpose_bench",
                [],
                {
                    "/first": ("transpose", "Suan"),
                    "/again": ("transpose again", "Suan"),
                    "/sell": ("convert", "Suan"),
                },
                ["spmv_seconds", "checksum"],
            )
        ],
        "solve": [
            SuanRun("cg_bench", ["--stencil", "7pt", "--format", "csr", *SHORT_STREAM],
                    {"/float64": ("solve", "Suan CG + Jacobi")}, [], aggregate=False)
        ],
        "read": [SuanRun("read_bench", [], {"": ("read", "Suan")}, ["entries"])],
    },
    "suan-optimised": {
        "spmv": [spmv("Suan optimised", "--format", "auto")],
        "solve": [
            SuanRun("cg_bench", ["--stencil", "7pt", "--format", "auto", *SHORT_STREAM],
                    {"/float64": ("solve", "Suan CG + Jacobi, optimised")}, [], aggregate=False)
        ],
    },
    "suan-ranks": {
        "spmv": [spmv("Suan, 2 ranks", "--format", "csr")],
        "solve": [
            SuanRun("cg_bench", ["--stencil", "7pt", "--format", "csr", *SHORT_STREAM],
                    {"/float64": ("solve", "Suan CG + Jacobi, 2 ranks")}, [], aggregate=False)
        ],
    },
}


def command(run, bin_folder, size, repetitions, files):
    """The command line; `files` are those of the matrix, of the prolongator and for reading."""
    words = [str(bin_folder / run.driver), *run.arguments, "--repetitions", str(repetitions)]
    if run.driver == "cg_bench":
        words += ["--size", str(size)]
    else:
        words += ["--file", files["text"] if run.driver == "read_bench" else files["matrix"]]
    if run.driver == "spgemm_bench":
        # One call measures the memory before the others are timed.
        words += ["--warm-up", "1"]
        if "galerkin" in run.arguments:
            words += ["--prolongator", files["prolongator"]]
    return [*words, "--benchmark_format=json"]


def statistic(rows, name):
    found = [row for row in rows if row.get("aggregate_name") == name]
    if len(found) != 1:
        raise Unreadable(f"expected one {name}, found {len(found)}")
    return found[0]


def solve_line(rows):
    (row,) = [b for b in rows if b["run_type"] == "iteration"]
    return {
        "setup_seconds": row["setup_seconds"],
        "seconds": row["seconds"],
        "iterations": int(row["iterations_to_converge"]),
        "relative_residual": row["true_relative_residual"],
        "bytes_moved": row["bytes_moved"],
    }


def lines(run, document, repetitions):
    """The document's results in the form of the peers' lines."""
    out = []
    by_name = {}
    for row in document["benchmarks"]:
        by_name.setdefault(row["run_name"].split("/iterations:")[0], []).append(row)
    for ending, (operation, name) in run.results.items():
        matching = [rows for key, rows in by_name.items() if key.endswith(ending)]
        if len(matching) != 1:
            raise Unreadable(f"{run.driver}: {len(matching)} results end in \"{ending}\"")
        line = {"contestant": name, "operation": operation}
        if run.aggregate:
            median = statistic(matching[0], "median")
            line.update(
                seconds_min=statistic(matching[0], "min")["real_time"] * 1e-3,
                seconds_median=median["real_time"] * 1e-3,
                repetitions=repetitions,
                **{key: median[key] for key in run.keys},
            )
            if median.get("label"):
                line["label"] = median["label"]
        else:
            line.update(solve_line(matching[0]))
        out.append(line)
    return out
