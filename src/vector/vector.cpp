// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/vector.hpp"

#include "core/memory.hpp"

namespace suan {

namespace {

template <Scalar T>
DeviceView<T> uninitialized(LocalIndex size) {
  return detail::allocate<T>("suan::Vector", static_cast<std::size_t>(size));
}

void require_local_size(const Layout& layout, std::size_t size) {
  if (static_cast<std::size_t>(layout.local_size()) != size) {
    throw DimensionMismatch(message("Vector: ", size, " elements were given for a layout of which ",
                                    "this rank has ", layout.local_size()));
  }
}

template <Scalar T>
HostView<const T> host_view(std::span<const T> elements) {
  return HostView<const T>(elements.data(), elements.size());
}

/// The finaliser of the SplitMix64 generator (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-52 - 1.0; }

}  // namespace

template <Scalar T>
Vector<T>::Vector(Layout layout)
    : layout_(std::move(layout)), elements_(uninitialized<T>(layout_.local_size())) {
  Kokkos::deep_copy(elements_, T(0));
}

template <Scalar T>
Vector<T>::Vector(Layout layout, DeviceView<T> elements)
    : layout_(std::move(layout)), elements_(std::move(elements)) {
  require_local_size(layout_, elements_.extent(0));
}

template <Scalar T>
Vector<T> Vector<T>::from_host(Layout layout, std::span<const T> elements) {
  require_local_size(layout, elements.size());
  Vector result(layout, uninitialized<T>(layout.local_size()));
  result.assign(elements);
  return result;
}

template <Scalar T>
Vector<T>::Vector(const Vector& other)
    : layout_(other.layout_), elements_(uninitialized<T>(other.local_size())) {
  Kokkos::deep_copy(elements_, other.elements_);
}

template <Scalar T>
Vector<T>& Vector<T>::operator=(const Vector& other) {
  if (this == &other) return *this;
  if (local_size() != other.local_size()) elements_ = uninitialized<T>(other.local_size());
  layout_ = other.layout_;
  Kokkos::deep_copy(elements_, other.elements_);
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
  require_local_size(layout_, elements.size());
  Kokkos::deep_copy(elements_, host_view(elements));
}

template <Scalar T>
Vector<T> ones(const Layout& layout) {
  Vector<T> result(layout, uninitialized<T>(layout.local_size()));
  Kokkos::deep_copy(result.view(), T(1));
  return result;
}

template <Scalar T>
Vector<T> generate(const Layout& layout, const std::function<T(GlobalIndex)>& value) try {
  std::vector<T> elements(static_cast<std::size_t>(layout.local_size()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    elements[i] = value(layout.first() + static_cast<GlobalIndex>(i));
  }
  return Vector<T>::from_host(layout, elements);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Vector<T> random_vector(const Layout& layout, std::uint64_t seed) {
  return generate<T>(layout, [seed](GlobalIndex i) {
    const std::uint64_t bits = mix(mix(seed) ^ static_cast<std::uint64_t>(i));
    if constexpr (is_complex<T>) {
      return T(unit(bits), unit(mix(bits)));
    } else {
      return static_cast<T>(unit(bits));
    }
  });
}

template class Vector<float>;
template class Vector<double>;
template class Vector<Complex>;
template Vector<float> ones(const Layout&);
template Vector<double> ones(const Layout&);
template Vector<Complex> ones(const Layout&);
template Vector<float> generate(const Layout&, const std::function<float(GlobalIndex)>&);
template Vector<double> generate(const Layout&, const std::function<double(GlobalIndex)>&);
template Vector<Complex> generate(const Layout&, const std::function<Complex(GlobalIndex)>&);
template Vector<float> random_vector(const Layout&, std::uint64_t);
template Vector<double> random_vector(const Layout&, std::uint64_t);
template Vector<Complex> random_vector(const Layout&, std::uint64_t);

}  // namespace suan
