// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrices in host memory for tests, and the simplest possible reference: a map from
// positions to values.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "suan/matrix/csr.hpp"
#include "support/instances.hpp"

namespace suan::test {

template <class T>
struct HostArrays {
  LocalIndex rows = 0;
  LocalIndex columns = 0;
  std::vector<Offset> offsets{0};
  std::vector<LocalIndex> indices{};
  std::vector<T> values{};

  Csr<T> csr() const { return Csr<T>::from_host(rows, columns, offsets, indices, values); }
  /// Bit for bit, as long as no value is NaN or a negative zero.
  bool operator==(const HostArrays&) const = default;
};

template <class T>
std::vector<T> to_host(const DeviceView<const T>& view) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  return std::vector<T>(host.data(), host.data() + host.extent(0));
}

template <Scalar T>
HostArrays<T> to_host(const kernels::CsrView<T>& a) {
  return {a.rows, a.columns, to_host<Offset>(a.offsets), to_host<LocalIndex>(a.indices),
          to_host<T>(a.values)};
}

template <Scalar T>
HostArrays<T> to_host(const Csr<T>& a) {
  return to_host(a.view());
}

/// Row and column to value; duplicates are summed in order.
template <class T>
using Map = std::map<std::pair<LocalIndex, LocalIndex>, T>;

template <class T>
Map<T> to_map(const HostArrays<T>& a) {
  Map<T> result;
  for (LocalIndex i = 0; i < a.rows; ++i) {
    for (auto k = a.offsets[static_cast<std::size_t>(i)];
         k < a.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
      result[{i, a.indices[static_cast<std::size_t>(k)]}] += a.values[static_cast<std::size_t>(k)];
    }
  }
  return result;
}

/// The sorted matrix without duplicates that a map describes.
template <class T>
HostArrays<T> from_map(LocalIndex rows, LocalIndex columns, const Map<T>& map) {
  HostArrays<T> a{rows, columns, std::vector<Offset>(static_cast<std::size_t>(rows) + 1, 0)};
  for (const auto& [place, value] : map) {
    ++a.offsets[static_cast<std::size_t>(place.first) + 1];
    a.indices.push_back(place.second);
    a.values.push_back(value);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) a.offsets[i + 1] += a.offsets[i];
  return a;
}

/// |x|, in the precision of T.
template <Scalar T>
Real<T> magnitude(const T& x) {
  return std::sqrt(abs_squared(x));
}

/// Pseudo-random integers.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : state_(seed) {}
  LocalIndex below(LocalIndex bound) {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<LocalIndex>((std::uint64_t(state_) * static_cast<std::uint32_t>(bound)) >>
                                   32);
  }
  /// A multiple of 1/8 in [-4, 4], with such an imaginary part: products and short sums are exact.
  template <Scalar T>
  T value() {
    const auto one = [&] { return static_cast<Real<T>>(below(65) - 32) / Real<T>(8); };
    if constexpr (is_complex<T>) {
      const auto real = one();
      return T(real, one());
    } else {
      return one();
    }
  }

 private:
  std::uint32_t state_;
};

/// Rows of very different lengths up to `longest`, some empty, unsorted, with duplicates.
template <Scalar T>
HostArrays<T> irregular(LocalIndex rows, LocalIndex columns, LocalIndex longest,
                        std::uint32_t seed) {
  Numbers numbers(seed);
  HostArrays<T> a{rows, columns};
  for (LocalIndex i = 0; i < rows; ++i) {
    const LocalIndex length = i % 7 == 3 || columns == 0 ? 0 : numbers.below(longest + 1);
    for (LocalIndex k = 0; k < length; ++k) {
      a.indices.push_back(numbers.below(columns));
      a.values.push_back(numbers.value<T>());
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// The same, sorted and without duplicates.
template <Scalar T>
HostArrays<T> irregular_sorted(LocalIndex rows, LocalIndex columns, LocalIndex longest,
                               std::uint32_t seed) {
  return from_map(rows, columns, to_map(irregular<T>(rows, columns, longest, seed)));
}

}  // namespace suan::test
