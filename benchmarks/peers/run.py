# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Measures Suan beside MKL, Eigen, PETSc and SciPy in the same run, on the same matrices.

The contestants take turns, round after round, because a machine is not equally fast from one minute
to the next: ratios are formed within a round, and the median over the rounds is reported. Each round
begins with the bandwidth of the memory. docs/benchmarks.md has the method and the formulas.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import contestants as who  # noqa: E402
import report  # noqa: E402

ROOT = HERE.parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def git(*words):
    result = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else "unknown"


def hardware():
    """What a reader needs to know of the machine."""
    cpu = {}
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            name, _, value = line.partition(":")
            cpu.setdefault(name.strip(), value.strip())
    caches = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / f).read_text().strip() for f in ("level", "type", "size"))
        caches.append(f"L{level} {kind} {size}")
    pages = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {
        "cpu": cpu.get("model name", platform.processor()),
        "vendor": cpu.get("vendor_id", "unknown"),
        "family_model": f"{cpu.get('cpu family', '?')}/{cpu.get('model', '?')}",
        "logical_cpus": os.cpu_count(),
        "caches": caches,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "transparent_huge_pages": pages.read_text().strip() if pages.exists() else "unknown",
        "kernel": platform.release(),
    }


class Session:
    """All that was measured, as it was measured."""

    def __init__(self, everyone, stream, threads):
        self.everyone = everyone
        self.stream = stream
        self.threads = threads
        self.lines = []
        self.versions = {}
        self.absent = {}
        self.suan_context = {}
        for contestant in everyone:
            if contestant.absent:
                for names in contestant.names.values():
                    self.absent.update({name: contestant.absent for name in names})

    def measure_stream(self, case, turn):
        for line in who.json_lines(who.launch(self.stream, self.threads, False)):
            self.lines.append({**line, "case": case, "round": turn})

    def round(self, operation, case, turn, **arguments):
        """Everyone's turn. Who fails is absent from here on and says why."""
        for contestant in self.everyone:
            names = contestant.names.get(operation, [])
            if contestant.absent or not names or all(name in self.absent for name in names):
                continue
            start = time.monotonic()
            try:
                lines, about = who.run(contestant, operation, threads=self.threads, **arguments)
            except (who.Failed, ValueError, KeyError, OSError) as error:
                self.absent.update({name: f"{error}" for name in names})
                say(f"    {contestant.key}: {error}")
                continue
            if contestant.suan:
                self.suan_context = about
            elif about:
                self.versions[contestant.key] = about
            self.lines += [{**line, "case": case, "round": turn} for line in lines]
            say(f"    {contestant.key}: {time.monotonic() - start:.1f} s")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin",
                        help="folder of Suan's benchmark programs")
    parser.add_argument("--build", type=Path, default=ROOT / "build/peers",
                        help="folder for the peers' programs")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results",
                        help="folder for the JSON and the chart")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of products and readings")
    parser.add_argument("--solve-rounds", type=int, default=3, help="rounds of solves")
    parser.add_argument("--repetitions", type=int, default=20, help="products per round")
    parser.add_argument("--threads", type=int, default=2, help="threads, or ranks")
    parser.add_argument("--size-7pt", type=int, default=128, help="points in each direction")
    parser.add_argument("--size-27pt", type=int, default=96, help="points in each direction")
    parser.add_argument("--size-read", type=int, default=80, help="points in each direction")
    parser.add_argument("--operations", default="spmv,solve,read", help="what to measure")
    return parser.parse_args()


def measure_all(arguments, session):
    operations = arguments.operations.split(",")
    cases = [
        (7, arguments.size_7pt, "constant"),
        (7, arguments.size_7pt, "general"),
        (27, arguments.size_27pt, "general"),
    ]
    if "spmv" in operations:
        for points, size, values in cases:
            case = f"spmv {points}-point {size}^3, {values} values"
            for turn in range(arguments.rounds):
                say(f"{case}, round {turn + 1} of {arguments.rounds}")
                session.measure_stream(case, turn)
                session.round("spmv", case, turn, points=points, size=size, values=values,
                              repetitions=arguments.repetitions)
    if "solve" in operations:
        case = f"solve 7-point {arguments.size_7pt}^3"
        for turn in range(arguments.solve_rounds):
            say(f"{case}, round {turn + 1} of {arguments.solve_rounds}")
            session.measure_stream(case, turn)
            session.round("solve", case, turn, points=7, size=arguments.size_7pt)
    if "read" in operations:
        measure_reading(arguments, session)


def measure_reading(arguments, session):
    """All readers on one file, which SciPy writes; in the system's cache before it counts."""
    if "SciPy mmread" in session.absent:
        say("reading is not measured, because SciPy writes the file")
        return
    case = f"read 7-point {arguments.size_read}^3, random values"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "matrix.mtx"))
        scipy = next(c for c in session.everyone if c.key == "scipy")
        who.launch([*scipy.program, "--operation", "write", "--size", str(arguments.size_read),
                    "--file", path], arguments.threads, False)
        say(f"{case}: {Path(path).stat().st_size / 1e6:.0f} MB")
        for turn in range(arguments.rounds):
            session.round("read", case, turn, path=path, repetitions=3)


def main():
    arguments = parse_arguments()
    say("building the peers")
    everyone = who.all_contestants(arguments.build, arguments.bin)
    stream = who.compile_program("stream", arguments.build, "g++", [])
    session = Session(everyone, stream, arguments.threads)
    for name, reason in session.absent.items():
        say(f"absent: {name}: {reason}")
    measure_all(arguments, session)

    summary, wrong = report.summarise(session.lines, session.absent)
    print(report.tables(summary, session.absent))
    document = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "dirty": git("status", "--porcelain") not in ("", "unknown"),
        "hardware": hardware(),
        "configuration": {
            "threads_or_ranks": arguments.threads,
            "rounds": arguments.rounds,
            "solve_rounds": arguments.solve_rounds,
            "repetitions": arguments.repetitions,
            "peers_flags": who.FLAGS,
            "peers_versions": session.versions,
            "suan": {k: v for k, v in session.suan_context.items()
                     if k not in ("host_name", "executable")},
        },
        "absent": session.absent,
        "summary": summary,
        "measurements": session.lines,
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"peers-{document['date'][:10]}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    say(f"wrote {path}")
    if summary:
        report.draw(summary, session.absent, arguments.output / "peers.png")
        say(f"wrote {arguments.output / 'peers.png'}")
    for text in wrong:
        say(f"WRONG RESULT: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
