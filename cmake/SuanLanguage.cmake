# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# suan_sources_language(target): marks the C++ sources of `target` as CUDA when Kokkos has its CUDA
# back end, because Kokkos' header rejects every other compiler there. Does nothing otherwise, so a
# CMakeLists that calls it works with both. A source with the property SUAN_LANGUAGE is left alone
# (LANGUAGE itself cannot be queried: CMake derives it from the file's suffix). Installed with the
# package: programs that use Suan need it, too.
function(suan_sources_language target)
  if(NOT Kokkos_ENABLE_CUDA)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  foreach(source IN LISTS sources)
    if(NOT source MATCHES "\\.(cpp|cc|cxx)$" OR source MATCHES "\\$<")
      continue()
    endif()
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${folder}")
    get_property(chosen SOURCE "${source}" TARGET_DIRECTORY ${target} PROPERTY SUAN_LANGUAGE)
    if(NOT chosen)
      set_source_files_properties("${source}" TARGET_DIRECTORY ${target}
                                  PROPERTIES LANGUAGE CUDA)
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON)
endfunction()
