// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices for the tests of kernels, and the products that kernels are compared with.
#pragma once

#include <cmath>
#include <vector>

#include "suan/matrix/csr.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::test {

/// A matrix in host memory, and the products that kernels are compared with.
template <class T>
struct HostMatrix {
  LocalIndex rows = 0;
  LocalIndex columns = 0;
  std::vector<Offset> offsets{0};
  std::vector<LocalIndex> indices;
  std::vector<T> values;

  Csr<T> csr() const {
    return Csr<T>::from_host(rows, columns, offsets, indices, values, KernelPath::native);
  }
  T row(const std::vector<T>& x, std::size_t i) const {
    T sum{};
    for (auto k = static_cast<std::size_t>(offsets[i]);
         k < static_cast<std::size_t>(offsets[i + 1]); ++k) {
      sum += values[k] * x[static_cast<std::size_t>(indices[k])];
    }
    return sum;
  }
  /// (|A| |x|)_i
  Real<T> absolute_row(const std::vector<T>& x, std::size_t i) const {
    Real<T> sum = 0;
    for (auto k = static_cast<std::size_t>(offsets[i]);
         k < static_cast<std::size_t>(offsets[i + 1]); ++k) {
      sum +=
          std::sqrt(abs_squared(values[k]) * abs_squared(x[static_cast<std::size_t>(indices[k])]));
    }
    return sum;
  }
};

/// Pseudo-random rows of very different lengths, every seventh one empty, columns unsorted.
template <class T>
HostMatrix<T> irregular(LocalIndex rows, LocalIndex columns) {
  HostMatrix<T> a;
  a.rows = rows;
  a.columns = columns;
  const auto values = random_vector<T>(Layout::serial(1000), 9).to_host();
  std::uint32_t state = 12345;
  for (LocalIndex i = 0; i < rows; ++i) {
    const LocalIndex length = i % 7 == 3 ? 0 : (i == rows / 2 ? columns : i % 40);
    for (LocalIndex k = 0; k < length; ++k) {
      state = state * 1664525u + 1013904223u;
      a.indices.push_back(static_cast<LocalIndex>(state % static_cast<std::uint32_t>(columns)));
      a.values.push_back(values[state % 1000]);
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// Each of two sums of n products differs from the exact one by at most (n + 1) eps |A||x|; the
/// last steps (alpha, beta) add a few eps more. Complex products cost a factor of 2 sqrt(2).
template <class T>
Real<T> product_bound(const HostMatrix<T>& a, const std::vector<T>& x, std::size_t i,
                      Real<T> extra) {
  const auto length = static_cast<Real<T>>(a.offsets[i + 1] - a.offsets[i]);
  return 4 * (length + 4) * std::numeric_limits<Real<T>>::epsilon() *
         (a.absolute_row(x, i) + extra);
}

}  // namespace suan::test
