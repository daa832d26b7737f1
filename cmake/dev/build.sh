# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# ./dev build, demo, format, tidy, docs, clean.
# shellcheck shell=bash

dev_build() {
  local preset
  for preset in "$@"; do
    case $preset in
      release | debug | sanitize | cuda) ;;
      *) fail "There is no preset '$preset': choose release, debug, sanitize or cuda." ;;
    esac
  done
  if [ $# -eq 0 ]; then set -- release; fi
  case " $* " in
    *" cuda "*) dev_setup ;;
    *) dev_setup cpu ;;
  esac
  for preset in "$@"; do
    build_preset "$preset" || build_failed "$preset"
  done
}

build_failed() {
  grep -E '(error|Error)[: ]|undefined reference' "$BUILD_LOG" | head -n 10 >&2 || true
  fail "Building $1 failed." "$BUILD_LOG"
}

# build_preset PRESET [CMAKE-ARGUMENT...]: configures when something has changed that CMake does not
# track itself (Kokkos, the compiler, the arguments), and builds. Returns 1 after a failure, with the
# log in BUILD_LOG. If BUILD_TARGETS is set, builds only those.
BUILD_TARGETS=()
build_preset() {
  local preset=$1 cmake key kokkos=$DEPS/kokkos-cpu arguments=() folder
  shift
  folder=$ROOT/build/$preset
  if [ "$preset" = cuda ]; then
    kokkos=$DEPS/kokkos-cuda
    if [ ! -e "$kokkos" ]; then
      fail "The preset cuda needs nvcc and a Kokkos with CUDA: put nvcc on the PATH and run ./dev setup."
    fi
  fi
  cmake=$(cmake_for "$preset")
  use_ccache
  arguments=("-DCMAKE_MAKE_PROGRAM=$(command -v ninja || echo "$VENV/bin/ninja")" "$@")
  if [ "$preset" != cuda ] && [ -n "${SUAN_BASELINE:-}" ] && [ "$SUAN_BASELINE" != generic ]; then
    arguments+=("-DCMAKE_CXX_FLAGS=-march=$SUAN_BASELINE ${CXXFLAGS:-}")
  fi
  key=$(hash_of "$(readlink -f "$kokkos")" "$("${CXX:-c++}" --version | head -n 1)" "${CXX:-}" \
    "$cmake" "${arguments[*]}" "${CXXFLAGS:-}" "$(cat CMakePresets.json)" "$ROOT")
  if [ "$(cat "$folder/.suan-key" 2>/dev/null)" != "$key" ] || [ ! -e "$folder/build.ninja" ]; then
    # The compiler and Kokkos cannot be replaced inside a build tree.
    rm -f "$folder/CMakeCache.txt" "$folder/.suan-key"
    BUILD_LOG=$LOGS/configure-$preset.log
    step "configure-$preset" "Configuring $preset" \
      "$cmake" --preset "$preset" "${arguments[@]}" || return 1
    echo "$key" >"$folder/.suan-key"
  fi
  BUILD_LOG=$LOGS/build-$preset.log
  # Continues after an error, so that the log shows all of them.
  step "build-$preset" "Building $preset" "$cmake" --build "$folder" --parallel "$JOBS" \
    ${BUILD_TARGETS:+--target "${BUILD_TARGETS[@]}"} -- -k 0
}

# dev_demo [heat_sink|bracket] [OPTION...]
dev_demo() {
  local python=$VENV/bin/python example=heat_sink
  case ${1:-} in
    heat_sink | bracket)
      example=$1
      shift
      ;;
  esac
  if [ "$example" = bracket ] && [ $# -eq 0 ]; then set -- --refine=6; fi
  # Only what the demo runs; ./dev build builds the rest.
  BUILD_TARGETS=("suan_$example")
  dev_build release
  BUILD_TARGETS=()
  mkdir -p demo
  say "Running the example $example on 2 ranks"
  (cd demo && run_ranks 2 "$ROOT/build/release/bin/suan_$example" "$@") 2>&1 | tee "$LOGS/demo.log" \
    || fail "The example $example did not solve its problem." "$LOGS/demo.log"
  must demo-plot "Drawing the pictures" "$python" "examples/$example/plot.py" demo
  say "Done. In demo/:"
  ls -l demo | awk 'NR > 1 { printf "  %12d  %s\n", $5, $9 }'
}

# run_ranks N PROGRAM...: no binding, because Suan itself divides the cores among the ranks.
run_ranks() {
  local ranks=$1
  shift
  mpirun --bind-to none -n "$ranks" "$@"
}

# --- format and lint ------------------------------------------------------------------------------
cxx_sources() {
  git ls-files --cached --others --exclude-standard -- \
    '*.hpp' '*.cpp' '*.cu' '*.cuh' '*.hpp.in' | grep -v '\.in$' || true
}

clang_tool() {
  local tool
  # Formatting differs between versions, so a fixed version decides.
  for tool in "$1-14" "$1"; do
    if have "$tool"; then
      echo "$tool"
      return
    fi
  done
  fail "$1 was not found: install it (Debian: $1-14)."
}

dev_format() {
  local tool
  setup_packages clang-format-14
  tool=$(clang_tool clang-format)
  if [ "${1:-}" = --check ]; then
    mkdir -p "$LOGS"
    if ! cxx_sources | xargs -r "$tool" --dry-run --Werror >"$LOGS/format.log" 2>&1; then
      sed -n 's/^\([^: ]*\):[0-9]*:.*clang-format-violations.*/\1/p' "$LOGS/format.log" | sort -u
      fail "These files are not formatted: run ./dev format." "$LOGS/format.log"
    fi
    say "All C++ files are formatted."
  else
    cxx_sources | xargs -r "$tool" -i
    say "Formatted all C++ files."
  fi
}

dev_tidy() {
  local files database=$ROOT/build/debug
  setup_packages clang-tidy-14
  dev_setup cpu
  [ -e "$database/compile_commands.json" ] || build_preset debug \
    || fail "Building debug failed." "$LOGS/build-debug.log"
  mapfile -t files < <({
    git diff --name-only --diff-filter=d "${1:-HEAD}" -- '*.cpp'
    git ls-files --others --exclude-standard -- '*.cpp'
  } | sort -u)
  if [ ${#files[@]} -eq 0 ]; then
    say "No C++ source differs from ${1:-HEAD}."
    return
  fi
  must tidy "clang-tidy on ${#files[@]} files" \
    "$(clang_tool clang-tidy)" -p "$database" --quiet "${files[@]}"
}

dev_docs() {
  setup_packages doxygen
  have doxygen || fail "doxygen was not found: install it."
  mkdir -p build/docs
  must docs "Writing the reference into build/docs" doxygen cmake/Doxyfile
  say "Open build/docs/html/index.html."
}

dev_clean() {
  rm -rf build demo
  if [ "${1:-}" = --all ]; then rm -rf .deps; fi
  say "Removed build/ and demo/${1:+ and .deps/}."
}
