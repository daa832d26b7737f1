// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The type in which long sums are added up.
#pragma once

#include <type_traits>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Sums over vectors of T: in double also for float, because sums in float stall when they exceed
/// their terms 2^24 times, and because squares of float overflow and vanish where the numbers do
/// not.
template <Scalar T>
using SumOf = std::conditional_t<is_complex<T>, T, double>;

}  // namespace suan::kernels
