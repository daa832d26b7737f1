// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Reductions in the order of ranks.
#pragma once

#include <cstddef>
#include <type_traits>

#include "suan/comm/reduction.hpp"

namespace suan::detail {

/// Whether sums do not depend on their order.
template <class T>
constexpr bool is_exact = std::is_integral_v<T>;

struct Sum {
  static constexpr auto kind = ReductionKind::sum;
  template <class T>
  static T combine(T left, T right) {
    return left + right;
  }
};

/// NaN if either number is NaN.
struct Max {
  static constexpr auto kind = ReductionKind::max;
  template <class T>
  static T combine(T left, T right) {
    return right > left || right != right ? right : left;
  }
};

struct Min {
  static constexpr auto kind = ReductionKind::min;
  template <class T>
  static T combine(T left, T right) {
    return right < left || right != right ? right : left;
  }
};

/// Reduces element k of all ranks' parts, which are stored in sequence, in the order of ranks.
template <class Op, class T>
T combined(const T* parts, std::size_t ranks, std::size_t count, std::size_t k) {
  T result = parts[k];
  for (std::size_t r = 1; r < ranks; ++r) result = Op::combine(result, parts[r * count + k]);
  return result;
}

}  // namespace suan::detail
