# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs the build tree ${build} into ${prefix}, which is emptied first.
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${build}" --prefix "${prefix}"
                COMMAND_ERROR_IS_FATAL ANY)
# Nothing private may be needed by a user's compiler.
file(GLOB_RECURSE headers "${prefix}/*.hpp")
foreach(header IN LISTS headers)
  file(STRINGS "${header}" found REGEX "#include.*(nlohmann|CLI/|hdf5\\.h|cuda_runtime|cusparse)")
  if(found)
    message(FATAL_ERROR "${header} includes what an installed Suan does not bring: ${found}")
  endif()
endforeach()
