// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of whole hierarchies share.
#pragma once

#include <gtest/gtest.h>

#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::test {

inline Layout even(GlobalIndex size) { return Layout::even(size, Communicator::world()); }

/// Of CG to 1e-8 (1e-4 in single precision) for b = 1, or -1 if it does not converge.
template <class T>
std::int64_t iterations(const DistributedMatrix<T>& a, const Operator<T>& m) {
  constexpr bool is_float = std::is_same_v<Real<T>, float>;
  const auto b = ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  Cg<T> cg({.rtol = is_float ? 1e-4 : 1e-8, .max_iterations = 200});
  const auto report = cg.solve(a, m, b, x);
  EXPECT_TRUE(report.converged()) << to_string(report.reason);
  return report.converged() ? report.iterations : -1;
}

}  // namespace suan::test
