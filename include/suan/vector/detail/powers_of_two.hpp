// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Multiplication by powers of two, which rounds nothing.
#pragma once

#include <cmath>

#include "suan/vector/vector.hpp"

namespace suan::detail {

inline int exponent_of(double size) { return std::ilogb(size); }

/// x = 2^exponent x, exact unless elements leave the range.
template <Scalar T>
void multiply_by_power(int exponent, Vector<T>& x);

/// The largest |x_i| of all ranks; infinite if an element is infinite or NaN. One reduction.
template <Scalar T>
double largest(const Vector<T>& x);

}  // namespace suan::detail
