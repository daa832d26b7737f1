# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Shared by all commands of ./dev: messages with the elapsed time, logs, the environment.
# shellcheck shell=bash

DEPS=$ROOT/.deps
LOGS=$DEPS/logs
VENV=$DEPS/venv
START=$EPOCHREALTIME

# The locale must affect neither the decimal point of EPOCHREALTIME nor the sorting of text.
export LC_ALL=C.UTF-8

elapsed() { awk -v a="$START" -v b="$EPOCHREALTIME" 'BEGIN { printf "%6.1f", b - a }'; }
say() { printf '[%s s] %s\n' "$(elapsed)" "$*"; }

# fail SENTENCE [LOG]: one sentence, and where the log is.
fail() {
  if [ $# -gt 1 ]; then
    printf '[%s s] error: %s The log is %s\n' "$(elapsed)" "$1" "${2#"$ROOT"/}" >&2
  else
    printf '[%s s] error: %s\n' "$(elapsed)" "$1" >&2
  fi
  exit 1
}

# step LOG-NAME MESSAGE COMMAND...: prints MESSAGE, runs COMMAND with its output in the log, and
# returns its exit status. A long command shows the last line of its log every 30 s.
step() {
  local log=$LOGS/$1.log message=$2 status=0 pulse
  shift 2
  mkdir -p "$LOGS"
  say "$message"
  : >"$log"
  pulse "$log" &
  pulse=$!
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  kill "$pulse" 2>/dev/null || true
  wait "$pulse" 2>/dev/null || true
  return "$status"
}

pulse() {
  local sleeper=''
  # Kill the sleep with this loop: left alone, it would hold the caller's pipe open.
  trap 'kill "$sleeper" 2>/dev/null; exit 0' TERM
  while true; do
    sleep 30 &
    sleeper=$!
    wait "$sleeper"
    printf '[%s s]   ... %.90s\n' "$(elapsed)" "$(tail -n 1 "$1" 2>/dev/null | tr -d '\r')"
  done
}

# must LOG-NAME MESSAGE COMMAND...: a step whose failure ends the script.
must() {
  step "$@" || fail "$2 failed." "$LOGS/$1.log"
}

have() { command -v "$1" >/dev/null 2>&1; }

# hash_of TEXT...: a short key.
hash_of() { printf '%s\n' "$@" | sha256sum | cut -c 1-12; }

# Versions compare as numbers: at_least 4.0 4.10 is true.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Compiling a file of this library takes up to 2 GB.
jobs_of_machine() {
  local cores memory
  if [ -n "${SUAN_JOBS:-}" ]; then
    echo "$SUAN_JOBS"
    return
  fi
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 2000000) }' /proc/meminfo 2>/dev/null || echo 2)
  if [ "${memory:-1}" -lt 1 ]; then memory=1; fi
  if [ "$memory" -lt "$cores" ]; then echo "$memory"; else echo "$cores"; fi
}

setup_environment() {
  JOBS=$(jobs_of_machine)
  # For the builds inside tests (pip, projects that use Suan), which would use more.
  export CMAKE_BUILD_PARALLEL_LEVEL=$JOBS
  PYTHON=${PYTHON:-/usr/bin/python3}
  # Containers run as root, and the tests start more ranks than there are cores.
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  export OMPI_MCA_rmaps_base_oversubscribe=1
  # Kokkos warns about unbound threads; Suan's Environment divides the cores itself.
  export OMP_PROC_BIND=${OMP_PROC_BIND:-false}
  if ! have nvcc && [ -x /usr/local/cuda/bin/nvcc ]; then
    export PATH=$PATH:/usr/local/cuda/bin
  fi
}
setup_environment

use_ccache() {
  if have ccache; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    export CMAKE_CUDA_COMPILER_LAUNCHER=ccache
    # Clones in different places share compiled objects.
    export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1
    # ccache cannot see __TIME__ or #defines behind a precompiled header, and recompiles whatever uses
    # one unless told that this does not matter; our sources have neither there.
    export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:+$CCACHE_SLOPPINESS,}pch_defines,time_macros
  fi
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

# cmake_for PRESET: a cmake that is new enough. CUDA 13 needs version 4.
cmake_for() {
  local wanted=3.25 candidate version
  if [ "$1" = cuda ]; then wanted=4.0; fi
  for candidate in "$(command -v cmake || true)" "$VENV/bin/cmake"; do
    if [ -x "$candidate" ]; then
      version=$("$candidate" --version 2>/dev/null | sed -n '1s/.*version //p')
      if [ -n "$version" ] && at_least "$wanted" "$version"; then
        echo "$candidate"
        return
      fi
    fi
  done
  fail "There is no CMake $wanted or newer: run ./dev setup."
}
