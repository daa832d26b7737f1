// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Eigenvalues of symmetric tridiagonal matrices, by bisection with Sturm's sequence.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace suan::detail {

/// How many eigenvalues are less than x. alpha is the diagonal; beta[k] couples k and k + 1.
inline std::size_t count_below(const std::vector<double>& alpha, const std::vector<double>& beta,
                               double x) {
  std::size_t count = 0;
  double pivot = 1;
  for (std::size_t k = 0; k < alpha.size(); ++k) {
    const double coupling = k == 0 ? 0 : beta[k - 1] * beta[k - 1];
    pivot = alpha[k] - x - (coupling == 0 ? 0 : coupling / pivot);
    if (pivot == 0) pivot = -1e-300;
    if (pivot < 0) ++count;
  }
  return count;
}

/// What no |eigenvalue| exceeds: the largest row sum.
inline double largest_row_sum(const std::vector<double>& alpha, const std::vector<double>& beta) {
  double largest = 0;
  for (std::size_t k = 0; k < alpha.size(); ++k) {
    const double before = k == 0 ? 0 : beta[k - 1];
    const double after = k + 1 < alpha.size() ? beta[k] : 0;
    largest = std::max(largest, std::abs(alpha[k]) + before + after);
  }
  return largest;
}

/// Eigenvalue number k in ascending order, to 1e-12 of the largest row sum.
inline double eigenvalue(const std::vector<double>& alpha, const std::vector<double>& beta,
                         std::size_t k) {
  double high = largest_row_sum(alpha, beta);
  double low = -high;
  const double close = 1e-12 * high;
  while (high - low > close) {
    const double middle = low + (high - low) / 2;
    (count_below(alpha, beta, middle) > k ? high : low) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace suan::detail
