// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A dense vector distributed over ranks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "suan/comm/layout.hpp"
#include "suan/core/arrays.hpp"

namespace suan {

/// A vector with its layout.
///
/// Copying copies the elements without communicating: too little memory on one rank throws there
/// alone. Moving transfers the elements, with one exception: assignments to a vector that uses the
/// program's memory (`Vector(layout, view)`), moves included, copy into that memory; only a vector
/// of another size gives it memory of its own.
template <Scalar T>
class Vector {
 public:
  using value_type = T;

  /// No elements.
  Vector() = default;
  /// All zero. Collective. @throws OutOfMemory, on all ranks. (Not collective in the body of
  /// together(), which throws its errors on all ranks, nor in a product or a function that the
  /// library calls for rows or elements.)
  explicit Vector(Layout layout);
  /// Uses `elements` without copying. Collective. @throws DimensionMismatch, on all ranks, unless
  /// each gives layout.local_size() of them.
  Vector(Layout layout, DeviceView<T> elements);
  /// This rank's part, from host memory. Collective. @throws DimensionMismatch as above.
  static Vector from_host(Layout layout, std::span<const T> elements);
  /// The same from numbers of other types that T can represent: std::complex<double> for Complex,
  /// float for double.
  template <detail::Array Elements>
  requires(!std::convertible_to<const Elements&, std::span<const T>>) static Vector
      from_host(Layout layout, const Elements& elements);

  /// As Vector(layout, elements), for elements known to have the right size; not collective.
  static Vector over(Layout layout, DeviceView<T> elements);

  Vector(const Vector& other);
  Vector& operator=(const Vector& other);
  Vector(Vector&& other) noexcept;
  Vector& operator=(Vector&& other);
  ~Vector() = default;

  const Layout& layout() const noexcept { return layout_; }
  GlobalIndex global_size() const noexcept { return layout_.global_size(); }
  LocalIndex local_size() const noexcept { return layout_.local_size(); }

  /// This rank's elements, in device memory.
  DeviceView<T> view() noexcept { return elements_; }
  DeviceView<const T> view() const noexcept { return elements_; }

  /// A copy of this rank's elements in host memory.
  std::vector<T> to_host() const;
  /// All elements on rank 0, none on the others. Collective.
  std::vector<T> gather() const;
  /// Replaces this rank's elements. Not collective: @throws DimensionMismatch, when the sizes
  /// differ, on this rank alone.
  void assign(std::span<const T> elements);
  /// As from_host.
  template <detail::Array Elements>
  requires(!std::convertible_to<const Elements&, std::span<const T>>) void assign(
      const Elements& elements);

 private:
  static Vector made_of(Layout layout, const std::function<std::span<const T>()>& elements);

  Layout layout_;
  DeviceView<T> elements_;
  bool is_wrapped_ = false;  // uses the program's memory
};

template <Scalar T>
template <detail::Array Elements>
requires(!std::convertible_to<const Elements&, std::span<const T>>) Vector<T> Vector<T>::from_host(
    Layout layout, const Elements& elements) {
  std::optional<detail::Scalars<T>> converted;
  return made_of(std::move(layout), [&] {
    converted.emplace(elements);
    return converted->span();
  });
}

template <Scalar T>
template <detail::Array Elements>
requires(!std::convertible_to<const Elements&, std::span<const T>>) void Vector<T>::assign(
    const Elements& elements) {
  assign(with_typed_errors([&] { return std::make_unique<detail::Scalars<T>>(elements); })->span());
}

/// All elements one. Collective, like the next two.
template <Scalar T = double>
Vector<T> ones(const Layout& layout);

/// Element i is value(i), with i the global index; `value` runs on the host, in order. Its
/// exceptions are thrown unchanged on their own rank, and as an Error with the text on the others.
template <Scalar T = double>
Vector<T> generate(const Layout& layout, const std::function<T(GlobalIndex)>& value);

/// Pseudo-random elements in [-1, 1] that depend only on the seed and the global index, not on the
/// number of ranks. @throws InvalidArgument when ranks pass different seeds.
template <Scalar T = double>
Vector<T> random_vector(const Layout& layout, std::uint64_t seed);

}  // namespace suan
