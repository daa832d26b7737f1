// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse factors that Python keeps, and solvers use.
#pragma once

#include <memory>
#include <string>
#include <tuple>
#include <variant>

#include "maps.hpp"
#include "suan/preconditioners/direct.hpp"

namespace suan::python {

/// A Direct of one of the scalar types.
class Factors {
 public:
  using Any = std::variant<std::unique_ptr<Direct<float>>, std::unique_ptr<Direct<double>>,
                           std::unique_ptr<Direct<Complex>>, std::unique_ptr<Direct<ComplexFloat>>>;
  explicit Factors(Any made) : made_(std::move(made)) {}
  const Any& any() const noexcept { return made_; }

 private:
  Any made_;
};

/// The factors on vectors of T, of which they are a part: in another precision, and for complex
/// vectors real ones on their real and imaginary parts. Collective.
/// @throws InvalidArgument where they are complex and T is not.
template <Scalar T>
std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Factors>& factors);

/// What Python holds. The functions are collective.
class KeptDirect {
 public:
  KeptDirect(const CsrArrays& a, const nb::dict& options, std::optional<std::int64_t> comm);

  std::string update(const CsrArrays& a);
  nb::dict report() const;
  /// y = A^-1 x for `columns` vectors, row after row.
  void apply(const InputScalars& x, const OutputScalars& y, std::int64_t columns) const;
  /// The same for one vector of the type of A, with an estimate of errors.
  nb::dict errors(const InputScalars& b, const OutputScalars& x) const;

  /// @throws NotSupported once the interpreter is exiting.
  std::shared_ptr<const Factors> factors() const;

 private:
  struct State;
  State& state() const;

  Keeper keeper_;
};

}  // namespace suan::python
