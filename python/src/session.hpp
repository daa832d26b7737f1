// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The library's life inside a Python process: started by the first call that needs it, ended by an
// exit hook, entered by one thread at a time and without Python's global lock.
#pragma once

#include <nanobind/nanobind.h>

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace suan::python {

namespace nb = nanobind;

/// Starts Kokkos if that has not happened yet; MPI is left to mpi4py. The global lock is held.
/// @throws NotSupported in a forked child, where the threads of the parent are missing, and after
/// the interpreter has begun to shut down.
void require_environment();

/// Ends what require_environment() started, after a solve that still runs in another thread.
void finalize_environment();

/// Held while the library works. It is recursive, because a function of the user's that the
/// library calls may itself call the library.
std::recursive_mutex& library_mutex();

/// Something of the library's that Python keeps from call to call. It ends as the library's only
/// user, at the latest with the library itself; in a forked child, which has no part in it, never.
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
  /// The global lock is held, and let go of meanwhile.
  ~Keeper();

  /// Within without_gil(), as the next.
  void keep(std::unique_ptr<Kept> object);
  /// Null when nothing was kept yet, and after finalize_environment().
  Kept* get() const noexcept { return object_.get(); }

 private:
  friend void finalize_environment();
  std::unique_ptr<Kept> object_;
};

/// The first Python exception that a function of the user's raised during a call. It cannot travel
/// through the library as itself (errors there are agreed on by all ranks as texts), so it waits
/// here and is raised when the library has returned. Used with the library mutex held.
class PendingException {
 public:
  /// Keeps the exception being handled, unless an earlier one is there.
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

/// Runs library code without the global lock. `body` touches no Python object, except where it
/// takes the lock back. The library's mutex is taken after the lock was released, so that two
/// threads cannot wait for each other.
template <class Body>
auto without_gil(Body&& body) {
  require_environment();
  const nb::gil_scoped_release release;
  const std::lock_guard guard(library_mutex());
  return std::forward<Body>(body)();
}

/// As without_gil(), for bodies that call functions of the user's: what those raised wins over
/// what the library made of it.
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
