// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The four arithmetics of MUMPS by the scalar type.
#pragma once

#include <cmumps_c.h>
#include <dmumps_c.h>
#include <smumps_c.h>
#include <zmumps_c.h>

#include "suan/core/types.hpp"

namespace suan::detail {

static_assert(sizeof(MUMPS_INT) == sizeof(std::int32_t),
              "Suan needs MUMPS with integers of 32 bits, as it is by default");

template <Scalar T>
struct Mumps;
template <>
struct Mumps<float> {
  using Struct = SMUMPS_STRUC_C;
  using Number = SMUMPS_COMPLEX;
  static void call(Struct& mumps) { smumps_c(&mumps); }
};
template <>
struct Mumps<double> {
  using Struct = DMUMPS_STRUC_C;
  using Number = DMUMPS_COMPLEX;
  static void call(Struct& mumps) { dmumps_c(&mumps); }
};
template <>
struct Mumps<ComplexFloat> {
  using Struct = CMUMPS_STRUC_C;
  using Number = CMUMPS_COMPLEX;
  static void call(Struct& mumps) { cmumps_c(&mumps); }
};
template <>
struct Mumps<Complex> {
  using Struct = ZMUMPS_STRUC_C;
  using Number = ZMUMPS_COMPLEX;
  static void call(Struct& mumps) { zmumps_c(&mumps); }
};

/// An array for MUMPS, which wants an address where there is no element, too.
template <Scalar T>
typename Mumps<T>::Number* mumps_array(std::vector<T>& values) {
  static_assert(sizeof(T) == sizeof(typename Mumps<T>::Number));
  if (values.empty()) values.reserve(1);
  return reinterpret_cast<typename Mumps<T>::Number*>(values.data());
}
inline MUMPS_INT* mumps_array(std::vector<std::int32_t>& numbers) {
  if (numbers.empty()) numbers.reserve(1);
  return numbers.data();
}

}  // namespace suan::detail
