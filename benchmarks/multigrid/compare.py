# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Compares Suan's multigrid with PETSc's GAMG, hypre's BoomerAMG and PyAMG: the same matrices, the same
right-hand side, the same tolerance on the true residual, in the same run.

Each problem is written to a file that all contestants read. They take turns, round after round.
docs/benchmarks.md has the method.
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
sys.path.insert(0, str(HERE.parent / "peers"))

import bars  # noqa: E402
import contestants as who  # noqa: E402
import machine  # noqa: E402
import problems  # noqa: E402
import solvers  # noqa: E402
import tables  # noqa: E402

ROOT = HERE.parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def words(text):
    return [word for word in text.split(",") if word]


def planned(names, size, quick):
    """[(name, size)]: those named, "7pt" or "7pt@128", or all at `size`, and unless `quick` the
    7-point problem at twice that. Raises ValueError for an unknown name or size."""
    if names is None:
        return [(name, size) for name in problems.PROBLEMS] + ([] if quick else [("7pt", 2 * size)])
    plan = []
    for word in names:
        name, _, own_size = word.partition("@")
        if name not in problems.PROBLEMS:
            raise ValueError(f"there is no problem {name}; there are {', '.join(problems.PROBLEMS)}")
        plan.append((name, int(own_size) if own_size else size))
    return plan


class Session:
    """All measurements, unprocessed."""

    def __init__(self, everyone, arguments):
        self.everyone = everyone
        self.arguments = arguments
        self.lines = []
        self.facts = {}  # case -> what is known of the problem
        self.versions = {}
        self.commands = {}  # contestant -> case -> its arguments
        self.absent = {c.name: c.absent for c in everyone if c.absent}
        self.complete = False
        self.seconds = 0  # of earlier runs

    def take(self, document):
        """Begins with what an earlier run has measured. Raises ValueError for another commit."""
        if document["commit"] != machine.origin()["commit"]:
            raise ValueError(f"that file is of commit {document['commit']}")
        self.lines = document["measurements"]
        known = ("name", "size", "rows_of_matrix", "entries", "is_symmetric")
        self.facts = {case: {key: figures[key] for key in known}
                      for case, figures in document["summary"].items()}
        self.absent = {**document["absent"], **self.absent}
        self.versions = document["configuration"]["versions"]
        self.commands = document["configuration"]["arguments"]
        self.seconds = document["seconds"]

    def turn(self, contestant, problem, files, case, turn):
        """A contestant that fails is absent for this problem, with the reason."""
        place = f"{contestant.name}, {case}"
        if contestant.absent or place in self.absent:
            return
        start = time.monotonic()
        arguments = contestant.arguments(problem, dict.fromkeys(files, "FILE"))
        self.commands.setdefault(contestant.name, {})[case] = " ".join(map(str, arguments))
        try:
            lines, version = solvers.run(contestant, problem, files, self.arguments.repetitions,
                                         self.arguments.limit)
        except (who.Failed, ValueError, KeyError, OSError) as error:
            self.absent[place] = str(error)
            say(f"    {contestant.name}: {error}")
            return
        if version:
            self.versions[contestant.name] = version
        where = {"problem": problem.name, "size": problem.size, "round": turn}
        self.lines += [{**line, **where} for line in lines]
        say(f"    {contestant.name}: {time.monotonic() - start:.1f} s")

    def measure(self, problem):
        case = f"{problem.name} {problem.size}"
        if case in self.facts:
            say(f"{case}: measured already")
            return
        self.facts[case] = {
            "name": problem.name,
            "size": problem.size,
            "rows_of_matrix": problem.matrix.shape[0],
            "entries": problem.matrix.nnz,
            "is_symmetric": problem.is_symmetric,
        }
        with tempfile.TemporaryDirectory(prefix="suan-multigrid-") as folder:
            files = problems.write(problem, folder)
            for turn in range(self.arguments.rounds):
                say(f"{case}, round {turn + 1} of {self.arguments.rounds}")
                for contestant in filter(lambda each: each.takes(problem), self.everyone):
                    self.turn(contestant, problem, files, case, turn)

    def measure_all(self):
        for name, size in self.arguments.plan:
            self.measure(problems.generate(name, size))
        for path in self.arguments.matrix_files:
            try:
                problem = problems.read_matrix(path)
            except (problems.Unsuitable, ValueError) as error:
                self.absent[f"everyone, {path.name}"] = str(error)
                continue
            self.measure(problem)
        self.complete = True


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="size 24, one repetition")
    parser.add_argument("--size", type=int, help="points in each direction; rows grow as its cube")
    parser.add_argument("--problems", type=words,
                        help="of problems.py, with commas, such as 7pt@128,elasticity; or none")
    parser.add_argument("--matrices", type=Path,
                        help="a folder; its square real Matrix Market files are problems, too")
    parser.add_argument("--contestants", type=words, help="suan, classical, air, gamg, hypre, pyamg")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--repetitions", type=int, help="set-ups and solves of each start")
    parser.add_argument("--limit", type=float, default=120, help="seconds of each start")
    parser.add_argument("--threads", type=int, default=2, help="threads, or ranks")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin",
                        help="folder of Suan's benchmark programs")
    parser.add_argument("--build", type=Path, default=ROOT / "build/peers",
                        help="folder for the peers' programs")
    parser.add_argument("--add-to", type=Path, metavar="FILE",
                        help="a JSON file of the same commit; its problems are not measured again")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results",
                        help="folder for the JSON and the picture")
    arguments = parser.parse_args()
    arguments.size = arguments.size or (24 if arguments.quick else 64)
    arguments.repetitions = arguments.repetitions or (1 if arguments.quick else 2)
    try:
        named = [] if arguments.problems == ["none"] else arguments.problems
        arguments.plan = planned(named, arguments.size, arguments.quick)
        arguments.matrix_files = []
        if arguments.matrices:
            arguments.matrix_files = sorted(arguments.matrices.glob("*.mtx*"))
            if not arguments.matrix_files:
                raise ValueError(f"there is no Matrix Market file in {arguments.matrices}")
        arguments.everyone = solvers.prepare(arguments.threads, arguments.build, arguments.bin,
                                             arguments.contestants)
    except ValueError as error:
        parser.error(str(error))
    return arguments


