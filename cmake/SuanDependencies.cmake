# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
#
# Finds what Suan needs and sets SUAN_HAVE_MPI, SUAN_HAVE_HDF5, SUAN_HAVE_METIS, SUAN_HAVE_AMD,
# SUAN_HAVE_MUMPS and SUAN_HAVE_CUDA to 0 or 1.

# --- Kokkos: the one that CMake finds wins; the one of ./dev setup comes last ---------------------
find_package(Kokkos 4.7 CONFIG QUIET PATHS "${PROJECT_SOURCE_DIR}/.deps/kokkos-cpu")
if(NOT Kokkos_FOUND)
  message(FATAL_ERROR
    "Kokkos 4.7 or newer was not found: run `./dev setup` in ${PROJECT_SOURCE_DIR}, "
    "or set Kokkos_ROOT to where it is installed.")
endif()

set(SUAN_HAVE_CUDA 0)
if(Kokkos_ENABLE_CUDA)
  set(SUAN_HAVE_CUDA 1)
  if(NOT Kokkos_ENABLE_COMPILE_AS_CMAKE_LANGUAGE)
    message(FATAL_ERROR
      "Kokkos in ${Kokkos_DIR} has CUDA but was not built with "
      "-DKokkos_ENABLE_COMPILE_AS_CMAKE_LANGUAGE=ON, which Suan needs.")
  endif()
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES ${Kokkos_CUDA_ARCHITECTURES})
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
endif()

# --- Always required ----------------------------------------------------------------------------
find_package(ZLIB REQUIRED)

# Only the headers of nlohmann/json and CLI11 are used. The copies under .deps/src are for machines
# without those packages.
find_path(SUAN_JSON_INCLUDE_DIR nlohmann/json.hpp PATHS "${PROJECT_SOURCE_DIR}/.deps/src/include")
if(NOT SUAN_JSON_INCLUDE_DIR)
  message(FATAL_ERROR "The header nlohmann/json.hpp was not found: "
    "install nlohmann-json3-dev (`./dev setup` does), or set SUAN_JSON_INCLUDE_DIR.")
endif()
if(SUAN_ENABLE_CLI)
  find_path(SUAN_CLI11_INCLUDE_DIR CLI/CLI.hpp PATHS "${PROJECT_SOURCE_DIR}/.deps/src/include")
  if(NOT SUAN_CLI11_INCLUDE_DIR)
    message(FATAL_ERROR "The header CLI/CLI.hpp was not found: install libcli11-dev "
      "(`./dev setup` does), or say -DSUAN_ENABLE_CLI=OFF.")
  endif()
endif()
mark_as_advanced(SUAN_JSON_INCLUDE_DIR SUAN_CLI11_INCLUDE_DIR)
# Kept as lists so that their compile options stay out of the exported targets.
set(SUAN_JSON_INCLUDE_DIRS "${SUAN_JSON_INCLUDE_DIR}")
set(SUAN_CLI11_INCLUDE_DIRS "${SUAN_CLI11_INCLUDE_DIR}")

# --- MPI ----------------------------------------------------------------------------------------
set(SUAN_HAVE_MPI 0)
if(SUAN_ENABLE_MPI)
  # The C++ bindings of MPI-2 are not used, and their headers do not compile without warnings.
  set(MPI_CXX_SKIP_MPICXX TRUE)
  if(SUAN_ENABLE_MPI STREQUAL "AUTO")
    find_package(MPI COMPONENTS CXX QUIET)
  else()
    find_package(MPI REQUIRED COMPONENTS CXX)
  endif()
  if(MPI_CXX_FOUND)
    set(SUAN_HAVE_MPI 1)
  endif()
endif()

# --- HDF5 ---------------------------------------------------------------------------------------
set(SUAN_HAVE_HDF5 0)
if(SUAN_ENABLE_HDF5)
  set(SUAN_HDF5_WANT_PARALLEL ${SUAN_HAVE_MPI})
  include(SuanHdf5)
  if(TARGET suan::hdf5)
    set(SUAN_HAVE_HDF5 1)
  elseif(NOT SUAN_ENABLE_HDF5 STREQUAL "AUTO")
    message(FATAL_ERROR "HDF5 was not found: install libhdf5-dev or libhdf5-openmpi-dev, "
      "set HDF5_ROOT, or say -DSUAN_ENABLE_HDF5=OFF.")
  endif()
endif()

