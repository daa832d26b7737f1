# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# ./dev setup: Debian packages, the Python environment, Kokkos. Each part is skipped when its result
# already exists.
# shellcheck shell=bash

KOKKOS_VERSION=4.7.00
KOKKOS_SOURCE=$DEPS/src/kokkos-$KOKKOS_VERSION
KOKKOS_PATCH=$ROOT/cmake/patches/kokkos-$KOKKOS_VERSION-cuda13.patch
# Debian has no Kokkos that is new enough; this source distribution on PyPI contains the complete
# source of 4.7.00.
KOKKOS_CARRIER=pygenten
KOKKOS_CARRIER_VERSION=0.1.5
KOKKOS_CARRIER_SHA256=e620f05c742905e2db705d875f1cac92ef0ed453f9e6734e9beda26cc0f9cce7
KOKKOS_CACHE=${XDG_CACHE_HOME:-${HOME:-$DEPS}/.cache}/suan

# The GPUs that the preset cuda compiles for.
SUAN_CUDA_ARCHITECTURE=90

DEBIAN_PACKAGES=(
  g++ cmake ninja-build ccache make patch pkg-config git
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev zlib1g-dev
  libmetis-dev libsuitesparse-dev libmumps-dev
  libgtest-dev libgmock-dev libbenchmark-dev nlohmann-json3-dev libcli11-dev
  python3 python3-venv python3-dev
)

# dev_setup [cpu]: everything, or only what is needed without CUDA.
dev_setup() {
  setup_packages "${DEBIAN_PACKAGES[@]}"
  setup_venv
  setup_copies
  setup_kokkos cpu
  if [ "${1:-all}" != cpu ] && have nvcc; then setup_kokkos cuda; fi
  say "Set-up is complete."
}

# --- Debian ---------------------------------------------------------------------------------------
setup_packages() {
  local package missing=()
  if ! have dpkg-query; then
    say "This is not Debian: using the compilers and libraries that are found."
    return
  fi
  for package in "$@"; do
    if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  if [ "$(id -u)" -ne 0 ] && ! have sudo; then
    fail "These Debian packages are missing, and there is neither root nor sudo: ${missing[*]}."
  fi
  must apt-update "Reading Debian's package lists" as_root apt-get update
  must apt-install "Installing ${#missing[@]} Debian packages: ${missing[*]}" \
    as_root apt-get install -y --no-install-recommends "${missing[@]}"
}

# --- Python ---------------------------------------------------------------------------------------
setup_venv() {
  local stamp=$VENV/.suan-stamp key
  key=$(hash_of "$(cat cmake/requirements.txt)" "$("$PYTHON" --version 2>&1)" "$PYTHON" "$VENV")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then return; fi
  # An incomplete environment is not repaired but recreated.
  rm -rf "$VENV"
  mkdir -p "$DEPS"
  must venv "Creating the Python environment" "$PYTHON" -m venv "$VENV"
  must pip "Installing Python packages (NumPy, SciPy, CMake, nanobind, ...)" \
    "$VENV/bin/python" -m pip install --disable-pip-version-check -r cmake/requirements.txt
  echo "$key" >"$stamp"
}

