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

/// In headers of definitions (`detail/*_impl.hpp`), which end with a list of the templates that the
/// library has: its own sources, which include nothing but such a header, define them. Everywhere
/// else they are declared, and only what a program instantiates for other types is compiled there.
#ifdef SUAN_COMPILES_TEMPLATES
#define SUAN_TEMPLATE template
#else
#define SUAN_TEMPLATE extern template
#endif
