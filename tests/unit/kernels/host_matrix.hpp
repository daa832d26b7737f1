// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices in host memory, multivectors, and the products that kernels are compared with.
#pragma once

#include <cmath>
#include <vector>

#include "suan/kernels/spmm.hpp"
#include "suan/matrix/csr.hpp"
#include "suan/vector/blas1.hpp"
#include "support/sparse.hpp"

namespace suan::test {

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
  std::size_t begin(std::size_t row) const { return static_cast<std::size_t>(offsets[row]); }
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

/// Pseudo-random rows of very different lengths, every seventh one empty, the one in the middle
/// dense, columns unsorted and some repeated; columns within `reach` of the diagonal.
template <class T>
HostMatrix<T> irregular(LocalIndex rows, LocalIndex columns,
                        LocalIndex reach = std::numeric_limits<LocalIndex>::max() / 2) {
  HostMatrix<T> a;
  a.rows = rows;
  a.columns = columns;
  const auto values = random_vector<T>(Layout::serial(1000), 9).to_host();
  std::uint32_t state = 12345;
  for (LocalIndex i = 0; i < rows; ++i) {
    const bool dense = i == rows / 2 && reach >= columns;
    const LocalIndex length = i % 7 == 3 ? 0 : (dense ? columns : i % 40);
    const LocalIndex low = std::max(0, std::min(i, columns) - reach);
    const LocalIndex high = std::min(columns, std::min(i, columns) + reach);
    for (LocalIndex k = 0; k < length; ++k) {
      state = state * 1664525u + 1013904223u;
      a.indices.push_back(
          low + static_cast<LocalIndex>((state >> 4) % static_cast<std::uint32_t>(high - low)));
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

/// Row-major elements in device memory, and back.
template <class T>
RowMajor<T> to_device(std::size_t rows, std::size_t columns, const std::vector<T>& host) {
  RowMajor<T> x("suan::test::block", rows, columns);
  const auto mirror = Kokkos::create_mirror_view(x);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t c = 0; c < columns; ++c) mirror(i, c) = host[i * columns + c];
  }
  Kokkos::deep_copy(x, mirror);
  return x;
}

template <class T>
std::vector<T> to_host(const RowMajor<T>& x) {
  const auto mirror = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), x);
  std::vector<T> host(x.extent(0) * x.extent(1));
  for (std::size_t i = 0; i < x.extent(0); ++i) {
    for (std::size_t c = 0; c < x.extent(1); ++c) host[i * x.extent(1) + c] = mirror(i, c);
  }
  return host;
}

/// The array as vectors of one rank; shares the elements.
template <class T>
MultiVector<T> on_one_rank(const RowMajor<T>& x) {
  return MultiVector<T>(Layout::serial(static_cast<GlobalIndex>(x.extent(0))), x);
}

/// Pseudo-random elements, row-major.
template <class T>
std::vector<T> random_block(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  return random_vector<T>(Layout::serial(static_cast<GlobalIndex>(rows * columns)), seed).to_host();
}

}  // namespace suan::test