# --- Copies for machines without packages or network -----------------------------------------------
# ./dev gpu-check may run on such a machine from a copy of this folder.
setup_copies() {
  local folder
  if ! have dpkg-query; then return; fi
  for folder in nlohmann CLI; do
    keep_copy "$DEPS/src/include/$folder" "/usr/include/$folder"
  done
  keep_copy "$DEPS/src/googletest" /usr/src/googletest
  # No package has the sources of these two, so the header and the static library are kept.
  keep_copy "$DEPS/benchmark/include/benchmark" /usr/include/benchmark
  keep_copy "$DEPS/benchmark/lib/libbenchmark.a" /usr/lib/*/libbenchmark.a
  keep_copy "$DEPS/zlib/include/zlib.h" /usr/include/zlib.h
  keep_copy "$DEPS/zlib/include/zconf.h" /usr/include/zconf.h /usr/include/*-linux-gnu*/zconf.h
  keep_copy "$DEPS/zlib/lib/libz.a" /usr/lib/*/libz.a
}

# keep_copy DESTINATION SOURCE...: copies the first SOURCE that exists.
keep_copy() {
  local destination=$1 source
  shift
  if [ -e "$destination" ]; then return; fi
  for source in "$@"; do
    if [ -e "$source" ]; then
      mkdir -p "$(dirname "$destination")"
      cp -rL "$source" "$destination"
      return
    fi
  done
}

# --- Kokkos ---------------------------------------------------------------------------------------
# setup_kokkos cpu|cuda: makes .deps/kokkos-cpu or .deps/kokkos-cuda a link to an installed Kokkos.
setup_kokkos() {
  local kind=$1 link=$DEPS/kokkos-$1 cmake key prefix arguments=()
  cmake=$(cmake_for "$kind")
  if [ "$kind" = cpu ] && setup_found_kokkos "$cmake" "$link"; then return; fi

  kokkos_arguments "$kind"
  key=$(kokkos_key "$kind")
  prefix=$KOKKOS_CACHE/kokkos-$KOKKOS_VERSION-$kind-$key
  if [ ! -e "$prefix/lib/cmake/Kokkos/KokkosConfig.cmake" ]; then
    kokkos_source
    kokkos_build "$kind" "$cmake" "$prefix"
  else
    # The source is kept for ./dev gpu-check on a machine without a network.
    kokkos_source
  fi
  mkdir -p "$DEPS"
  # The link may now point to another Kokkos: build trees notice by their key (see build.sh).
  ln -sfn "$prefix" "$link"
}

# A Kokkos >= 4.7 that CMake finds by itself wins. The search takes half a second, so the answer is
# cached for as long as the places to search stay the same.
setup_found_kokkos() {
  local cmake=$1 link=$2 key stamp=$DEPS/probe/stamp found
  key=$(hash_of "${Kokkos_ROOT:-}" "${Kokkos_DIR:-}" "${CMAKE_PREFIX_PATH:-}" "$PATH" "$cmake" \
    "$(ls -d /usr/lib/cmake/Kokkos /usr/local/lib/cmake/Kokkos /usr/lib/*/cmake/Kokkos 2>/dev/null)")
  if [ "$(sed -n 1p "$stamp" 2>/dev/null)" != "$key" ]; then
    mkdir -p "$DEPS/probe" "$LOGS"
    rm -rf "$DEPS/probe/build"
    cat >"$DEPS/probe/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
find_package(Kokkos 4.7 CONFIG QUIET)
if(Kokkos_FOUND)
  file(WRITE "${CMAKE_BINARY_DIR}/found" "${Kokkos_DIR}")
endif()
CMAKE
    step kokkos-probe "Looking for an installed Kokkos" \
      "$cmake" -S "$DEPS/probe" -B "$DEPS/probe/build" || true
    found=$(cat "$DEPS/probe/build/found" 2>/dev/null || true)
    printf '%s\n%s\n' "$key" "$found" >"$stamp"
    if [ -n "$found" ]; then say "Using the Kokkos in $found"; fi
  fi
  found=$(sed -n 2p "$stamp")
  if [ -z "$found" ] || [ ! -e "$found/KokkosConfig.cmake" ]; then return 1; fi
  ln -sfn "${found%/lib*/cmake/Kokkos}" "$link"
}

kokkos_arguments() {
  local careful
  arguments=(
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_STANDARD=20 -DBUILD_SHARED_LIBS=OFF
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_OPENMP=ON
  )
  if [ "$1" = cuda ]; then
    arguments+=(
      -DKokkos_ENABLE_CUDA=ON -DKokkos_ENABLE_COMPILE_AS_CMAKE_LANGUAGE=ON
      "-DCMAKE_CUDA_ARCHITECTURES=$SUAN_CUDA_ARCHITECTURE" -DCMAKE_CUDA_STANDARD=20
      "-DKokkos_ARCH_$(kokkos_cuda_architecture "$SUAN_CUDA_ARCHITECTURE")=ON"
    )
  elif [ -z "${SUAN_BASELINE:-}" ]; then
    arguments+=(-DKokkos_ARCH_NATIVE=ON)
    careful=$(careful_flags -march=native)
    if [ -n "$careful" ]; then arguments+=("-DCMAKE_CXX_FLAGS=$careful ${CXXFLAGS:-}"); fi
  elif [ "$SUAN_BASELINE" != generic ]; then
    arguments+=("-DCMAKE_CXX_FLAGS=-march=$SUAN_BASELINE $(careful_flags "-march=$SUAN_BASELINE")")
  fi
}

# careful_flags FLAG: what the compiler needs in addition to FLAG; see cmake/SuanCompiler.cmake.
careful_flags() {
  local program=$DEPS/probe/constants
  mkdir -p "$DEPS/probe"
  if "${CXX:-c++}" -O2 "$1" cmake/checks/constants.cpp -o "$program" 2>/dev/null && ! "$program"; then
    echo -mno-avx512f
  fi
}

