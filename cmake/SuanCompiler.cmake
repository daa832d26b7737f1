# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Works around compiler bugs on the processor that Kokkos was built for. Sets SUAN_PROCESSOR_FLAGS, the
# flags that come with Kokkos (-march=...), and SUAN_CAREFUL_FLAGS, the flags that everything that uses
# Suan needs in addition.
get_target_property(_kokkos_options Kokkos::kokkoscore INTERFACE_COMPILE_OPTIONS)
# Hidden in a generator expression.
string(REGEX MATCHALL "-m[a-z]+=[A-Za-z0-9_.-]+" SUAN_PROCESSOR_FLAGS "${_kokkos_options}")
set(SUAN_CAREFUL_FLAGS "")

# checks/constants.cpp shows what GCC 12.2 silently does with AVX-512. Without AVX-512 it does not, and
# memory-bound kernels lose nothing. (./dev setup does the same for the Kokkos that it builds.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SUAN_HAVE_CUDA AND NOT CMAKE_CROSSCOMPILING
   AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
  include(CheckCXXSourceRuns)
  list(JOIN SUAN_PROCESSOR_FLAGS " " CMAKE_REQUIRED_FLAGS)
  string(PREPEND CMAKE_REQUIRED_FLAGS "-O2 ")
  file(READ "${CMAKE_CURRENT_LIST_DIR}/checks/constants.cpp" _program)
  check_cxx_source_runs("${_program}" SUAN_CONSTANTS_ARE_RIGHT)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT SUAN_CONSTANTS_ARE_RIGHT)
    set(SUAN_CAREFUL_FLAGS -mno-avx512f)
    message(STATUS "Suan: this compiler gets constants wrong with AVX-512, which is left out")
  endif()
endif()
