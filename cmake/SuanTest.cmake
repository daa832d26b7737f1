# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# suan_add_test(NAME name SOURCES a_test.cpp ... [RANKS 1 2 3 4] [LABELS label ...]
#               [LIBRARIES target ...] [PARTS n] [PROCESSORS n] [COMPILE_OPTIONS option ...] [HOST])
#
# Builds one GoogleTest program from SOURCES and registers it with ctest: once in one process, as
# `name`, and, when RANKS are given and Suan has MPI, once per number of ranks, as `name.<n>ranks`
# with the label mpi. With PARTS, one process becomes n, `name.part1` and so on, each with its share of
# the tests, that may run side by side. Prefer one program per folder: linking Kokkos takes longer than
# most tests. HOST is for programs that test nothing of a device: other builds run them, so a build with
# CUDA neither compiles (unless asked to by name) nor runs them. With COMPILE_OPTIONS it precompiles
# Kokkos' and GoogleTest's headers for itself.

# GoogleTest: installed, Debian's source package, or the copy that ./dev setup keeps for machines
# without either.
if(NOT TARGET GTest::gmock)
  find_package(GTest QUIET)
  if(NOT TARGET GTest::gmock)
    foreach(_folder "${PROJECT_SOURCE_DIR}/.deps/src/googletest" /usr/src/googletest)
      if(EXISTS "${_folder}/CMakeLists.txt" AND NOT TARGET gmock)
        set(INSTALL_GTEST OFF CACHE BOOL "Install GoogleTest with Suan")
        add_subdirectory("${_folder}" "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL SYSTEM)
      endif()
    endforeach()
    if(TARGET gmock AND NOT TARGET GTest::gmock)
      add_library(GTest::gmock ALIAS gmock)
    endif()
  endif()
  if(NOT TARGET GTest::gmock)
    message(FATAL_ERROR "GoogleTest was not found: install libgtest-dev and libgmock-dev "
      "(`./dev setup` does), or say -DSUAN_ENABLE_TESTS=OFF.")
  endif()
endif()

# main() for all test programs.
add_library(suan_test_main STATIC "${PROJECT_SOURCE_DIR}/tests/support/main.cpp")
target_link_libraries(suan_test_main PUBLIC suan::suan GTest::gmock)
target_include_directories(suan_test_main PUBLIC "${PROJECT_SOURCE_DIR}/tests")
suan_target_defaults(suan_test_main)
set(SUAN_TEST_HEADERS <Kokkos_Core.hpp> <gmock/gmock.h> <gtest/gtest.h>)
suan_precompile(suan_test_main ${SUAN_TEST_HEADERS})

# Open MPI refuses to run as root and to start more ranks than there are cores unless told that both
# are intended; for a test they are. yield_when_idle: ranks that share a core yield while they wait.
set(SUAN_TEST_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  OMPI_MCA_hwloc_base_binding_policy=none)

# suan_register_test(NAME name COMMAND command ... [RANKS n] [LABELS label ...] [TIMEOUT seconds]
#                    [PROCESSORS n])
# Registers an existing command, with the environment that every test gets. Without RANKS it has two
# threads, but most tests are busy with one, so that ctest may run another beside it; PROCESSORS 2 is for
# those that compile or choose by measuring.
function(suan_register_test)
  cmake_parse_arguments(arg "" "NAME;RANKS;TIMEOUT;PROCESSORS" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 900)
  endif()
  set(environment ${SUAN_TEST_MPI_ENVIRONMENT} ${arg_ENVIRONMENT})
  if(arg_RANKS)
    add_test(NAME ${arg_NAME}
      COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${arg_RANKS} ${MPIEXEC_PREFLAGS}
              ${arg_COMMAND} ${MPIEXEC_POSTFLAGS})
    list(APPEND environment OMP_NUM_THREADS=1)
    set(processors ${arg_RANKS})
    list(APPEND arg_LABELS mpi)
  else()
    add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND})
    list(APPEND environment OMP_NUM_THREADS=2)
    set(processors 1)
  endif()
  if(arg_PROCESSORS)
    set(processors ${arg_PROCESSORS})
  endif()
  # Without this Kokkos prints a paragraph about thread binding.
  list(APPEND environment OMP_PROC_BIND=false)
  set_tests_properties(${arg_NAME} PROPERTIES
    ENVIRONMENT "${environment}" LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    PROCESSORS ${processors} SKIP_RETURN_CODE 77)
endfunction()

function(suan_add_test)
  cmake_parse_arguments(arg "HOST" "NAME;TIMEOUT;PARTS;PROCESSORS"
                        "SOURCES;RANKS;LABELS;LIBRARIES;COMPILE_OPTIONS" ${ARGN})
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "suan_add_test needs NAME and SOURCES.")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "suan_add_test: unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE suan_test_main ${arg_LIBRARIES})
  if(SUAN_HAVE_CUDA AND SUAN_COMPILE_TOGETHER)
    set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
  if(arg_COMPILE_OPTIONS)
    target_compile_options(${arg_NAME} PRIVATE ${arg_COMPILE_OPTIONS})
    suan_precompile(${arg_NAME} ${SUAN_TEST_HEADERS})
  else()
    suan_reuse_precompiled(${arg_NAME} suan_test_main)
  endif()
  if(arg_HOST AND SUAN_HAVE_CUDA)
    set_target_properties(${arg_NAME} PROPERTIES EXCLUDE_FROM_ALL ON)
    return()
  endif()
  # Threads that wait soon yield the core, as in the program: tests compare on one thread what two compute.
  set(environment GOMP_SPINCOUNT=2000)
  if(arg_PARTS)
    foreach(part RANGE 1 ${arg_PARTS})
      math(EXPR index "${part} - 1")
      suan_register_test(NAME ${arg_NAME}.part${part} COMMAND ${arg_NAME} LABELS unit ${arg_LABELS}
        TIMEOUT ${arg_TIMEOUT} PROCESSORS ${arg_PROCESSORS}
        ENVIRONMENT ${environment} GTEST_TOTAL_SHARDS=${arg_PARTS} GTEST_SHARD_INDEX=${index})
      set_tests_properties(${arg_NAME}.part${part} PROPERTIES COST 100)
    endforeach()
  else()
    suan_register_test(NAME ${arg_NAME} COMMAND ${arg_NAME} LABELS unit ${arg_LABELS}
      TIMEOUT ${arg_TIMEOUT} PROCESSORS ${arg_PROCESSORS} ENVIRONMENT ${environment})
  endif()
  if(SUAN_HAVE_MPI)
    foreach(ranks IN LISTS arg_RANKS)
      set(name ${arg_NAME}.${ranks}ranks)
      set(processors "")
      if(ranks EQUAL 1)
        set(processors ${arg_PROCESSORS})
      endif()
      suan_register_test(NAME ${name} COMMAND $<TARGET_FILE:${arg_NAME}> RANKS ${ranks}
                         PROCESSORS ${processors} LABELS ${arg_LABELS} TIMEOUT ${arg_TIMEOUT})
    endforeach()
  endif()
endfunction()