# Kokkos' name for a compute capability.
kokkos_cuda_architecture() {
  case $1 in
    70) echo VOLTA70 ;;
    75) echo TURING75 ;;
    80) echo AMPERE80 ;;
    86 | 87) echo "AMPERE$1" ;;
    89) echo ADA89 ;;
    90) echo HOPPER90 ;;
    100 | 120) echo "BLACKWELL$1" ;;
    *) fail "Kokkos $KOKKOS_VERSION does not know GPUs of compute capability $1." ;;
  esac
}

# What the binary depends on: the source, the options, the compilers and, if built for this machine,
# the processor.
kokkos_key() {
  local cxx=${CXX:-c++} processor='' toolkit=''
  if [ "$1" = cuda ]; then
    toolkit=$(nvcc --version | tail -n 2)
  elif [ -z "${SUAN_BASELINE:-}" ]; then
    processor=$(grep -m 1 '^flags' /proc/cpuinfo || uname -m)
    processor+=$("$cxx" -march=native -Q --help=target 2>/dev/null | grep -- '-march=  ' || true)
  fi
  hash_of "$KOKKOS_VERSION" "$("$cxx" --version | head -n 1)" "$("$cxx" -dumpmachine)" \
    "${CXXFLAGS:-}" "${arguments[*]}" "$processor" "$toolkit" "$(sha256sum <"$KOKKOS_PATCH")"
}

kokkos_source() {
  local archive=$DEPS/downloads/$KOKKOS_CARRIER-$KOKKOS_CARRIER_VERSION.tar.gz fresh patch
  patch=$(sha256sum <"$KOKKOS_PATCH")
  if [ "$(cat "$KOKKOS_SOURCE/.suan-patched" 2>/dev/null)" = "$patch" ]; then return; fi
  mkdir -p "$DEPS/downloads" "$DEPS/src"
  if ! archive_is_good "$archive"; then
    rm -f "$archive"
    # Its metadata are generated by scikit-build-core, which is in the environment.
    must download-kokkos "Fetching the source of Kokkos $KOKKOS_VERSION" \
      "$VENV/bin/python" -m pip download --disable-pip-version-check --no-deps \
      --no-build-isolation --no-binary "$KOKKOS_CARRIER" --dest "$DEPS/downloads" \
      "$KOKKOS_CARRIER==$KOKKOS_CARRIER_VERSION"
    if ! archive_is_good "$archive"; then
      mv "$archive" "$archive.rejected" 2>/dev/null || true
      fail "The archive with Kokkos' source is not the expected one (its sha256 differs): $archive.rejected"
    fi
  fi
  fresh=$(mktemp -d "$DEPS/src/.kokkos.XXXXXX")
  tar -xzf "$archive" -C "$fresh" --strip-components=3 \
    "$KOKKOS_CARRIER-$KOKKOS_CARRIER_VERSION/tpls/kokkos"
  must patch-kokkos "Patching Kokkos $KOKKOS_VERSION for CUDA 13" \
    patch -d "$fresh" -p1 -i "$KOKKOS_PATCH"
  echo "$patch" >"$fresh/.suan-patched"
  rm -rf "$KOKKOS_SOURCE"
  mv "$fresh" "$KOKKOS_SOURCE"
}

archive_is_good() {
  [ -f "$1" ] && echo "$KOKKOS_CARRIER_SHA256  $1" | sha256sum --check --status
}

# Installs to a temporary folder and renames it, so an interrupted build never looks finished.
kokkos_build() {
  local kind=$1 cmake=$2 prefix=$3 build=$DEPS/build/kokkos-$1 staged ninja
  use_ccache
  ninja=$(command -v ninja || echo "$VENV/bin/ninja")
  rm -rf "$build"
  mkdir -p "$KOKKOS_CACHE"
  must "kokkos-$kind-configure" "Configuring Kokkos $KOKKOS_VERSION ($kind)" \
    "$cmake" -S "$KOKKOS_SOURCE" -B "$build" -G Ninja -DCMAKE_MAKE_PROGRAM="$ninja" \
    "${arguments[@]}" -DCMAKE_INSTALL_PREFIX="$prefix"
  must "kokkos-$kind-build" "Building Kokkos $KOKKOS_VERSION ($kind), once per machine" \
    "$cmake" --build "$build" --parallel "$JOBS"
  staged=$(mktemp -d "$KOKKOS_CACHE/.staged.XXXXXX")
  must "kokkos-$kind-install" "Installing Kokkos into $prefix" \
    env DESTDIR="$staged" "$cmake" --install "$build"
  # A concurrent set-up may have been faster; its result is just as good.
  if [ ! -e "$prefix" ]; then mv -T "$staged$prefix" "$prefix" 2>/dev/null || [ -e "$prefix" ]; fi
  rm -rf "$staged" "$build"
}
