# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake -Dsource=... -Dbinary=... -Dgenerator=... -Dprogram=... -P consumer.cmake -- ARGUMENT...
# Configures and builds the project in ${source}, with the arguments before "run", and runs its
# program, or several separated by commas, with those after it.
set(options "")
set(arguments "")
set(list "")
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(index RANGE ${last})
  set(word "${CMAKE_ARGV${index}}")
  if(word STREQUAL "--")
    set(list options)
  elseif(word STREQUAL "run")
    set(list arguments)
  elseif(list)
    list(APPEND ${list} "${word}")
  endif()
endforeach()

# Ninja by itself compiles more files at a time than there are cores, and memory for.
set(jobs 2)
if(DEFINED ENV{CMAKE_BUILD_PARALLEL_LEVEL})
  set(jobs $ENV{CMAKE_BUILD_PARALLEL_LEVEL})
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -S "${source}" -B "${binary}" -G "${generator}" ${options}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build "${binary}" --parallel ${jobs}
                COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "," ";" programs "${program}")
foreach(one IN LISTS programs)
  execute_process(COMMAND "${binary}/${one}" ${arguments} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
