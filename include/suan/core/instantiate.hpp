// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The scalar types for which the library is compiled.
#pragma once

#include "suan/core/types.hpp"

/// macro(T) for each of them. Sources define templates with it, and headers that hold definitions
/// declare them `extern`, so that a program compiles only what the library does not have.
#define SUAN_FOR_EACH_SCALAR(macro) \
  macro(float) macro(double) macro(::suan::Complex) macro(::suan::ComplexFloat)

namespace suan {

/// Whether the library is compiled for T.
template <class T>
inline constexpr bool is_compiled =
#define SUAN_IS(S) std::same_as<T, S> ||
    SUAN_FOR_EACH_SCALAR(SUAN_IS) false;
#undef SUAN_IS

}  // namespace suan

/// In headers of definitions (`detail/*_impl.hpp`), which end with a list of the templates that the
/// library has: its own sources, which include nothing but such a header, define them. Everywhere
/// else they are declared, and only what a program instantiates for other types is compiled there.
#ifdef SUAN_COMPILES_TEMPLATES
#define SUAN_TEMPLATE template
#else
#define SUAN_TEMPLATE extern template
#endif
