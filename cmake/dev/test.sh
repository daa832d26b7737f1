# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# ./dev test: builds every configuration and runs every test, except those of configurations that have
# not changed since all their tests passed. A failing part does not stop the others; all failures are
# listed at the end, followed by ctest's summaries.
# shellcheck shell=bash

FAILURES=()

# part LOG-NAME MESSAGE COMMAND...
part() {
  step "$@" || part_failed "$2" "$LOGS/$1.log"
}

# part_failed MESSAGE LOG
part_failed() {
  say "  failed; the log is ${2#"$ROOT"/}:"
  grep -E '(error|Error)[: ]|undefined reference|\*\*\*|[0-9] - .*\(' "$2" | head -n 15 || true
  FAILURES+=("$1")
}

# dev_test [--again]
dev_test() {
  local preset log
  case ${1:-} in
    '') TEST_AGAIN=no ;;
    --again) TEST_AGAIN=yes ;;
    *) fail "test takes no argument but --again, not '$1'." ;;
  esac
  dev_setup
  setup_packages clang-format-14

  part format "Checking the format of the C++ sources" "$ROOT/dev" format --check
  test_preset sanitize
  if have nvcc; then
    # Without a GPU the tests cannot run; they are compiled and linked for a machine with one. Host code
    # that is not run need not be optimised, which would take more than half of the time.
    build_preset cuda "-DCMAKE_CUDA_FLAGS_RELEASE=-O3 -DNDEBUG -Xcompiler=-O0" \
      || part_failed "Building cuda" "$BUILD_LOG"
  else
    say "No nvcc: skipping the CUDA build."
  fi
  test_preset release

  if [ ${#FAILURES[@]} -gt 0 ]; then
    say "${#FAILURES[@]} parts failed:"
    printf '             %s\n' "${FAILURES[@]}"
  else
    say "All parts passed."
  fi
  for preset in sanitize release; do
    log=$LOGS/test-$preset.log
    printf '\n%s: ' "$preset"
    sed -n '/% tests passed/,$p' "$log" 2>/dev/null | grep -v '^Errors while running' || echo "no tests ran"
  done
  [ ${#FAILURES[@]} -eq 0 ]
}

# test_preset PRESET: builds it and runs its tests, as many in parallel as there are cores.
test_preset() {
  local preset=$1 cmake key stamp=$ROOT/build/$1/.suan-tests-passed failures=${#FAILURES[@]}
  if ! build_preset "$preset"; then
    rm -f "$LOGS/test-$preset.log"
    part_failed "Building $preset" "$BUILD_LOG"
    return
  fi
  key=$(tests_key "$preset")
  if [ "$TEST_AGAIN" = no ] && [ -n "$key" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
    say "Nothing has changed since the tests of $preset passed; ./dev test --again runs them anyway."
    return
  fi
  rm -f "$LOGS/test-$preset.log" "$stamp"
  cmake=$(cmake_for "$preset")
  part "test-$preset" "Running the tests of $preset" \
    "$(dirname "$cmake")/ctest" --preset "$preset" --parallel "$(nproc)"
  # The sources may have been edited in the meantime.
  if [ ${#FAILURES[@]} -eq "$failures" ] && [ "$(tests_key "$preset")" = "$key" ]; then
    echo "$key" >"$stamp"
  fi
}

# tests_key PRESET: everything that its results depend on: the build, the sources, the packages, the
# matrices beside the project. Empty outside a git checkout.
tests_key() {
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  hash_of "$(cat "$ROOT/build/$1/.suan-key")" "$(cat "$VENV/.suan-stamp")" \
    "$(dpkg-query -W 2>/dev/null | sha256sum)" \
    "$(git ls-files -z --cached --others --exclude-standard | sort -zu \
      | xargs -0 sha256sum 2>/dev/null | sha256sum)" \
    "$(ls -l --time-style=full-iso "${SUAN_SHARED:-$ROOT/../shared}/matrices" 2>/dev/null | sha256sum)"
}
