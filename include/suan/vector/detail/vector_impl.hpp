// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/vector/vector.hpp.
#pragma once

#include "suan/vector/vector.hpp"

#include "suan/comm/agreement.hpp"
#include "suan/comm/detail/callbacks.hpp"
#include "suan/comm/detail/together_once.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace detail {

template <Scalar T>
DeviceView<T> new_vector(LocalIndex size) {
  return allocate<T>("suan::Vector", static_cast<std::size_t>(size));
}

inline void require_local_size(const Layout& layout, std::size_t size) {
  if (static_cast<std::size_t>(layout.local_size()) != size) {
    throw DimensionMismatch(message("Vector: ", size, " elements were given for a layout of which ",
                                    "this rank has ", layout.local_size()));
  }
}

template <Scalar T>
HostView<const T> host_view(std::span<const T> elements) {
  return HostView<const T>(elements.data(), elements.size());
}

}  // namespace detail

template <Scalar T>
Vector<T>::Vector(Layout layout) : layout_(std::move(layout)) {
  detail::together_once(layout_.comm(),
                        [&] { elements_ = detail::new_vector<T>(layout_.local_size()); });
  Kokkos::deep_copy(elements_, T(0));
}

template <Scalar T>
Vector<T>::Vector(Layout layout, DeviceView<T> elements)
    : layout_(std::move(layout)), elements_(std::move(elements)), is_wrapped_(true) {
  detail::together_once(layout_.comm(),
                        [&] { detail::require_local_size(layout_, elements_.extent(0)); });
}

template <Scalar T>
Vector<T> Vector<T>::over(Layout layout, DeviceView<T> elements) {
  detail::require_local_size(layout, elements.extent(0));
  Vector result;
  result.layout_ = std::move(layout);
  result.elements_ = std::move(elements);
  result.is_wrapped_ = true;
  return result;
}

template <Scalar T>
Vector<T> Vector<T>::from_host(Layout layout, std::span<const T> elements) {
  return made_of(std::move(layout), [&] { return elements; });
}

template <Scalar T>
Vector<T> Vector<T>::made_of(Layout layout, const std::function<std::span<const T>()>& elements) {
  Vector result;
  detail::together_once(layout.comm(), [&] {
    const std::span<const T> given = elements();
    detail::require_local_size(layout, given.size());
    result.elements_ = detail::new_vector<T>(layout.local_size());
    Kokkos::deep_copy(result.elements_, detail::host_view(given));
  });
  result.layout_ = std::move(layout);
  return result;
}

template <Scalar T>
Vector<T>::Vector(const Vector& other)
    : layout_(other.layout_), elements_(detail::new_vector<T>(other.local_size())) {
  Kokkos::deep_copy(elements_, other.elements_);
}

template <Scalar T>
Vector<T>& Vector<T>::operator=(const Vector& other) {
  if (this == &other) return *this;
  // Not local_size(): a vector that was moved from has no layout.
  if (elements_.extent(0) != other.elements_.extent(0)) {
    elements_ = detail::new_vector<T>(other.local_size());
    is_wrapped_ = false;
  }
  layout_ = other.layout_;
  Kokkos::deep_copy(elements_, other.elements_);
  return *this;
}

template <Scalar T>
Vector<T>::Vector(Vector&& other) noexcept
    : layout_(std::move(other.layout_)),
      elements_(std::exchange(other.elements_, {})),
      is_wrapped_(std::exchange(other.is_wrapped_, false)) {}

template <Scalar T>
Vector<T>& Vector<T>::operator=(Vector&& other) {
  if (this == &other) return *this;
  if (is_wrapped_ && elements_.extent(0) == other.elements_.extent(0)) return *this = other;
  layout_ = std::move(other.layout_);
  elements_ = std::exchange(other.elements_, {});
  is_wrapped_ = std::exchange(other.is_wrapped_, false);
  return *this;
}

template <Scalar T>
std::vector<T> Vector<T>::to_host() const try {
  std::vector<T> result(static_cast<std::size_t>(local_size()));
  Kokkos::deep_copy(HostView<T>(result.data(), result.size()), elements_);
  return result;
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
std::vector<T> Vector<T>::gather() const {
  const auto mine = to_host();
  return layout_.comm().gather(std::span<const T>(mine));
}

template <Scalar T>
void Vector<T>::assign(std::span<const T> elements) {
  detail::require_local_size(layout_, elements.size());
  Kokkos::deep_copy(elements_, detail::host_view(elements));
}

template <Scalar T>
Vector<T> ones(const Layout& layout) {
  Vector<T> result(layout);
  Kokkos::deep_copy(result.view(), T(1));
  return result;
}

template <Scalar T>
Vector<T> generate(const Layout& layout, const std::function<T(GlobalIndex)>& value) {
  std::vector<T> elements;
  detail::together_with_foreign(layout.comm(), [&] {
    if (!value) throw InvalidArgument("generate: the function of an element is empty");
    elements.resize(static_cast<std::size_t>(layout.local_size()));
    detail::call_foreign([&] {
      for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = value(layout.first() + static_cast<GlobalIndex>(i));
      }
    });
  });
  return Vector<T>::from_host(layout, elements);
}

template <Scalar T>
Vector<T> random_vector(const Layout& layout, std::uint64_t seed) {
  if (layout.comm().size() > 1) {
    require_agreement(layout.comm(), "random_vector",
                      message("size = ", layout.global_size(), "\nseed = ", seed, '\n'));
  }
  return generate<T>(layout, [seed](GlobalIndex i) {
    const std::uint64_t bits = detail::mixed(detail::mixed(seed) ^ static_cast<std::uint64_t>(i));
    if constexpr (is_complex<T>) {
      return T(static_cast<Real<T>>(detail::unit(bits)),
               static_cast<Real<T>>(detail::unit(detail::mixed(bits))));
    } else {
      return static_cast<T>(detail::unit(bits));
    }
  });
}

#define SUAN_INSTANTIATE(T)                                                              \
  SUAN_TEMPLATE class Vector<T>;                                                         \
  SUAN_TEMPLATE Vector<T> ones(const Layout&);                                           \
  SUAN_TEMPLATE Vector<T> generate(const Layout&, const std::function<T(GlobalIndex)>&); \
  SUAN_TEMPLATE Vector<T> random_vector(const Layout&, std::uint64_t);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
