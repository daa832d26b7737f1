// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether two operands, which may be parts of one array, have elements in common.
#pragma once

#include <functional>

#include "suan/core/types.hpp"

namespace suan::detail {

/// Arrays of `x_size` and `y_size` elements without gaps.
template <class T>
bool ranges_meet(const T* x, std::size_t x_size, const T* y, std::size_t y_size) {
  const std::less<const T*> before;
  return x_size > 0 && y_size > 0 && before(x, y + y_size) && before(y, x + x_size);
}

/// Row-major arrays. Different columns of one array have nothing in common; arrays with different
/// row strides in the same memory count as overlapping.
template <class T>
bool share_elements(const RowMajor<const T>& x, const RowMajor<const T>& y) {
  if (!ranges_meet(x.data(), x.span(), y.data(), y.span())) return false;
  if (x.stride(0) != y.stride(0)) return true;
  // The position of Y's first element within its row of X.
  const auto stride = static_cast<std::ptrdiff_t>(x.stride(0));
  const std::ptrdiff_t from_x = (y.data() - x.data()) % stride;
  const std::ptrdiff_t first = from_x < 0 ? from_x + stride : from_x;
  return first < static_cast<std::ptrdiff_t>(x.extent(1)) ||
         first + static_cast<std::ptrdiff_t>(y.extent(1)) > stride;
}

}  // namespace suan::detail
