# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Compares Suan with MKL, Eigen, PETSc and SciPy in the same run, on the same matrices, which one
program writes to files that all read.

The contestants take turns, round after round, because a machine's speed changes from one minute to
the next: ratios are formed within a round, and the median over the rounds is reported. Each round
starts with the memory bandwidth. docs/benchmarks.md has the method and the formulas.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import contestants as who  # noqa: E402
import machine  # noqa: E402
import pictures  # noqa: E402
import plan  # noqa: E402
import report  # noqa: E402
import suan_runs  # noqa: E402

ROOT = HERE.parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


class Session:
    """All measurements, unprocessed."""

    def __init__(self, everyone, stream, arguments):
        self.everyone = everyone
        self.stream = stream
        self.arguments = arguments
        self.lines = []
        self.where = {}  # of the round that runs
        self.complete = False
        self.versions = {}
        self.absent = {}  # (contestant's key, "operation shape") or (key, "") -> reason
        self.suan_context = {}
        for contestant in everyone:
            if contestant.absent:
                self.absent[contestant.key, ""] = contestant.absent

    def measure_stream(self, where):
        command = [*self.stream, "--elements", str(self.arguments.stream_elements)]
        for line in who.json_lines(who.launch(command, self.arguments.threads, False)):
            self.lines.append({**line, **where})

    def turn(self, contestant, group, shape, size, files, where):
        """A contestant that fails is absent for this operation on this shape, with the reason."""
        key = contestant.key
        place = f"{group.name} {shape}"
        if (key, "") in self.absent or (key, place) in self.absent:
            return
        start = time.monotonic()
        try:
            lines, about = who.run(contestant, group, size, group.repetitions,
                                   self.arguments.threads, self.arguments.bin, files)
        except (who.Failed, suan_runs.Unreadable, ValueError, KeyError, OSError) as error:
            self.absent[key, place] = str(error)
            say(f"    {key}: {error}")
            return
        if key.startswith("suan"):
            self.suan_context = about
        elif about:
            self.versions[key] = about
        self.lines += [{**line, **where} for line in lines]
        say(f"    {key}: {time.monotonic() - start:.1f} s")

    def measure_all(self, folder):
        for group in self.arguments.plan:
            if group.name == "read" and not any(
                c.key == "scipy" and not c.absent for c in self.everyone
            ):
                self.absent["everyone", "read"] = "SciPy writes the file, and it is absent"
                continue
            self.measure(group, folder)
        self.complete = True

    def forget_unfinished_round(self):
        """Drops an incomplete round: ratios are formed within rounds, so it is worth nothing."""
        if self.where:
            self.lines = [x for x in self.lines if not self.where.items() <= x.items()]

    def measure(self, group, folder):
        for shape, size in group.shapes.items():
            files = self.prepare(group, shape, size, folder)
            for turn in range(group.rounds):
                say(f"{group.name} {shape} ({size}), round {turn + 1} of {group.rounds}")
                self.where = {"group": group.name, "shape": shape, "size": size, "round": turn}
                self.measure_stream(self.where)
                for contestant in self.everyone:
                    if contestant.takes_part(group):
                        self.turn(contestant, group, shape, size, files, self.where)
            for path in files.values():
                Path(path).unlink()

    def prepare(self, group, shape, size, folder):
        """Writes the matrix, and whatever else the group needs."""
        def write(name):
            path = str(Path(folder, f"{name}.csr"))
            who.launch([str(self.arguments.bin / "benchmark_matrix"), name, str(size), path],
                       self.arguments.threads, False)
            return path

        files = {"matrix": write(shape)}
        if group.name == "galerkin":
            files["prolongator"] = write(f"{shape}-prolongator")
        if group.name == "read":
            files["text"] = str(Path(folder, "matrix.mtx"))
            who.launch([sys.executable, str(HERE / "scipy_peer.py"), "--operation", "write",
                        "--file", files["matrix"], "--output", files["text"]],
                       self.arguments.threads, False)
        return files


def words(text):
    return [word for word in text.split(",") if word]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="smaller matrices, fewer shapes and rounds, no solves, no reading")
    parser.add_argument("--operations", type=words, help="of plan.py, with commas")
    parser.add_argument("--shapes", type=words, help="of plan.py, with commas")
    parser.add_argument("--contestants", type=words, help="suan, mkl, eigen, petsc, scipy")
    parser.add_argument("--scale", type=float, help="factor for all sizes; rows grow as its cube")
    parser.add_argument("--rounds", type=int, help="for all operations")
    parser.add_argument("--threads", type=int, default=2, help="threads, or ranks")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin",
                        help="folder of Suan's benchmark programs")
    parser.add_argument("--build", type=Path, default=ROOT / "build/peers",
                        help="folder for the peers' programs")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results",
                        help="folder for the JSON and the pictures")
    parser.add_argument("--stream-elements", type=int, default=32 << 20,
                        help="of each array when the bandwidth is measured")
    arguments = parser.parse_args()
    if arguments.scale is None:
        arguments.scale = 0.75 if arguments.quick else 1.0
    try:
        arguments.plan = plan.chosen(arguments.operations, arguments.shapes, arguments.quick,
                                     arguments.scale, arguments.rounds)
    except ValueError as error:
        parser.error(str(error))
    if not arguments.plan:
        parser.error("none of these operations is measured on one of these shapes")
    return arguments


def main():
    arguments = parse_arguments()
    start = time.monotonic()
    say("building the peers")
    everyone = who.all_contestants(arguments.build, arguments.bin, arguments.contestants)
    stream = who.compile_program("stream", arguments.build, "g++", [])
    session = Session(everyone, stream, arguments)
    for (key, _), reason in session.absent.items():
        say(f"absent: {key}: {reason}")
    with tempfile.TemporaryDirectory(prefix="suan-peers-") as folder:
        # Measurements before an interruption or the end of a time limit are kept.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            session.measure_all(folder)
        except KeyboardInterrupt:
            session.forget_unfinished_round()
            say("interrupted: the rounds that were finished are written")

    absent = {f"{key}, {place}" if place else key: reason
              for (key, place), reason in session.absent.items()}
    summary, means = report.summarise(session.lines)
    wrong = report.check(session.lines)
    print(report.tables(summary, means, absent))
    document = {
        **machine.origin(),
        "seconds": round(time.monotonic() - start),
        "complete": session.complete,
        "hardware": machine.hardware(),
        "configuration": {
            "threads_or_ranks": arguments.threads,
            "scale": arguments.scale,
            "plan": {
                group.name: {"shapes": group.shapes, "rounds": group.rounds,
                             "repetitions": group.repetitions}
                for group in arguments.plan
            },
            "peers_flags": who.FLAGS,
            "peers_versions": session.versions,
            "suan": {k: v for k, v in session.suan_context.items()
                     if k not in ("host_name", "executable")},
        },
        "absent": absent,
        "geometric_means": means,
        "summary": summary,
        "measurements": session.lines,
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"peers-{document['date'][:10]}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    say(f"wrote {path}")
    for picture in pictures.draw_all(document, arguments.output):
        say(f"wrote {picture}" if picture else "no pictures: Matplotlib is not installed")
    for text in wrong:
        say(f"WRONG RESULT: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
