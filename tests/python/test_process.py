# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Threads, forks, signals and the end of the interpreter."""

import _thread
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from problems import poisson2d

import suan


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **environment},
        check=False,
    )


def endless_problem():
    """Restarted GMRES needs far more than a million iterations for this one."""
    A = suan.generate("poisson1d", size=100_000)
    options = {"solver": "gmres", "rtol": 1e-14, "max_iterations": 10**9, "time_limit": 60.0}
    return A, np.random.default_rng(1).standard_normal(A.shape[0]), options


@pytest.mark.parametrize("callback", [None, lambda iteration, residual: None])
def test_other_threads_run_during_a_solve_and_can_interrupt_it(callback):
    # If the solve held the interpreter's lock, the timer's thread would have to wait until the time
    # limit ends the solve without an exception.
    A, b, options = endless_problem()
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        suan.solve(A, b, callback=callback, **options)
    timer.join()
    _, report = suan.solve(poisson2d(3), np.ones(9))
    assert report.converged


def test_solves_in_several_threads_at_a_time():
    A = poisson2d(30)
    rng = np.random.default_rng(5)
    sides = [rng.standard_normal(900) for _ in range(8)]
    expected = [suan.solve(A, b)[0] for b in sides]
    found: list = [None] * len(sides)

    def work(i):
        found[i] = suan.solve(A, sides[i], callback=lambda *_: None)[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(sides))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for x, y in zip(expected, found, strict=True):
        assert x.tobytes() == y.tobytes()


def test_ctrl_c_ends_a_solve():
    result = run(
        """
        import os, signal, threading
        import numpy as np, suan
        A = suan.generate("poisson1d", size=100_000)
        b = np.random.default_rng(1).standard_normal(A.shape[0])
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            suan.solve(A, b, rtol=1e-14, max_iterations=10**9, solver="gmres", time_limit=60)
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    assert result.stdout == "interrupted\n", result.stderr


def test_threads_are_those_that_were_asked_for():
    code = "import suan; print(suan.show_config('dicts')['threads'])"
    assert run(code, OMP_NUM_THREADS="1").stdout == "1\n"
    assert run(code, OMP_NUM_THREADS="2").stdout == "2\n"


def test_ranks_of_a_machine_share_its_cores():
    code = "import suan; print(suan.show_config('dicts')['threads'])"
    environment = dict(os.environ)
    environment.pop("OMP_NUM_THREADS", None)
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=100,
        env={**environment, "OMPI_COMM_WORLD_LOCAL_SIZE": "100000"},
        check=False,
    )
    assert result.stdout == "1\n", result.stderr


def test_processes_that_it_starts_inherit_nothing():
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "KOKKOS_NUM_THREADS"):
        environment.pop(name, None)
    code = """
        import os, subprocess, sys
        import suan
        before = dict(os.environ)
        suan.show_config("dicts")
        assert dict(os.environ) == before
        names = "import os; print(*sorted(n for n in os.environ if n.startswith('KOKKOS')))"
        subprocess.run([sys.executable, "-c", names], check=True)
        """
    for ranks in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=100,
            env={**environment, "OMPI_COMM_WORLD_LOCAL_SIZE": ranks},
            check=False,
        )
        assert result.stdout == "\n", result.stderr


def test_missing_memory_is_a_memory_error():
    # The basis of GMRES is the first that does not fit; then the arrays of a model problem.
    result = run(
        """
        import resource
        import numpy as np, suan
        A = suan.generate("poisson1d", size=200_000)
        b = np.random.default_rng(1).standard_normal(200_000)
        suan.solve(A, b, solver="gmres", max_iterations=5)
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, resource.RLIM_INFINITY))
        for call in (
            lambda: suan.solve(A, b, solver="gmres", restart=1000, rtol=1e-14),
            lambda: suan.Solver(A, solver="gmres", restart=1000, rtol=1e-14).solve(b),
            lambda: suan.generate("poisson3d", size=400),
        ):
            try:
                call()
                print("done")
            except MemoryError as error:
                print(type(error) is suan.OutOfMemory)
        _, report = suan.solve(A, b, solver="gmres", max_iterations=5)
        print(report.reason)
        """
    )
    assert result.stdout.split() == ["True", "True", "True", "max_iterations"], result.stderr


def test_a_fork_is_refused_in_words_and_does_not_hang():
    result = run(
        """
        import os
        import numpy as np, scipy.sparse as sp, suan
        A = sp.csr_array(sp.eye_array(3))
        suan.solve(A, np.ones(3))
        child = os.fork()

        def say(what):
            # One write, so that the lines of both do not mix: print() makes two when unbuffered.
            os.write(1, f"{what}\\n".encode())

        try:
            suan.solve(A, np.ones(3))
            say("parent solved" if child else "child solved")
        except suan.NotSupported as error:
            say("spawn" in str(error))
        if child:
            _, status = os.waitpid(child, 0)
            say(status)
        """
    )
    assert sorted(result.stdout.split("\n")) == ["", "0", "True", "parent solved"], result.stderr


def test_a_fork_before_the_first_call_works():
    result = run(
        """
        import os
        import numpy as np, scipy.sparse as sp, suan
        child = os.fork()
        x, report = suan.solve(sp.csr_array(sp.eye_array(3)), np.ones(3))
        assert report.converged
        if child:
            _, status = os.waitpid(child, 0)
            print(status)
        """
    )
    assert result.stdout == "0\n", result.stderr


def test_the_end_of_the_interpreter_is_quiet():
    result = run(
        """
        import atexit
        import numpy as np
        def late():
            import suan
            try:
                suan.generate("poisson1d")
            except suan.NotSupported as error:
                print(error)
        atexit.register(late)  # runs after the hook of suan, which is registered later
        import suan
        A = suan.generate("poisson2d", size=10)
        x, kept = suan.solve(A, np.ones(100))
        """
    )
    assert result.returncode == 0
    assert result.stdout == "Suan has been shut down: the interpreter is exiting\n"
    assert result.stderr == ""


def test_import_alone_starts_nothing():
    result = run("import suan, os; print(len(os.listdir('/proc/self/task')))", OMP_NUM_THREADS="2",
                 OPENBLAS_NUM_THREADS="1")
    assert result.stdout == "1\n", result.stderr


def test_signal_handlers_are_left_alone():
    before = signal.getsignal(signal.SIGINT)
    suan.solve(poisson2d(3), np.ones(9))
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("given", "spins"), [({}, "2000"), ({"GOMP_SPINCOUNT": "77"}, "77"), ({"OMP_WAIT_POLICY": "passive"}, "0")]
)
def test_threads_that_wait_spin_for_a_short_time_only(given, spins):
    code = """
        import os
        before = dict(os.environ)
        import suan
        assert dict(os.environ) == before  # child processes inherit nothing
    """
    environment = {k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**environment, **given, "OMP_DISPLAY_ENV": "verbose"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "GOMP_SPINCOUNT" not in done.stderr:
        pytest.skip("this OpenMP is not GNU's")
    assert f"GOMP_SPINCOUNT = '{spins}'" in done.stderr
