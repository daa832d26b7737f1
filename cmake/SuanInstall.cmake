# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Install rules: headers, library, CMake package, pkg-config file. (The program's rule is in
# src/cli.)
if(NOT SUAN_ENABLE_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

# The Python wheel takes this component and nothing else.
if(SUAN_ENABLE_PYTHON AND TARGET _suan)
  install(TARGETS _suan LIBRARY DESTINATION suan COMPONENT python EXCLUDE_FROM_ALL)
endif()

set(_suan_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/suan")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/suan" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_BINARY_DIR}/include/suan/config.hpp"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/suan")
install(TARGETS suan EXPORT suanTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(EXPORT suanTargets NAMESPACE suan:: DESTINATION "${_suan_cmake_dir}")

get_target_property(_suan_type suan TYPE)
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/suanConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/cmake/suanConfig.cmake" INSTALL_DESTINATION "${_suan_cmake_dir}")
# Until 1.0 the interface may change with each minor version.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/suanConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/cmake/suanConfig.cmake"
  "${PROJECT_BINARY_DIR}/cmake/suanConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/SuanHdf5.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/SuanLanguage.cmake"
  DESTINATION "${_suan_cmake_dir}")

# --- pkg-config ---------------------------------------------------------------------------------
# Kokkos ships no .pc file, so its folders and libraries are listed here. A CUDA build has none: its
# users need nvcc and its flags, which pkg-config cannot express.
if(SUAN_HAVE_CUDA)
  return()
endif()

get_target_property(_kokkos_includes Kokkos::kokkoscore INTERFACE_INCLUDE_DIRECTORIES)
set(_suan_pc_cflags "")
set(_suan_pc_libs "")
foreach(_folder IN LISTS _kokkos_includes)
  if(NOT _folder MATCHES "^/usr/include/?$")
    string(APPEND _suan_pc_cflags " -I${_folder}")
  endif()
endforeach()
foreach(_flag IN LISTS SUAN_PROCESSOR_FLAGS SUAN_CAREFUL_FLAGS)
  string(APPEND _suan_pc_cflags " ${_flag}")
endforeach()
foreach(_library kokkoscontainers kokkosalgorithms kokkoscore)
  if(TARGET Kokkos::${_library})
    string(APPEND _suan_pc_libs " $<TARGET_FILE:Kokkos::${_library}>")
  endif()
endforeach()
string(APPEND _suan_pc_libs " -ldl")
if(Kokkos_ENABLE_OPENMP)
  string(APPEND _suan_pc_cflags " ${OpenMP_CXX_FLAGS}")
  string(APPEND _suan_pc_libs " ${OpenMP_CXX_FLAGS}")
endif()
if(Kokkos_ENABLE_THREADS OR NOT Kokkos_ENABLE_OPENMP)
  string(APPEND _suan_pc_libs " -pthread")
endif()
if(SUAN_HAVE_MPI)
  foreach(_folder IN LISTS MPI_CXX_INCLUDE_DIRS)
    string(APPEND _suan_pc_cflags " -I${_folder}")
  endforeach()
  string(APPEND _suan_pc_cflags " -DOMPI_SKIP_MPICXX=1 -DMPICH_SKIP_MPICXX=1")
  foreach(_library IN LISTS MPI_CXX_LIBRARIES)
    string(APPEND _suan_pc_libs " ${_library}")
  endforeach()
endif()
set(_suan_pc_private "")
if(SUAN_HAVE_HDF5)
  foreach(_library IN LISTS SUAN_HDF5_LIBRARIES)
    string(APPEND _suan_pc_private " ${_library}")
  endforeach()
endif()
foreach(_library IN LISTS SUAN_ORDERING_LIBRARIES SUAN_MUMPS_LIBRARIES)
  string(APPEND _suan_pc_private " ${_library}")
endforeach()
string(APPEND _suan_pc_private " -lz")
# Users of a static library link its private libraries, too.
if(_suan_type STREQUAL "STATIC_LIBRARY")
  string(APPEND _suan_pc_libs "${_suan_pc_private}")
  set(_suan_pc_private "")
endif()
# From the folder of the .pc file up to the prefix: lib may be lib/x86_64-linux-gnu.
file(RELATIVE_PATH _suan_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${PROJECT_SOURCE_DIR}/cmake/suan.pc.in" "${PROJECT_BINARY_DIR}/cmake/suan.pc.in"
               @ONLY)
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/cmake/suan.pc"
     INPUT "${PROJECT_BINARY_DIR}/cmake/suan.pc.in")
install(FILES "${PROJECT_BINARY_DIR}/cmake/suan.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
