# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# ./dev gpu-check: the library on this machine's GPU. The machine may lack MPI, HDF5, a network, root
# and Python: compilers and CMake come from the PATH, everything else from .deps, as filled by
# ./dev setup (perhaps on another machine).
# shellcheck shell=bash

dev_gpu_check() {
  local build=$ROOT/build/gpu-check cmake name capability bin json

  if ! have nvidia-smi || ! nvidia-smi -L 2>/dev/null | grep -q GPU; then
    printf 'This machine has no NVIDIA GPU, so there is nothing to check.\n' >&2
    exit 2
  fi
  have nvcc || fail "nvcc is not on the PATH: install the CUDA toolkit or add it."
  cmake=$(gpu_cmake)
  name=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -n 1)
  capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)
  say "GPU: $name (sm_$capability), $(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/CUDA \1/p')"

  SUAN_CUDA_ARCHITECTURE=$capability
  gpu_kokkos "$cmake"
  gpu_build "$cmake" "$build" "$capability"
  bin=$build/bin

  GPU_FAILURES=0
  gpu_tests "$cmake" "$build"
  gpu_sanitizer "$bin"
  gpu_compare "$bin"

  mkdir -p benchmarks/results
  json=benchmarks/results/gpu-check-$(hostname | tr -cd 'A-Za-z0-9._-').json
  gpu_report "$name" "$capability" >"$json.part"
  mv "$json.part" "$json"
  say "The results are in $json."
  [ "$GPU_FAILURES" -eq 0 ] || fail "$GPU_FAILURES of the checks failed; $json and .deps/logs say which."
}

# CMake 4 if there is one (older ones do not know every nvcc), else any that our CMakeLists accepts.
gpu_cmake() {
  local candidate version best=''
  for candidate in $(type -ap cmake || true) "$VENV/bin/cmake"; do
    version=$("$candidate" --version 2>/dev/null | sed -n '1s/.*version //p') || continue
    if [ -n "$version" ] && at_least 4.0 "$version"; then
      echo "$candidate"
      return
    fi
    if [ -n "$version" ] && at_least 3.25 "$version" && [ -z "$best" ]; then best=$candidate; fi
  done
  [ -n "$best" ] || fail "There is no CMake 3.25 or newer on the PATH."
  echo "$best"
}

gpu_generator() {
  if have ninja || [ -x "$VENV/bin/ninja" ]; then echo Ninja; else echo "Unix Makefiles"; fi
}

gpu_kokkos() {
  local cmake=$1 key arguments=()
  kokkos_arguments cuda
  key=$(kokkos_key cuda)
  GPU_KOKKOS=$KOKKOS_CACHE/kokkos-$KOKKOS_VERSION-cuda-$key
  if [ -n "${Kokkos_ROOT:-}" ]; then
    GPU_KOKKOS=$Kokkos_ROOT
  elif [ ! -e "$GPU_KOKKOS/lib/cmake/Kokkos/KokkosConfig.cmake" ]; then
    kokkos_source
    kokkos_build cuda "$cmake" "$GPU_KOKKOS"
  fi
}

gpu_build() {
  local cmake=$1 build=$2 arguments
  # Kokkos cannot be replaced inside a build tree.
  if ! grep -qs "^Kokkos_ROOT:.*=$GPU_KOKKOS\$" "$build/CMakeCache.txt"; then
    rm -f "$build/CMakeCache.txt"
  fi
  arguments=(
    -G "$(gpu_generator)" -B "$build" "-DKokkos_ROOT=$GPU_KOKKOS" "-DCMAKE_CUDA_ARCHITECTURES=$3"
    -DSUAN_ENABLE_MPI=OFF -DSUAN_ENABLE_HDF5=OFF -DSUAN_ENABLE_PYTHON=OFF
    -DSUAN_ENABLE_EXAMPLES=OFF
  )
  if ! have ninja && [ -x "$VENV/bin/ninja" ]; then
    arguments+=("-DCMAKE_MAKE_PROGRAM=$VENV/bin/ninja")
  fi
  if [ ! -e /usr/include/zlib.h ] && [ -d "$DEPS/zlib" ]; then
    arguments+=("-DZLIB_ROOT=$DEPS/zlib")
  fi
  must gpu-configure "Configuring for CUDA" "$cmake" --preset cuda "${arguments[@]}"
  must gpu-build "Building for CUDA" "$cmake" --build "$build" --parallel "$JOBS"
}

