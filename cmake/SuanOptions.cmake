# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# The options of the build. AUTO: used if found; ON: an error if not found.

function(_suan_auto_option name help)
  set(${name} AUTO CACHE STRING "${help} (AUTO, ON or OFF)")
  set_property(CACHE ${name} PROPERTY STRINGS AUTO ON OFF)
endfunction()

_suan_auto_option(SUAN_ENABLE_MPI "Solve on several ranks with MPI")
_suan_auto_option(SUAN_ENABLE_HDF5 "Read and write HDF5 files")
_suan_auto_option(SUAN_ENABLE_METIS "Order matrices by nested dissection, with METIS")
_suan_auto_option(SUAN_ENABLE_AMD "Order matrices by approximate minimum degree, with SuiteSparse")
_suan_auto_option(SUAN_ENABLE_MUMPS "Solve by sparse factorisation, with MUMPS; needs MPI")

option(SUAN_ENABLE_PYTHON "Build the Python module" OFF)
option(SUAN_ENABLE_CLI "Build the program suan" ${PROJECT_IS_TOP_LEVEL})
option(SUAN_ENABLE_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(SUAN_ENABLE_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(SUAN_ENABLE_BENCHMARKS "Build the benchmarks" OFF)
option(SUAN_ENABLE_INSTALL "Write install rules" ON)
option(SUAN_WARNINGS_AS_ERRORS "Treat warnings in Suan's own sources as errors"
       ${PROJECT_IS_TOP_LEVEL})
option(SUAN_PRECOMPILE_HEADERS "Compile the headers of Kokkos once per group of targets"
       OFF)
option(SUAN_COMPILE_TOGETHER "Compile the sources of a folder as one: faster as a whole, slower after a \
change" ON)
set(SUAN_SANITIZE "" CACHE STRING
    "Sanitizers for Suan's own targets, as in -fsanitize=, e.g. address,undefined")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Type of the build" FORCE)
endif()
