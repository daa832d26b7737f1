// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's A or M, a matrix or a function, as an operator of the library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "session.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/operator.hpp"

namespace suan::python {

/// The Python objects needed during a call of the library: the functions for A and M, and the
/// exception that one of them raised. Operators outlive a call and hold no Python function
/// themselves: otherwise a solver that its own function refers to could never be garbage-collected.
struct CallContext {
  nb::handle a;
  nb::handle m;
  PendingException* pending = nullptr;
};

class Multigrid;
class Factors;

/// A communicator from Fortran's handle of it; without one, of one rank. @throws NotSupported for a
/// handle in a build without MPI.
Communicator communicator(std::optional<std::int64_t> handle);

/// A matrix, a function, or a preconditioner of the library. A matrix keeps its arrays.
class Map {
 public:
  /// @throws InvalidArgument when `given` is none of these. The global lock is held.
  Map(nb::handle given, const char* name);
  Map(CsrArrays arrays, const char* name) : name_(name), arrays_(std::move(arrays)) {}

  const char* name() const noexcept { return name_; }
  /// Whether the library made it, a multigrid or factors.
  bool is_of_library() const noexcept { return multigrid_ != nullptr || factors_ != nullptr; }
  /// Gives back the values of a matrix, which is then no longer one.
  void drop_values() {
    if (arrays_) arrays_->values = {};
  }

  /// The operator with these rows and columns; `layout` has several ranks if A has the rows of one
  /// of them. `function` says which of a context's functions it calls. Records what is copied.
  /// Collective. The global lock is not needed.
  template <Scalar T>
  std::shared_ptr<const Operator<T>> make(const Layout& layout, bool distributed,
                                          const std::shared_ptr<CallContext>& context,
                                          nb::handle CallContext::*function,
                                          std::vector<std::string>& copied) const;

 private:
  const char* name_;
  std::optional<CsrArrays> arrays_;
  std::shared_ptr<const Multigrid> multigrid_;
  std::shared_ptr<const Factors> factors_;
};

/// `m` under the name that reports use for the user's preconditioner.
template <Scalar T>
std::shared_ptr<const Operator<T>> as_users(std::shared_ptr<const Operator<T>> m);

}  // namespace suan::python
