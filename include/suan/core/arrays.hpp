// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Converting programs' arrays to the library's types: std::complex, 32-bit offsets, ...
#pragma once

#include <complex>
#include <cstdint>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// Contiguous arrays in host memory: std::vector, std::array, std::span.
template <class A>
concept Array = std::ranges::contiguous_range<A> && std::ranges::sized_range<A>;

template <Array A>
using ElementOf = std::remove_cv_t<std::ranges::range_value_t<A>>;

/// The numbers of which an element of a program's array consists: that of std::complex<float> is
/// float, as that of suan::ComplexFloat and of float.
template <class From>
struct PartOf {
  using Type = From;
};
template <class R>
struct PartOf<std::complex<R>> {
  using Type = R;
};
template <class R>
struct PartOf<Kokkos::complex<R>> {
  using Type = R;
};

/// Whether T can represent every number of type From.
template <class From, class T>
inline constexpr bool is_within = std::same_as<From, T> ||
                                  (std::floating_point<typename PartOf<From>::Type> &&
                                   sizeof(typename PartOf<From>::Type) <= sizeof(Real<T>) &&
                                   (is_complex<T> || std::floating_point<From>));

/// An array of scalars as an array of T: the array itself if its elements have this type, or
/// std::complex of its parts' type; else a copy.
template <Scalar T>
class Scalars {
 public:
  template <Array A>
  explicit Scalars(const A& array) {
    using From = ElementOf<A>;
    static_assert(is_within<From, T>,
                  "Suan takes an array of this type for no scalar of its own (float, double, "
                  "suan::ComplexFloat, suan::Complex), or it would round or drop parts of numbers: "
                  "convert it first");
    const auto* const data = std::ranges::data(array);
    const auto size = static_cast<std::size_t>(std::ranges::size(array));
    if constexpr (std::same_as<From, T>) {
      view_ = {data, size};
    } else {
      if constexpr (std::same_as<From, std::complex<Real<T>>>) {
        // Kokkos needs them aligned to their size.
        if (reinterpret_cast<std::uintptr_t>(data) % alignof(T) == 0) {
          view_ = {reinterpret_cast<const T*>(data), size};
          return;
        }
      }
      copy_.reserve(size);
      for (std::size_t i = 0; i < size; ++i) {
        if constexpr (!std::floating_point<From>) {
          copy_.push_back(
              T(static_cast<Real<T>>(data[i].real()), static_cast<Real<T>>(data[i].imag())));
        } else {
          copy_.push_back(T(static_cast<Real<T>>(data[i])));
        }
      }
      view_ = copy_;
    }
  }
  Scalars(const Scalars&) = delete;
  Scalars& operator=(const Scalars&) = delete;
  std::span<const T> span() const noexcept { return view_; }

 private:
  std::vector<T> copy_;
  std::span<const T> view_;
};

/// An array of integers as an array of T: itself, or a copy.
/// @throws InvalidArgument for an element that T cannot represent; `what` names the array.
template <std::integral T>
class Integers {
 public:
  template <Array A>
  Integers(const char* what, const A& array) {
    using From = ElementOf<A>;
    static_assert(std::integral<From> && !std::same_as<From, bool>,
                  "Suan takes arrays of integers here: offsets, rows and columns are counted");
    const auto* const data = std::ranges::data(array);
    const auto size = static_cast<std::size_t>(std::ranges::size(array));
    if constexpr (std::same_as<From, T>) {
      view_ = {data, size};
    } else {
      copy_.reserve(size);
      for (std::size_t i = 0; i < size; ++i) {
        if (!std::in_range<T>(data[i])) {
          throw InvalidArgument(message(what, ": element ", i, " is ", data[i],
                                        ", outside the range of ", 8 * sizeof(T), "-bit numbers"));
        }
        copy_.push_back(static_cast<T>(data[i]));
      }
      view_ = copy_;
    }
  }
  Integers(const Integers&) = delete;
  Integers& operator=(const Integers&) = delete;
  std::span<const T> span() const noexcept { return view_; }

 private:
  std::vector<T> copy_;
  std::span<const T> view_;
};

}  // namespace suan::detail
