// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The library's lifetime inside a Python process: started by the first call that needs it, shut
// down by an exit hook, entered by one thread at a time and without Python's global lock.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace suan::python {

namespace nb = nanobind;

/// Starts Kokkos if necessary; MPI is left to mpi4py. The global lock is held.
/// @throws NotSupported in a forked child, where the threads of the parent are missing, and after
/// the interpreter has begun to shut down.
void require_environment();

/// Shuts down what require_environment() started, after any solve still running in another thread.
void finalize_environment();

/// Held while the library works. It is recursive, because a user's function called by the library
/// may itself call the library.
std::recursive_mutex& library_mutex();

/// A library object that Python keeps between calls. It is destroyed while no other thread uses the
/// library, at the latest with the library itself; in a forked child, which does not own it, never.
class Kept {
 public:
  virtual ~Kept() = default;
};

/// Owns a Kept for an object of Python's.
class Keeper {
 public:
  Keeper() = default;
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  /// The global lock is held, and released in the meantime.
  ~Keeper();

  /// Inside without_gil(), like the next.
  void keep(std::unique_ptr<Kept> object);
  /// Null before anything is kept, and after finalize_environment().
  Kept* get() const noexcept { return object_.get(); }

 private:
  friend void finalize_environment();
  std::unique_ptr<Kept> object_;
  std::uint64_t number_ = 0;
};

/// The first Python exception raised by a user's function during a call. It cannot pass through the
/// library unchanged (there all ranks agree on errors as texts), so it is kept here and raised when
/// the library has returned. Used with the library mutex held.
class PendingException {
 public:
  /// Keeps the exception being handled, unless there is an earlier one.
  void keep_current() {
    if (!exception_) exception_ = std::current_exception();
  }
  bool occurred() const noexcept { return exception_ != nullptr; }
  void rethrow_if_any() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::exception_ptr exception_;
};

/// @throws NotSupported once the interpreter is exiting.
void require_not_ended();

/// Runs library code without the global lock. `body` touches no Python object unless it takes the
/// lock again. The library's mutex is taken after the lock is released, so two threads cannot wait
/// for each other.
template <class Body>
auto without_gil(Body&& body) {
  require_environment();
  const nb::gil_scoped_release release;
  const std::lock_guard guard(library_mutex());
  require_not_ended();  // while this thread waited for the mutex
  return std::forward<Body>(body)();
}

/// As without_gil(), for bodies that call a user's functions: an exception from those takes
/// precedence over the library's.
template <class Body>
void without_gil(const PendingException& pending, Body&& body) {
  try {
    without_gil(std::forward<Body>(body));
  } catch (...) {
    pending.rethrow_if_any();
    throw;
  }
  pending.rethrow_if_any();
}

}  // namespace suan::python
