# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench: Suan's benchmark programs and, with --peers, other libraries in the same run;
# --collection [FOLDER] compares with MKL on the matrices of a folder; --amg compares multigrid.
# shellcheck shell=bash

dev_bench() {
  local peers=no program name results
  if [ "${1:-}" = --peers ]; then
    peers=yes
    shift
  fi
  if [ "${1:-}" = --collection ]; then
    shift
    dev_build release
    setup_peers
    bench_collection "$@"
    return
  fi
  if [ "${1:-}" = --amg ]; then
    shift
    dev_build release
    setup_packages petsc-dev
    setup_peers
    say "Measuring multigrid of Suan and its peers"
    exec "$VENV/bin/python" benchmarks/multigrid/compare.py "$@"
  fi
  dev_build release
  if [ "$peers" = yes ]; then
    setup_packages petsc-dev libeigen3-dev
    setup_peers
    say "Measuring Suan and its peers"
    exec "$VENV/bin/python" benchmarks/peers/run.py "$@"
  fi
  results=$ROOT/benchmarks/results
  mkdir -p "$results"
  for program in "$ROOT"/build/release/bin/*_bench; do
    [ -x "$program" ] || fail "There are no benchmark programs in build/release/bin."
    name=$(basename "$program")
    say "Running $name"
    "$program" --benchmark_out="$results/$name.json" --benchmark_out_format=json "$@" \
      || fail "$name failed."
  done
  say "The results are in benchmarks/results."
}

bench_collection() {
  local threads
  local -a folder=()
  if [ $# -gt 0 ]; then folder=(--folder "$1"); fi
  for threads in 1 2; do
    say "Measuring Suan and MKL, threads: $threads"
    OMP_NUM_THREADS=$threads OMP_PROC_BIND=close OMP_PLACES=cores \
      "$ROOT/build/release/bin/benchmark_collection" "${folder[@]}" \
      || fail "benchmark_collection did not end well."
  done
}

setup_peers() {
  local stamp=$VENV/.suan-peers-stamp key
  key=$(hash_of "$(cat cmake/requirements-peers.txt "$VENV/.suan-stamp")")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then return; fi
  must pip-peers "Installing the peers' Python packages (MKL, ...)" \
    "$VENV/bin/python" -m pip install --disable-pip-version-check -r cmake/requirements-peers.txt
  echo "$key" >"$stamp"
}
