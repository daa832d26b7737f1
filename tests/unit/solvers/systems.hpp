// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Small systems for tests of solvers.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "suan/matrix/assembly.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::test {

/// Whether a method of the library is for Hermitian matrices alone.
inline bool needs_hermitian(const std::string& solver) {
  static const std::set<std::string> names = {"cg",        "minres",    "symmlq",      "cr",
                                              "chebyshev", "cg_single", "cg_pipelined"};
  return names.count(solver) > 0;
}

/// A diagonal matrix on all ranks.
template <Scalar T>
DistributedMatrix<T> diagonal(GlobalIndex size, const std::function<T(GlobalIndex)>& value) {
  const auto layout = Layout::even(size, Communicator::world());
  return generate_rows<T>(layout, layout,
                          [&](GlobalIndex i, RowWriter<T>& row) { row.add(i, value(i)); });
}

/// Hermitian (with imaginary couplings where T has them), positive definite, of varying diagonal;
/// times a factor.
template <Scalar T>
DistributedMatrix<T> hermitian(GlobalIndex size, float factor = 1) {
  const auto layout = Layout::even(size, Communicator::world());
  const auto coupling = [=](float sign) {
    if constexpr (is_complex<T>) {
      return T(-0.5F * factor, 0.5F * factor * sign);
    } else {
      return T(-factor);
    }
  };
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i > 6) row.add(i - 7, coupling(-1));
    if (i > 0) row.add(i - 1, coupling(-1));
    row.add(i, T(factor * static_cast<float>(4 + i % 9)));
    if (i + 1 < size) row.add(i + 1, coupling(1));
    if (i + 7 < size) row.add(i + 7, coupling(1));
  });
}

/// A matrix with these rows.
template <Scalar T>
DistributedMatrix<T> matrix_of(const std::vector<std::vector<T>>& rows) {
  const auto layout = Layout::even(static_cast<GlobalIndex>(rows.size()), Communicator::world());
  return generate_rows<T>(layout, layout, [&](GlobalIndex i, RowWriter<T>& row) {
    const auto& values = rows[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < values.size(); ++j) {
      row.add(static_cast<GlobalIndex>(j), values[j]);
    }
  });
}

/// A vector with these elements.
template <Scalar T>
Vector<T> vector_of(const std::vector<T>& elements) {
  return generate<T>(Layout::even(static_cast<GlobalIndex>(elements.size()), Communicator::world()),
                     [&](GlobalIndex i) { return elements[static_cast<std::size_t>(i)]; });
}

/// Skew-symmetric; regular if the size is even, with eigenvalues on the imaginary axis.
template <Scalar T>
DistributedMatrix<T> skew(GlobalIndex size) {
  const auto layout = Layout::even(size, Communicator::world());
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i > 0) row.add(i - 1, T(-1));
    if (i + 1 < size) row.add(i + 1, T(1));
  });
}

/// Of the methods by name, those that need a good preconditioner.
inline bool diverges_alone(const std::string& solver) { return solver == "richardson"; }

/// ||b - A x|| / ||b||, computed independently of any solver.
template <Scalar T>
double relative_residual(const Operator<T>& a, const Vector<T>& b, const Vector<T>& x) {
  Vector<T> r(b.layout());
  a.apply(x, r);
  axpby(T(1), b, T(-1), r);
  return static_cast<double>(norm2(r) / norm2(b));
}

}  // namespace suan::test
