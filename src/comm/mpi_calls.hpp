// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by files that call MPI.
#pragma once

#include <cstddef>
#include <string>

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

#if SUAN_HAVE_MPI
#include <mpi.h>

namespace suan::detail {

/// @throws MpiError with MPI's own message unless the call succeeded.
inline void require_success(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw MpiError(message(call, " failed: ", std::string(text, static_cast<std::size_t>(length))));
}

/// Whether MPI runs: it was initialised and has not been finalised.
inline bool mpi_runs() noexcept {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  return initialized != 0 && finalized == 0;
}

/// The tags of the library's messages, in its own communicators.
namespace tags {
inline constexpr int messages = 11;
inline constexpr int consensus = 12;  // and the next
inline constexpr int first_plan = 64;
inline constexpr int plans = 16384;  // MPI promises tags up to 32767
}  // namespace tags

template <class T>
MPI_Datatype mpi_type();
template <>
inline MPI_Datatype mpi_type<char>() {
  return MPI_BYTE;
}
template <>
inline MPI_Datatype mpi_type<float>() {
  return MPI_FLOAT;
}
template <>
inline MPI_Datatype mpi_type<double>() {
  return MPI_DOUBLE;
}
template <>
inline MPI_Datatype mpi_type<Complex>() {
  return MPI_CXX_DOUBLE_COMPLEX;
}
template <>
inline MPI_Datatype mpi_type<ComplexFloat>() {
  return MPI_CXX_FLOAT_COMPLEX;
}
template <>
inline MPI_Datatype mpi_type<std::int32_t>() {
  return MPI_INT32_T;
}
template <>
inline MPI_Datatype mpi_type<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
inline MPI_Datatype mpi_type<std::uint64_t>() {
  return MPI_UINT64_T;
}

}  // namespace suan::detail

#endif