# --- Orderings: METIS and SuiteSparse AMD -------------------------------------------------------
# Neither has a CMake package or a pkg-config file that Debian installs.
set(SUAN_ORDERING_INCLUDE_DIRS "")
set(SUAN_ORDERING_LIBRARIES "")
function(_suan_find_ordering name header library package)
  set(SUAN_HAVE_${name} 0 PARENT_SCOPE)
  if(NOT SUAN_ENABLE_${name})
    return()
  endif()
  find_path(SUAN_${name}_INCLUDE_DIR ${header} PATH_SUFFIXES suitesparse)
  find_library(SUAN_${name}_LIBRARY ${library})
  mark_as_advanced(SUAN_${name}_INCLUDE_DIR SUAN_${name}_LIBRARY)
  if(SUAN_${name}_INCLUDE_DIR AND SUAN_${name}_LIBRARY)
    set(SUAN_HAVE_${name} 1 PARENT_SCOPE)
    set(SUAN_ORDERING_INCLUDE_DIRS
      ${SUAN_ORDERING_INCLUDE_DIRS} "${SUAN_${name}_INCLUDE_DIR}" PARENT_SCOPE)
    set(SUAN_ORDERING_LIBRARIES
      ${SUAN_ORDERING_LIBRARIES} "${SUAN_${name}_LIBRARY}" PARENT_SCOPE)
  elseif(NOT SUAN_ENABLE_${name} STREQUAL "AUTO")
    message(FATAL_ERROR "${name} was not found: install ${package}, set SUAN_${name}_INCLUDE_DIR and "
      "SUAN_${name}_LIBRARY, or say -DSUAN_ENABLE_${name}=OFF.")
  endif()
endfunction()
_suan_find_ordering(METIS metis.h metis libmetis-dev)
_suan_find_ordering(AMD amd.h amd libsuitesparse-dev)
# Listed explicitly, the compiler's own folders would come before those of its C++ library.
list(REMOVE_ITEM SUAN_ORDERING_INCLUDE_DIRS ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})

# --- MUMPS, a shared library: with its licence (CeCILL-C) it is linked, not copied -----------------
set(SUAN_HAVE_MUMPS 0)
set(SUAN_MUMPS_LIBRARIES "")
if(SUAN_ENABLE_MUMPS AND SUAN_HAVE_MPI)
  find_path(SUAN_MUMPS_INCLUDE_DIR dmumps_c.h PATH_SUFFIXES mumps)
  mark_as_advanced(SUAN_MUMPS_INCLUDE_DIR)
  set(SUAN_HAVE_MUMPS 1)
  foreach(_suan_name smumps dmumps cmumps zmumps)
    find_library(SUAN_${_suan_name}_LIBRARY ${_suan_name})
    mark_as_advanced(SUAN_${_suan_name}_LIBRARY)
    list(APPEND SUAN_MUMPS_LIBRARIES "${SUAN_${_suan_name}_LIBRARY}")
    if(NOT SUAN_${_suan_name}_LIBRARY)
      set(SUAN_HAVE_MUMPS 0)
    endif()
  endforeach()
  if(NOT SUAN_MUMPS_INCLUDE_DIR OR NOT SUAN_HAVE_MUMPS)
    set(SUAN_HAVE_MUMPS 0)
    set(SUAN_MUMPS_LIBRARIES "")
  endif()
endif()
if(NOT SUAN_HAVE_MUMPS AND SUAN_ENABLE_MUMPS AND NOT SUAN_ENABLE_MUMPS STREQUAL "AUTO")
  message(FATAL_ERROR "MUMPS was not found, or Suan is built without MPI: install libmumps-dev, set "
    "SUAN_MUMPS_INCLUDE_DIR and SUAN_dmumps_LIBRARY (and those of smumps, cmumps, zmumps), or say "
    "-DSUAN_ENABLE_MUMPS=OFF.")
endif()
set(SUAN_MUMPS_INCLUDE_DIRS "${SUAN_MUMPS_INCLUDE_DIR}")
list(REMOVE_ITEM SUAN_MUMPS_INCLUDE_DIRS ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})

# From here on they are only tested for being on or off.
foreach(_suan_name MPI HDF5 METIS AMD MUMPS)
  if(SUAN_HAVE_${_suan_name})
    set(SUAN_ENABLE_${_suan_name} ON)
  else()
    set(SUAN_ENABLE_${_suan_name} OFF)
  endif()
endforeach()
