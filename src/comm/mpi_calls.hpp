// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by files that call MPI.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

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

/// Sends and receives in progress. They are completed with this object, however it ends: MPI must
/// not write to memory that has since been reused.
class Requests {
 public:
  Requests() = default;
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  ~Requests() { abandon(); }

  bool empty() const noexcept { return requests_.empty(); }
  /// Room for `count` of them, so that add() does not allocate.
  void reserve(std::size_t count) { requests_.reserve(count); }

  /// `post(request)` is an MPI call that starts one of them. @throws MpiError when it fails; those
  /// started earlier end with this object.
  template <class Post>
  void add(const Post& post, const char* call) {
    requests_.push_back(MPI_REQUEST_NULL);
    const int code = post(&requests_.back());
    if (code != MPI_SUCCESS) requests_.pop_back();
    require_success(code, call);
  }

  /// Until all have ended. @throws MpiError
  void wait() {
    const int code = wait_for_all();
    requests_.clear();
    require_success(code, "MPI_Waitall");
  }

  /// The same where failures cannot be reported.
  void abandon() noexcept {
    if (!requests_.empty() && mpi_runs()) wait_for_all();
    requests_.clear();
  }

 private:
  int wait_for_all() noexcept {
    return MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  }
  std::vector<MPI_Request> requests_;
};

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
inline MPI_Datatype mpi_type<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
inline MPI_Datatype mpi_type<std::uint64_t>() {
  return MPI_UINT64_T;
}

}  // namespace suan::detail

#endif
