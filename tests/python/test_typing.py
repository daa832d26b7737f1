# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Type checkers understand the package."""

import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("mypy", reason="mypy is not installed")

PACKAGE = pathlib.Path(__file__).parents[2] / "python"


def mypy(*arguments: str, folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", *arguments],
        capture_output=True,
        text=True,
        timeout=250,
        cwd=folder,
        env={"MYPYPATH": str(PACKAGE), "PATH": ""},
        check=False,
    )


def test_package_and_a_user(tmp_path):
    user = tmp_path / "user.py"
    user.write_text(
        "import numpy as np\n"
        "import suan\n"
        "A = suan.generate('poisson2d', size=3)\n"
        "x, report = suan.solve(A, np.ones(9), rtol=1e-10, solver='cg')\n"
        "count: int = report.iterations\n"
        "words: list[str] = [option.sentence for option in suan.options()]\n"
        "wrong: str = report.iterations\n"
    )
    result = mypy("-p", "suan", folder=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    result = mypy(str(user), folder=tmp_path)
    errors = [line for line in result.stdout.splitlines() if "error:" in line]
    assert len(errors) == 1, result.stdout
    assert "user.py:7" in errors[0]
