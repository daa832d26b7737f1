// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A parallel loop on the host whose body may throw, and may use Kokkos and matrices of one rank.
#pragma once

#include <exception>
#include <mutex>

#include "suan/core/detail/threads.hpp"
#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// Whether this thread is running a body of a concurrent host_loop.
inline thread_local bool in_host_loop = false;

/// @throws NotSupported in a concurrent host_loop: MPI takes one thread at a time, and ranks run
/// its bodies in different orders.
inline void require_outside_host_loop(const char* what) {
  if (!in_host_loop) return;
  throw NotSupported(
      message(what,
              ": a function that makes rows, elements or entries was about to talk to other ranks; "
              "vectors and matrices used there must be of one rank (Layout::serial)"));
}

/// In a concurrent host_loop, a lock for the lifetime of the object: products of one matrix share
/// memory for partial results. Elsewhere it does nothing. Kernels take turns there anyway.
class InTurn {
 public:
  InTurn() : lock_(mutex(), std::defer_lock) {
    if (in_host_loop) lock_.lock();
  }

 private:
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex all;  // a product of a product is an operator, too
    return all;
  }
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Calls body(k) for k < count, from several threads if `concurrent`. After all have run, throws
/// the exception of the smallest k, so that the message does not depend on the schedule.
///
/// This is not a Kokkos kernel: a kernel holds the lock of its execution space until it ends, and a
/// body that runs another one would wait for it forever. Here the kernels of bodies run one after
/// the other, each on the thread of its body.
template <class Body>
void host_loop(std::size_t count, bool concurrent, const Body& body) {
  if (!concurrent || in_host_loop) {
    for (std::size_t k = 0; k < count; ++k) body(k);
    return;
  }
  std::mutex mutex;
  std::size_t failed = count;
  std::exception_ptr error;
  const auto run = [&](std::size_t k) {
    in_host_loop = true;
    try {
      body(k);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (k < failed) {
        failed = k;
        error = std::current_exception();
      }
    }
    in_host_loop = false;
  };
  const auto end = static_cast<std::int64_t>(count);
#ifdef KOKKOS_ENABLE_OPENMP
  // As many as kernels use: for a team of another size GNU's OpenMP creates new threads.
  const int threads = threads_of(HostExecutionSpace());
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
#endif
  for (std::int64_t k = 0; k < end; ++k) run(static_cast<std::size_t>(k));
  if (error) std::rethrow_exception(error);
}

}  // namespace suan::detail
