// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A multigrid preconditioner that Python keeps, and solvers use.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "maps.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::python {

/// An Amg of one of the scalar types, with the arrays that it reads.
class Multigrid {
 public:
  using Pointer = std::variant<const Amg<float>*, const Amg<double>*, const Amg<Complex>*,
                               const Amg<ComplexFloat>*>;

  Multigrid() = default;
  Multigrid(const Multigrid&) = delete;
  Multigrid& operator=(const Multigrid&) = delete;
  virtual ~Multigrid() = default;

  virtual Pointer pointer() const = 0;
  /// Whether it is the same linear map as its adjoint.
  virtual bool is_hermitian() const = 0;
  /// Takes another matrix, with the scalar type of the first; returns what was kept. Changes
  /// nothing if it throws. Collective.
  virtual std::string update(Map a) = 0;
  /// Writes it into an HDF5 file. Collective.
  virtual void save(const std::string& path, const std::string& name, bool append) const = 0;
};

/// The preconditioner on vectors of T, of which it is a part: in another precision, and for complex
/// vectors a real one on their real and imaginary parts. Collective.
/// @throws InvalidArgument where it is complex and T is not.
template <Scalar T>
std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Multigrid>& multigrid);

/// What Python holds. The functions are collective.
class KeptAmg {
 public:
  /// At most one of `near_null` and `coordinates`, row after row of `width` numbers; of double
  /// precision.
  KeptAmg(const CsrArrays& a, const std::optional<InputScalars>& near_null,
          const std::optional<InputScalars>& coordinates, std::int64_t width,
          const nb::dict& options, std::optional<std::int64_t> comm);
  /// From an HDF5 file, for vectors of this scalar type; `a`, if given, is the matrix of which it
  /// was made.
  KeptAmg(const nb::bytes& path, const nb::bytes& name, const std::string& scalar,
          const std::optional<CsrArrays>& a, std::optional<std::int64_t> comm);

  std::string update(const CsrArrays& a);
  void save(const nb::bytes& path, const nb::bytes& name, bool append) const;
  nb::dict report() const;
  nb::dict check() const;
  nb::object aggregates() const;
  /// y = M x for `columns` vectors, row after row.
  void apply(const InputScalars& x, const OutputScalars& y, std::int64_t columns) const;

  /// @throws NotSupported once the interpreter is exiting.
  std::shared_ptr<const Multigrid> multigrid() const;

 private:
  struct State;
  State& state() const;

  Keeper keeper_;
};

}  // namespace suan::python
