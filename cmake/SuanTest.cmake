# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# suan_add_test(NAME name SOURCES a_test.cpp ... [RANKS 1 2 3 4] [LABELS label ...]
#               [LIBRARIES target ...])
#
# Builds one GoogleTest program from SOURCES and registers it with ctest: once in one process, as
# `name`, and, when RANKS are given and Suan has MPI, once per number of ranks, as `name.<n>ranks`
# with the label mpi. Prefer one program per folder: linking Kokkos takes longer than most tests.

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
suan_precompile(suan_test_main <Kokkos_Core.hpp> <gmock/gmock.h> <gtest/gtest.h>)

# Open MPI refuses to run as root and to start more ranks than there are cores unless told that both
# are intended; for a test they are. yield_when_idle: ranks that share a core yield while they wait.
set(SUAN_TEST_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  OMPI_MCA_hwloc_base_binding_policy=none)

# suan_register_test(NAME name COMMAND command ... [RANKS n] [LABELS label ...] [TIMEOUT seconds])
# Registers an existing command, with the environment that every test gets.
function(suan_register_test)
  cmake_parse_arguments(arg "" "NAME;RANKS;TIMEOUT" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
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
    set(processors 2)
  endif()
  # Without this Kokkos prints a paragraph about thread binding.
  list(APPEND environment OMP_PROC_BIND=false)
  set_tests_properties(${arg_NAME} PROPERTIES
    ENVIRONMENT "${environment}" LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    PROCESSORS ${processors} SKIP_RETURN_CODE 77)
endfunction()

function(suan_add_test)
  cmake_parse_arguments(arg "" "NAME;TIMEOUT" "SOURCES;RANKS;LABELS;LIBRARIES" ${ARGN})
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "suan_add_test needs NAME and SOURCES.")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "suan_add_test: unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE suan_test_main ${arg_LIBRARIES})
  suan_reuse_precompiled(${arg_NAME} suan_test_main)
  suan_register_test(NAME ${arg_NAME} COMMAND ${arg_NAME} LABELS unit ${arg_LABELS}
                     TIMEOUT ${arg_TIMEOUT})
  if(SUAN_HAVE_MPI)
    foreach(ranks IN LISTS arg_RANKS)
      set(name ${arg_NAME}.${ranks}ranks)
      suan_register_test(NAME ${name} COMMAND $<TARGET_FILE:${arg_NAME}> RANKS ${ranks}
                         LABELS ${arg_LABELS} TIMEOUT ${arg_TIMEOUT})
    endforeach()
  endif()
endfunction()