def document_of(session, summary, means, seconds):
    arguments = session.arguments
    return {
        **machine.origin(),
        "seconds": round(session.seconds + seconds),
        "complete": session.complete,
        "hardware": machine.hardware(),
        "configuration": {
            "threads_or_ranks": arguments.threads,
            "rounds": arguments.rounds,
            "repetitions": arguments.repetitions,
            "limit_seconds": arguments.limit,
            "peers_flags": who.FLAGS,
            "versions": session.versions,
            "arguments": session.commands,
        },
        "absent": session.absent,
        "geometric_means": means,
        "summary": summary,
        "measurements": session.lines,
    }


def main():
    arguments = parse_arguments()
    start = time.monotonic()
    session = Session(arguments.everyone, arguments)
    if arguments.add_to:
        session.take(json.loads(arguments.add_to.read_text()))
    for name, reason in session.absent.items():
        say(f"absent: {name}: {reason}")
    # Measurements before an interruption or the end of a time limit are kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        session.measure_all()
    except KeyboardInterrupt:
        say("interrupted: what was measured is written")
    summary = tables.summarise(session.facts, session.lines)
    means = tables.means_of(summary)
    print(tables.tables(summary, means, session.absent))
    document = document_of(session, summary, means, time.monotonic() - start)
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"multigrid-{document['date'][:10]}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    say(f"wrote {path}")
    picture = bars.draw(document, arguments.output)
    say(f"wrote {picture}" if picture else "no picture: Matplotlib is not installed")
    return 0 if session.lines else 1


if __name__ == "__main__":
    sys.exit(main())
