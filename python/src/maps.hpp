// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What Python passes as A or M, a matrix or a function, as an operator of the library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "session.hpp"
#include "suan/distributed/assembly.hpp"
#include "suan/matrix/operator.hpp"

namespace suan::python {

/// What a call of the library needs of Python while it lasts: the functions that stand for A and M,
/// and the exception that one of them raised. Operators live longer than a call, and hold no Python
/// function themselves: a solver that a function refers to could never be collected.
struct CallContext {
  nb::handle a;
  nb::handle m;
  PendingException* pending = nullptr;
};

/// A matrix or a function. A matrix keeps its arrays.
class Map {
 public:
  /// @throws InvalidArgument when `given` is neither. The global lock is held.
  Map(nb::handle given, const char* name);

  const char* name() const noexcept { return name_; }
  bool is_function() const noexcept { return !arrays_; }

  /// The operator with these rows and columns; `layout` has several ranks where A holds the rows of
  /// one. `function` says which of a context's functions it calls. What was copied is noted.
  /// Collective. The global lock is not needed.
  template <Scalar T>
  std::shared_ptr<const Operator<T>> make(const Layout& layout, bool distributed,
                                          const std::shared_ptr<CallContext>& context,
                                          nb::handle CallContext::*function,
                                          std::vector<std::string>& copied) const;

 private:
  const char* name_;
  std::optional<CsrArrays> arrays_;
};

/// `m` by the name under which reports have a preconditioner of the user's.
template <Scalar T>
std::shared_ptr<const Operator<T>> as_users(std::shared_ptr<const Operator<T>> m);

}  // namespace suan::python
