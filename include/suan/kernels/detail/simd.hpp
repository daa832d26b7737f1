// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// SIMD vectors on the host: the vector extensions of GCC and Clang, which compile for any
// processor.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

template <class T, int n>
struct VectorOf {
  typedef T Type __attribute__((vector_size(n * sizeof(T))));
};
/// Complex numbers gain nothing from vectors of their own.
template <class R, int n>
struct VectorOf<Kokkos::complex<R>, n> {
  using Type = Kokkos::complex<R>;
};

/// How many numbers fit in a register of 32 bytes.
template <class T>
inline constexpr int lanes_of_register = 32 / int(sizeof(T));
template <class R>
inline constexpr int lanes_of_register<Kokkos::complex<R>> = 1;

/// n numbers at any address.
template <int n, class T>
typename VectorOf<T, n>::Type load_lanes(const T* numbers) {
  typename VectorOf<T, n>::Type result;
  __builtin_memcpy(&result, numbers, sizeof result);
  return result;
}
template <int n, class T>
void store_lanes(const typename VectorOf<T, n>::Type& from, T* numbers) {
  __builtin_memcpy(numbers, &from, sizeof from);
}

}  // namespace suan::kernels
