// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The type in which long sums are accumulated.
#pragma once

#include <type_traits>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Sums over vectors of T are accumulated in double even for float: sums in float stall when they
/// exceed their terms by 2^24, and squares of float overflow and underflow where the numbers do
/// not.
template <Scalar T>
using SumOf = std::conditional_t<is_complex<T>, Complex, double>;

}  // namespace suan::kernels
