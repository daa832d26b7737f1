# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Settings for all of Suan's own targets: warnings, sanitizers, and the language of the sources.
include(SuanLanguage)

# Option structs are meant to be written as {.rtol = 1e-10}: omitted members keep their defaults.
set(_suan_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wundef
    -Wno-missing-field-initializers)
if(SUAN_WARNINGS_AS_ERRORS)
  list(APPEND _suan_warnings -Werror)
endif()
# nvcc turns lambdas and templates into C++ that triggers warnings unrelated to the source (-Wpedantic:
# line directives; -Wconversion, -Wshadow, -Wextra: generated stubs), so the host compiler gets the
# plain set there; the CPU presets compile the same sources with the full set. The silenced numbers are
# nvcc's own false alarms: 186 "unsigned compared with zero" in unrolled templates, 20011, 20012, 20014
# "host function called from a device function" for defaulted functions and branches taken on the host
# only.
set(_suan_cuda_warnings -Xcompiler=-Wall,-Wno-unknown-pragmas,-Wno-unused-parameter
    --expt-relaxed-constexpr -Xcudafe=--diag_suppress=186,--diag_suppress=20011
    -Xcudafe=--diag_suppress=20012,--diag_suppress=20014)

# suan_target_defaults(target): see above. suan_finish_targets calls it for every target; call it by
# hand for a test or tool that is added later.
function(suan_target_defaults target)
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:${_suan_warnings}>"
    "$<$<COMPILE_LANGUAGE:CUDA>:${_suan_cuda_warnings}>")
  if(SUAN_SANITIZE)
    # No recovery: a finding of the undefined-behaviour sanitizer must fail its test.
    target_compile_options(${target} PRIVATE
      -fsanitize=${SUAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${SUAN_SANITIZE})
  endif()
  suan_sources_language(${target})
  set_target_properties(${target} PROPERTIES SUAN_HAS_DEFAULTS TRUE)
endfunction()

# suan_private_headers(target scope): for sources that include private headers, those of src/ by their
# path from there and those of kernels/ as "kernels/...".
function(suan_private_headers target scope)
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}")
endfunction()

# suan_precompile(target header ...): the headers that nearly every source of `target` includes, above
# all Kokkos', which takes 3 seconds per source. nvcc cannot do it.
function(suan_precompile target)
  if(SUAN_PRECOMPILE_HEADERS AND NOT Kokkos_ENABLE_CUDA)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# suan_reuse_precompiled(target from): the precompiled headers of `from`, a static library; its flags
# are the same unless all code is position-independent.
function(suan_reuse_precompiled target from)
  if(SUAN_PRECOMPILE_HEADERS AND NOT Kokkos_ENABLE_CUDA AND NOT CMAKE_POSITION_INDEPENDENT_CODE)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# suan_compile_together(target group source ...): compiles the listed sources of the calling folder as
# one, because reading Kokkos' header takes longer than most of our sources themselves (4 seconds, or 11
# with nvcc, which reads it several times). A group should take no more than a minute or two. Names in the
# anonymous namespaces of a group must differ. CMake leaves out sources that have options of their own.
function(suan_compile_together target group)
  if(SUAN_COMPILE_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT SUAN_HAVE_CUDA)
      # GCC takes a source that is included for a header, and warns of what is local to it.
      set_target_properties(${target} PROPERTIES
        UNITY_BUILD_CODE_BEFORE_INCLUDE "#pragma GCC diagnostic ignored \"-Wsubobject-linkage\"")
    endif()
  endif()
endfunction()

# suan_never_fuse(target source ...): multiplications and additions of these sources of the calling folder
# stay apart. For the same bits no loop may fuse what another, or the remainder of the same one, does not.
# (With CUDA the option is set for all sources, in kernels/.)
function(suan_never_fuse target)
  if(NOT SUAN_HAVE_CUDA AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    set(options -ffp-contract=off)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
      # GCC 12 fuses complex products all the same.
      list(APPEND options -mno-fma)
    endif()
    set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES
      COMPILE_OPTIONS "${options}" SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# suan_finish_targets(): suan_target_defaults for all targets of this project below src/, kernels/,
# python/, examples/, benchmarks/ and tests/. Targets from elsewhere (GoogleTest's, nanobind's run-time
# library) are left alone.
function(suan_finish_targets)
  _suan_finish_folder("${PROJECT_SOURCE_DIR}")
endfunction()

function(_suan_finish_folder folder)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(done ${target} SUAN_HAS_DEFAULTS)
    if(type MATCHES "^(EXECUTABLE|STATIC_LIBRARY|SHARED_LIBRARY|MODULE_LIBRARY|OBJECT_LIBRARY)$"
       AND NOT target MATCHES "^nanobind" AND NOT done)
      suan_target_defaults(${target})
    endif()
  endforeach()
  get_property(children DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(child IN LISTS children)
    cmake_path(IS_PREFIX PROJECT_SOURCE_DIR "${child}" own)
    if(own AND NOT child MATCHES "/\\.deps/")
      _suan_finish_folder("${child}")
    endif()
  endforeach()
endfunction()

function(suan_print_summary)
  if(NOT PROJECT_IS_TOP_LEVEL)
    return()
  endif()
  list(JOIN Kokkos_DEVICES "+" devices)
  message(STATUS "Suan ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, Kokkos ${Kokkos_VERSION} "
    "(${devices}), MPI ${SUAN_ENABLE_MPI}, HDF5 ${SUAN_ENABLE_HDF5}, "
    "METIS ${SUAN_ENABLE_METIS}, AMD ${SUAN_ENABLE_AMD}, MUMPS ${SUAN_ENABLE_MUMPS}, "
    "Python ${SUAN_ENABLE_PYTHON}, tests ${SUAN_ENABLE_TESTS}, "
    "examples ${SUAN_ENABLE_EXAMPLES}, benchmarks ${SUAN_ENABLE_BENCHMARKS}")
endfunction()
