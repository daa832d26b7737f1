// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A dense vector spread over ranks.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "suan/vector/layout.hpp"

namespace suan {

/// A vector with its layout. Copying copies the elements; moving does not.
template <Scalar T>
class Vector {
 public:
  using value_type = T;

  /// No elements.
  Vector() = default;
  /// All zero.
  explicit Vector(Layout layout);
  /// Uses `elements` without copying. @throws DimensionMismatch unless there are
  /// layout.local_size() of them.
  Vector(Layout layout, DeviceView<T> elements);
  /// This rank's part, from host memory. @throws DimensionMismatch as above.
  static Vector from_host(Layout layout, std::span<const T> elements);

  Vector(const Vector& other);
  Vector& operator=(const Vector& other);
  Vector(Vector&&) noexcept = default;
  Vector& operator=(Vector&&) noexcept = default;
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
  /// Replaces this rank's elements. @throws DimensionMismatch when the sizes differ.
  void assign(std::span<const T> elements);

 private:
  Layout layout_;
  DeviceView<T> elements_;
};

/// All elements one.
template <Scalar T = double>
Vector<T> ones(const Layout& layout);

/// Element i is value(i), with i the global index; `value` runs on the host.
template <Scalar T = double>
Vector<T> generate(const Layout& layout, const std::function<T(GlobalIndex)>& value);

/// Pseudo-random elements in [-1, 1] that depend on the seed and the global index alone, not on
/// the number of ranks.
template <Scalar T = double>
Vector<T> random_vector(const Layout& layout, std::uint64_t seed);

}  // namespace suan
