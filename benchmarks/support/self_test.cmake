# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake -Dprogram=... -Darguments=a|b -Dkeys=k|l -Dlauncher=mpiexec|-n|2 -Doutput=x.json -P ...
#
# Runs a benchmark and fails unless the JSON that it writes has the whole context and, in every
# result, every key as a number; unless minimum and median are among the results; and unless an
# unknown option is refused.
cmake_minimum_required(VERSION 3.25)

string(REPLACE "|" ";" arguments "${arguments}")
string(REPLACE "|" ";" keys "${keys}")
string(REPLACE "|" ";" launcher "${launcher}")

file(REMOVE "${output}")
execute_process(
  COMMAND ${launcher} "${program}" ${arguments} "--benchmark_out=${output}"
    --benchmark_out_format=json
  RESULT_VARIABLE failed OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
if(failed)
  message(FATAL_ERROR "${program} ended with ${failed}:\n${printed}")
endif()
file(READ "${output}" json)

function(require type)
  string(JSON found ERROR_VARIABLE missing TYPE "${json}" ${ARGN})
  if(missing OR NOT found STREQUAL type)
    string(JOIN "." path ${ARGN})
    message(FATAL_ERROR "${output}: ${path} should be a ${type}, not \"${found}\" ${missing}")
  endif()
endfunction()

foreach(key IN ITEMS commit dirty compiler flags build_type kokkos_version kokkos_configuration
        execution_space cpu_model threads ranks suan_version date)
  require(STRING context ${key})
  string(JSON value GET "${json}" context ${key})
  if(value STREQUAL "")
    message(FATAL_ERROR "${output}: context.${key} is empty")
  endif()
endforeach()

string(JSON count LENGTH "${json}" benchmarks)
if(count LESS 1)
  message(FATAL_ERROR "${output} has no results")
endif()
math(EXPR last "${count} - 1")
set(statistics "")
foreach(i RANGE ${last})
  # One by one, because each look at the whole text reads all of it.
  string(JSON result GET "${json}" benchmarks ${i})
  foreach(key IN ITEMS real_time LISTS keys)
    string(JSON found ERROR_VARIABLE missing TYPE "${result}" ${key})
    if(missing OR NOT found STREQUAL NUMBER)
      message(FATAL_ERROR "${output}: benchmarks.${i}.${key} should be a NUMBER, not \"${found}\" ${missing}")
    endif()
  endforeach()
  string(JSON statistic ERROR_VARIABLE none GET "${result}" aggregate_name)
  list(APPEND statistics "${statistic}")
endforeach()
foreach(statistic IN ITEMS min median max)
  if(NOT statistic IN_LIST statistics)
    message(FATAL_ERROR "${output} has no ${statistic}")
  endif()
endforeach()

execute_process(COMMAND "${program}" --no-such-option 1
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE printed)
if(NOT status EQUAL 2 OR NOT printed MATCHES "no_such_option")
  message(FATAL_ERROR "an unknown option should end with 2 and be named; got ${status}:\n${printed}")
endif()
