// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The type in which long sums are accumulated.
#pragma once

#include <limits>
#include <type_traits>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The real type in which to accumulate, and to compute the scalars of recurrences: double, or the
/// type of |x| for an x of type T where that has more digits.
template <Scalar T>
using WideReal =
    std::conditional_t<(std::numeric_limits<Real<T>>::digits > std::numeric_limits<double>::digits),
                       Real<T>, double>;

/// Sums over vectors of T are accumulated in double even for float: sums in float stall when they
/// exceed their terms by 2^24, and squares of float overflow and underflow where the numbers do
/// not.
template <Scalar T>
using SumOf = std::conditional_t<is_complex<T>, Kokkos::complex<WideReal<T>>, WideReal<T>>;

}  // namespace suan::kernels
