// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The types of typed tests.
#pragma once

#include <gtest/gtest.h>

#include "suan/core/types.hpp"

namespace suan::test {

/// All scalars of core/instantiate.hpp, for tests of code in which each may differ from the others.
using AllScalars = testing::Types<float, double, Complex, ComplexFloat>;

/// Whether numbers of type T have the digits of float.
template <Scalar T>
inline constexpr bool is_single = sizeof(Real<T>) == sizeof(float);

}  // namespace suan::test
