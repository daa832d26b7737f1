# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Defines the target suan::hdf5 if HDF5's C library is found. Used by Suan's own build and, installed
# beside suanConfig.cmake, by projects that use a static Suan.
#
# SUAN_HDF5_WANT_PARALLEL: prefer a library built with MPI.
# SUAN_HDF5_RECORDED_LIBRARIES: what Suan itself was linked with; used in projects without the language
#   C, which CMake's FindHDF5 needs.
if(NOT TARGET suan::hdf5)
  get_property(_suan_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(_suan_hdf5_libraries "")
  set(_suan_hdf5_includes "")
  if("C" IN_LIST _suan_languages)
    set(HDF5_PREFER_PARALLEL ${SUAN_HDF5_WANT_PARALLEL})
    find_package(HDF5 QUIET COMPONENTS C)
    if(HDF5_FOUND)
      set(_suan_hdf5_libraries ${HDF5_C_LIBRARIES})
      set(_suan_hdf5_includes ${HDF5_C_INCLUDE_DIRS})
    endif()
  else()
    set(_suan_hdf5_libraries ${SUAN_HDF5_RECORDED_LIBRARIES})
    foreach(_suan_library IN LISTS _suan_hdf5_libraries)
      if(IS_ABSOLUTE "${_suan_library}" AND NOT EXISTS "${_suan_library}")
        set(_suan_hdf5_libraries "")
        break()
      endif()
    endforeach()
  endif()
  if(_suan_hdf5_libraries)
    add_library(suan::hdf5 INTERFACE IMPORTED)
    set_target_properties(suan::hdf5 PROPERTIES
      INTERFACE_LINK_LIBRARIES "${_suan_hdf5_libraries}"
      INTERFACE_INCLUDE_DIRECTORIES "${_suan_hdf5_includes}")
    set(SUAN_HDF5_LIBRARIES "${_suan_hdf5_libraries}")
  endif()
endif()
