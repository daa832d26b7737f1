// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of sparse matrices in the slow, obvious way.
#pragma once

#include <gtest/gtest.h>

#include "support/sparse.hpp"

namespace suan::test {

template <class T>
class ProductReference : public testing::Test {
 public:
  /// The product as a map, and for each entry what bounds its error.
  struct Reference {
    Map<T> values;
    Map<Real<T>> absolute;
    Map<int> products;
  };
  static Reference reference(const HostArrays<T>& a, const HostArrays<T>& b) {
    Reference r;
    for (LocalIndex i = 0; i < a.rows; ++i) {
      for (auto k = static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i)]);
           k < static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i) + 1]); ++k) {
        const auto row = static_cast<std::size_t>(a.indices[k]);
        for (auto l = static_cast<std::size_t>(b.offsets[row]);
             l < static_cast<std::size_t>(b.offsets[row + 1]); ++l) {
          const std::pair place(i, b.indices[l]);
          r.values[place] += a.values[k] * b.values[l];
          r.absolute[place] += magnitude(a.values[k]) * magnitude(b.values[l]);
          ++r.products[place];
        }
      }
    }
    return r;
  }
  /// The structure exactly. Two sums of n products of two factors differ by at most 2 (n + 1) eps
  /// |A||B|, of three by 2 (n + 2) eps |R||A||P|, those of complex numbers by a factor of 2 sqrt(2)
  /// more.
  static void expect_near(const HostArrays<T>& c, const Reference& r, int factors = 2) {
    const auto expected = from_map(c.rows, c.columns, r.values);
    ASSERT_EQ(c.offsets, expected.offsets);
    ASSERT_EQ(c.indices, expected.indices);
    std::size_t k = 0;
    for (const auto& [place, value] : r.values) {
      const Real<T> bound = 6 * Real<T>(r.products.at(place) + factors - 1) *
                            std::numeric_limits<Real<T>>::epsilon() * r.absolute.at(place);
      ASSERT_LE(magnitude<T>(c.values[k++] - value), bound)
          << "entry (" << place.first << ", " << place.second << ")";
    }
  }
};

}  // namespace suan::test
