// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of sparse matrices in the slow, obvious way.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "support/sparse.hpp"

namespace suan::test {

template <class T>
class ProductReference : public testing::Test {
 public:
  /// The product, sorted and without duplicates, and for each entry what bounds its error.
  struct Reference {
    HostArrays<T> sums;
    std::vector<Real<T>> absolute{};
    std::vector<int> products{};
  };

  /// Adds up one row after the other, each column in the order in which its terms come. An array
  /// for all columns, because maps take minutes under the sanitizers.
  class Rows {
   public:
    explicit Rows(LocalIndex columns)
        : reference_{{0, columns}}, columns_(static_cast<std::size_t>(columns)) {}
    void add(LocalIndex column, const T& value, Real<T> absolute, int products) {
      Column& c = columns_[static_cast<std::size_t>(column)];
      if (c.products == 0) row_.push_back(column);
      c.value += value;
      c.absolute += absolute;
      c.products += products;
    }
    void end_row() {
      std::sort(row_.begin(), row_.end());
      for (const LocalIndex column : row_) {
        Column& c = columns_[static_cast<std::size_t>(column)];
        reference_.sums.indices.push_back(column);
        reference_.sums.values.push_back(c.value);
        reference_.absolute.push_back(c.absolute);
        reference_.products.push_back(c.products);
        c = Column{};
      }
      row_.clear();
      ++reference_.sums.rows;
      reference_.sums.offsets.push_back(static_cast<Offset>(reference_.sums.indices.size()));
    }
    const Reference& result() const { return reference_; }

   private:
    struct Column {
      T value{};
      Real<T> absolute = 0;
      int products = 0;
    };
    Reference reference_;
    std::vector<Column> columns_;
    std::vector<LocalIndex> row_;
  };

  static Reference reference(const HostArrays<T>& a, const HostArrays<T>& b) {
    Rows rows(b.columns);
    const auto size_b = magnitudes(b);
    for (LocalIndex i = 0; i < a.rows; ++i) {
      for (auto k = begin(a, i); k < begin(a, i + 1); ++k) {
        const Real<T> size = magnitude(a.values[k]);
        for (auto l = begin(b, a.indices[k]); l < begin(b, a.indices[k] + 1); ++l) {
          rows.add(b.indices[l], a.values[k] * b.values[l], size * size_b[l], 1);
        }
      }
      rows.end_row();
    }
    return rows.result();
  }

  /// The structure exactly. Two sums of n products of two factors differ by at most 2 (n + 1) eps
  /// |A||B|, of three by 2 (n + 2) eps |R||A||P|, those of complex numbers by a factor of 2 sqrt(2)
  /// more.
  static void expect_near(const HostArrays<T>& c, const Reference& r, int factors = 2) {
    ASSERT_EQ(c.offsets, r.sums.offsets);
    ASSERT_EQ(c.indices, r.sums.indices);
    ASSERT_EQ(c.values.size(), r.sums.values.size());
    for (LocalIndex i = 0; i < c.rows; ++i) {
      for (auto k = begin(c, i); k < begin(c, i + 1); ++k) {
        const Real<T> bound = 6 * Real<T>(r.products[k] + factors - 1) *
                              std::numeric_limits<Real<T>>::epsilon() * r.absolute[k];
        ASSERT_LE(magnitude<T>(c.values[k] - r.sums.values[k]), bound)
            << "entry (" << i << ", " << c.indices[k] << ")";
      }
    }
  }

 protected:
  static std::size_t begin(const HostArrays<T>& a, LocalIndex row) {
    return static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(row)]);
  }
  static std::vector<Real<T>> magnitudes(const HostArrays<T>& a) {
    std::vector<Real<T>> result;
    for (const T& value : a.values) result.push_back(magnitude(value));
    return result;
  }
};

}  // namespace suan::test
