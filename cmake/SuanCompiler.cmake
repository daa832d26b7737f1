# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# What the compiler gets wrong for the processor that Kokkos was built for. Sets
# SUAN_PROCESSOR_FLAGS, the flags that come with Kokkos (-march=...), and SUAN_CAREFUL_FLAGS, what is
# needed beside them in everything that uses Suan.
get_target_property(_kokkos_options Kokkos::kokkoscore INTERFACE_COMPILE_OPTIONS)
# Hidden in a generator expression.
string(REGEX MATCHALL "-m[a-z]+=[A-Za-z0-9_.-]+" SUAN_PROCESSOR_FLAGS "${_kokkos_options}")
set(SUAN_CAREFUL_FLAGS "")

# GCC 12.2 for processors with AVX-512 makes the constants {1, 1, 1, 0}, where four doubles are copied
# at a time, into {1, 1, 1, 1}: from -O2 on, silently. Without AVX-512 it does not, and kernels that
# wait for memory lose nothing.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SUAN_HAVE_CUDA AND NOT CMAKE_CROSSCOMPILING
   AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
  include(CheckCXXSourceRuns)
  list(JOIN SUAN_PROCESSOR_FLAGS " " CMAKE_REQUIRED_FLAGS)
  string(PREPEND CMAKE_REQUIRED_FLAGS "-O2 ")
  check_cxx_source_runs("
    #include <vector>
    [[gnu::noinline]] std::vector<double> constants() { return std::vector<double>{1, 1, 1, 0}; }
    int main() { return constants()[3] == 0 ? 0 : 1; }
    " SUAN_CONSTANTS_ARE_RIGHT)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT SUAN_CONSTANTS_ARE_RIGHT)
    set(SUAN_CAREFUL_FLAGS -mno-avx512f)
    message(STATUS "Suan: this compiler gets constants wrong with AVX-512, which is left out")
  endif()
endif()
