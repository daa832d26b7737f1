// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The index types, scalar types and memory spaces that the whole library uses.
#pragma once

#if __cplusplus <= 201703L
#error \
    "Suan needs C++20: compile with -std=c++20, or target_compile_features(... cxx_std_20) in CMake"
#endif

#include <Kokkos_Core.hpp>
#include <concepts>
#include <cstdint>
#include <limits>

#include "suan/config.hpp"

namespace suan {

/// Local row or column index, within one rank; 32 bits, because SpMV reads many of them.
using LocalIndex = std::int32_t;
/// Position among the entries of a local matrix; 64 bits, so that 2^31 nonzeros and more work.
using Offset = std::int64_t;
/// Global row or column index of a distributed object.
using GlobalIndex = std::int64_t;

/// Complex numbers in double and in single precision, layout-compatible with std::complex and
/// usable on devices.
using Complex = Kokkos::complex<double>;
using ComplexFloat = Kokkos::complex<float>;

/// Where kernels run, and where vectors and matrices live.
using ExecutionSpace = Kokkos::DefaultExecutionSpace;
using MemorySpace = ExecutionSpace::memory_space;
using HostExecutionSpace = Kokkos::DefaultHostExecutionSpace;

/// A one-dimensional array in device memory (which is host memory without a GPU).
template <class T>
using DeviceView = Kokkos::View<T*, MemorySpace>;
/// A one-dimensional array in host memory.
template <class T>
using HostView = Kokkos::View<T*, Kokkos::HostSpace>;

/// A two-dimensional row-major array on the device: k vectors of n elements are n rows of k
/// elements.
template <class T>
using RowMajor = Kokkos::View<T**, Kokkos::LayoutRight, MemorySpace>;

/// The same with contiguous columns, which can be vectors of their own.
template <class T>
using ColumnMajor = Kokkos::View<T**, Kokkos::LayoutLeft, MemorySpace>;

/// What Suan needs to know of a scalar type: Real, the type of |x|, and whether it is complex.
/// A program may specialise it for a type of its own.
template <class T>
struct ScalarTraits {};
template <std::floating_point T>
struct ScalarTraits<T> {
  using Real = T;
  static constexpr bool is_complex = false;
};
template <std::floating_point T>
struct ScalarTraits<Kokkos::complex<T>> {
  using Real = T;
  static constexpr bool is_complex = true;
};

/// The type of an entry of a matrix or vector. The library is compiled for those that
/// core/instantiate.hpp lists.
template <class T>
concept Scalar = requires {
  typename ScalarTraits<T>::Real;
};

/// The type of |x| for a scalar x of type T.
template <Scalar T>
using Real = typename ScalarTraits<T>::Real;

template <Scalar T>
inline constexpr bool is_complex = ScalarTraits<T>::is_complex;

/// The name of a scalar type in files and messages, which is NumPy's: float32, float64, complex64,
/// complex128; those of other types are longdouble and clongdouble.
template <Scalar T>
constexpr const char* scalar_name() {
  if constexpr (std::same_as<Real<T>, float>) return is_complex<T> ? "complex64" : "float32";
  if constexpr (std::same_as<Real<T>, double>) return is_complex<T> ? "complex128" : "float64";
  return is_complex<T> ? "clongdouble" : "longdouble";
}

/// Complex conjugate; the identity for real numbers.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T conjugate(const T& x) {
  if constexpr (is_complex<T>) {
    return Kokkos::conj(x);
  } else {
    return x;
  }
}

/// |x|^2, without the square root.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> abs_squared(const T& x) {
  if constexpr (is_complex<T>) {
    return x.real() * x.real() + x.imag() * x.imag();
  } else {
    return x * x;
  }
}

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> real_part(const T& x) {
  if constexpr (is_complex<T>) {
    return x.real();
  } else {
    return x;
  }
}

/// Whether x is neither infinite nor NaN.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION bool is_finite(const T& x) {
  if constexpr (is_complex<T>) {
    return Kokkos::isfinite(x.real()) && Kokkos::isfinite(x.imag());
  } else {
    return Kokkos::isfinite(x);
  }
}

/// A number as a scalar of another type: rounded to its precision, infinite beyond its range; a
/// real number becomes a complex one.
template <Scalar To, Scalar From>
requires(is_complex<To> || !is_complex<From>) KOKKOS_FORCEINLINE_FUNCTION To
    scalar_cast(const From& x) {
  if constexpr (is_complex<From>) {
    return To(static_cast<Real<To>>(x.real()), static_cast<Real<To>>(x.imag()));
  } else {
    return To(static_cast<Real<To>>(x));
  }
}

}  // namespace suan