# --- The three checks: each leaves a JSON fragment in GPU_*_JSON ------------------------------------
gpu_tests() {
  local cmake=$1 build=$2 log=$LOGS/gpu-tests.log status=passed total failed
  step gpu-tests "Running the tests on the GPU" \
    "$(dirname "$cmake")/ctest" --test-dir "$build" --output-on-failure --timeout 300 \
    || status=failed
  total=$(sed -n 's/.* tests failed out of \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  failed=$(sed -n 's/.*, \([0-9]*\) tests failed out of.*/\1/p' "$log" | tail -n 1)
  say "  tests: ${failed:-?} of ${total:-?} failed"
  [ "$status" = passed ] || GPU_FAILURES=$((GPU_FAILURES + 1))
  GPU_TESTS_JSON="{\"status\": \"$status\", \"total\": ${total:-0}, \"failed\": ${failed:-0}, \"names_of_failed\": [$(
    sed -n 's/^[[:space:]]*[0-9]* - \([^ ]*\) (\(Failed\|Timeout\|SEGFAULT\|Subprocess aborted\).*/"\1"/p' "$log" \
      | paste -sd, -)]}"
}

# compute-sanitizer makes a program 10 to 100 times slower, so it gets a time limit; a program that
# exceeds it is listed as such, which is not a failure.
gpu_sanitizer() {
  local bin=$1 program name status code entries=()
  if ! have compute-sanitizer; then
    say "No compute-sanitizer: that check is left out."
    GPU_SANITIZER_JSON='"not installed"'
    return
  fi
  for program in "$bin"/*_test; do
    [ -x "$program" ] || continue
    name=$(basename "$program")
    code=0
    step "gpu-sanitizer-$name" "compute-sanitizer: $name" \
      timeout 240 compute-sanitizer --tool memcheck --error-exitcode 99 "$program" \
      --gtest_brief=1 || code=$?
    case $code in
      0) status=passed ;;
      124) status=timeout ;;
      *)
        if grep -q 'Device not supported' "$LOGS/gpu-sanitizer-$name.log"; then
          status='device not supported'
        else
          status=failed
          GPU_FAILURES=$((GPU_FAILURES + 1))
        fi
        ;;
    esac
    [ "$status" = passed ] || say "  $status"
    entries+=("\"$name\": \"$status\"")
    if [ "$status" = 'device not supported' ]; then break; fi
  done
  GPU_SANITIZER_JSON="{$(IFS=,; echo "${entries[*]}")}"
}

# gpu_bench for each matrix, at a size that is small enough for the operation.
gpu_compare() {
  local program=$1/gpu_bench run out entries=() arguments number=0
  if [ ! -x "$program" ]; then
    say "No Google Benchmark: the comparison with cuSPARSE is left out."
    GPU_COMPARISON_JSON='"not built"'
    return
  fi
  for run in \
    "all 128 bandwidth,spmv,convert" \
    "7pt,7pt-general,27pt,27pt-general 256 spmv" \
    "7pt-general,27pt-general,elasticity,rmat,circuit,road,tall 96 spmm" \
    "7pt-general,27pt-general,ilu 128 trsv" \
    "7pt-general 256 trsv" \
    "7pt-general,27pt-general 96 galerkin" \
    "7pt-general,road 128 spgemm" \
    "27pt-general,circuit 64 spgemm" \
    "elasticity,rmat 40 spgemm"; do
    read -ra arguments <<<"$run"
    number=$((number + 1))
    out=$DEPS/gpu-bench.json
    rm -f "$out"
    if ! step "gpu-bench-$number" "Comparing with cuSPARSE: ${arguments[2]} of ${arguments[0]}, ${arguments[1]}" \
      "$program" --matrix "${arguments[0]}" --size "${arguments[1]}" \
      --operations "${arguments[2]}" --json "$out"; then
      say "  failed; the log is .deps/logs/gpu-bench-$number.log"
      GPU_FAILURES=$((GPU_FAILURES + 1))
    fi
    # The file names contestants that failed.
    if [ -s "$out" ]; then entries+=("$(cat "$out")"); fi
  done
  GPU_COMPARISON_JSON="[$(IFS=,; echo "${entries[*]}")]"
}

gpu_report() {
  local commit driver memory
  commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)
  memory=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | head -n 1)
  cat <<JSON
{
  "commit": "$commit",
  "date": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "host": "$(hostname)",
  "gpu": "$1",
  "compute_capability": "$2",
  "driver": "$driver",
  "memory_mib": ${memory:-0},
  "cuda": "$(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')",
  "kokkos": "$KOKKOS_VERSION",
  "seconds": $(elapsed),
  "tests": $GPU_TESTS_JSON,
  "compute_sanitizer": $GPU_SANITIZER_JSON,
  "comparison": $GPU_COMPARISON_JSON
}
JSON
}
