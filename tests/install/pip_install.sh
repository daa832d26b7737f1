#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# pip_install.sh PYTHON SOURCE-FOLDER OUTPUT-FOLDER KOKKOS-DIR: `pip install .` as users do it, only
# that the build requirements are those of the given Python, so that no network is needed.
set -euo pipefail
python=$1 source=$2 output=$3
export Kokkos_DIR=$4
rm -rf "$output/site"
mkdir -p "$output"
# The build tree is kept, two folders below the source as the presets' are: with the same relative
# paths, compiler (in the environment) and warnings, ccache knows the objects again.
"$python" -m pip install --disable-pip-version-check --no-build-isolation --no-deps --no-index \
  --config-settings=build-dir="$source/build/wheel" \
  --config-settings=cmake.define.SUAN_WARNINGS_AS_ERRORS=ON --target "$output/site" "$source"
cd "$output"
PYTHONPATH=$output/site "$python" - <<'PYTHON'
import pathlib, sys
import numpy as np
import suan

assert pathlib.Path(suan.__file__).is_relative_to(pathlib.Path("site").resolve()), suan.__file__
A = suan.generate("poisson3d", size=12)
x, report = suan.solve(A, np.ones(A.shape[0]))
assert report.reason == "converged", report.reason
residual = np.linalg.norm(A @ x - 1) / np.sqrt(A.shape[0])
assert residual < 1e-6, residual
print("suan", suan.__version__, "solved", A.shape[0], "unknowns; residual", residual)
PYTHON
