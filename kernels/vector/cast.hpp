// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors of one scalar type as vectors of another. One pass each: every element is read once and
// written once. Scales are powers of two, which round nothing.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Whether numbers of type From may be beyond the range of To.
template <Scalar To, Scalar From>
inline constexpr bool narrows = sizeof(Real<To>) < sizeof(Real<From>);

/// y = scale x, rounded to To.
template <Scalar To, Scalar From>
void cast(const ExecutionSpace& space, Real<From> scale, const DeviceView<const From>& x,
          const DeviceView<To>& y);
/// The same for several vectors, each with a scale of its own, from host memory.
template <Scalar To, Scalar From>
void cast(const ExecutionSpace& space, const Real<From>* scales, const RowMajor<const From>& x,
          const RowMajor<To>& y);

/// y = alpha (scale x) + beta y, computed in To; y is not read when beta is zero.
template <Scalar To, Scalar From>
void add_cast(const ExecutionSpace& space, To alpha, Real<To> scale,
              const DeviceView<const From>& x, To beta, const DeviceView<To>& y);
/// The same for several vectors, each with a scale of its own, from host memory.
template <Scalar To, Scalar From>
void add_cast(const ExecutionSpace& space, To alpha, const Real<To>* scales,
              const RowMajor<const From>& x, To beta, const RowMajor<To>& y);

/// The position, counted row by row, of the first finite element of x that is not finite as To; -1
/// if there is none. For pairs that narrow.
template <Scalar To, Scalar From>
std::int64_t first_too_large(const ExecutionSpace& space, const RowMajor<const From>& x);

/// macro(To, From) for the pairs of compiled scalars of different types in which To holds every
/// number of From, and for those in which it rounds.
#define SUAN_FOR_EACH_WIDENING(macro)                                                   \
  macro(double, float) macro(::suan::ComplexFloat, float) macro(::suan::Complex, float) \
      macro(::suan::Complex, double) macro(::suan::Complex, ::suan::ComplexFloat)
#define SUAN_FOR_EACH_NARROWING(macro)                     \
  macro(float, double) macro(::suan::ComplexFloat, double) \
      macro(::suan::ComplexFloat, ::suan::Complex)

}  // namespace suan::kernels
