// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of R A P, one at a time, on the host.
#pragma once

#include "kernels/spgemm/row_accumulator.hpp"
#include "kernels/spgemm/row_structure.hpp"

namespace suan::kernels {

template <Scalar T>
struct GalerkinOperands {
  HostCsr<T> r;
  HostCsr<T> a;
  HostCsr<T> p;
  Offset longest_of_p = 0;

  /// Calls use(k, entry of R, entry of A) for all products of a row of R A, where k is the column.
  template <class Use>
  void visit(LocalIndex coarse, const Use& use) const {
    for (Offset m = r.offsets[coarse]; m < r.offsets[coarse + 1]; ++m) {
      const LocalIndex i = r.indices[m];
      for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) use(a.indices[k], m, k);
    }
  }
  Offset length_of_p(LocalIndex k) const { return p.offsets[k + 1] - p.offsets[k]; }
  /// Adds the columns of row k of P.
  void insert_row_of_p(LocalIndex k, ColumnSet& columns) const {
    for (Offset l = p.offsets[k]; l < p.offsets[k + 1]; ++l) columns.insert_repeated(p.indices[l]);
  }
  /// The number of products with P if no column repeated in the row of R A: an upper bound.
  Offset bound(LocalIndex coarse) const {
    // Loose when rows of P differ much in length, but the exact number needs a pass over A.
    constexpr Offset alike = 8;
    if (longest_of_p * p.rows <= alike * p.entries()) {
      return products_of_row(r, a, coarse) * longest_of_p;
    }
    Offset sum = 0;
    visit(coarse, [&](LocalIndex k, Offset, Offset) { sum += length_of_p(k); });
    return sum;
  }
};

/// One row of R A: sums by column, in the order in which the columns first appear. Workspace: 4
/// bytes per column; the part that one row touches stays in the caches.
template <Scalar T>
class SparseRow {
 public:
  explicit SparseRow(LocalIndex columns) : places_(static_cast<std::size_t>(columns), -1) {}

  /// Clears the previous row and makes room for up to `most` different columns.
  void start(std::size_t most) {
    for (LocalIndex k = 0; k < size_; ++k) place_of(columns_[static_cast<std::size_t>(k)]) = -1;
    size_ = 0;
    if (columns_.size() < most) {
      columns_.resize(most);
      values_.resize(most);
    }
  }

  void add(LocalIndex column, const T& value) {
    LocalIndex& place = place_of(column);
    if (place >= 0) {
      values_[static_cast<std::size_t>(place)] += value;
      return;
    }
    place = size_;
    columns_[static_cast<std::size_t>(size_)] = column;
    values_[static_cast<std::size_t>(size_)] = value;
    ++size_;
  }

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  LocalIndex column(std::size_t k) const { return columns_[k]; }
  const T& value(std::size_t k) const { return values_[k]; }

 private:
  LocalIndex& place_of(LocalIndex column) { return places_[static_cast<std::size_t>(column)]; }

  std::vector<LocalIndex> places_;  // among the columns, -1 for those that did not come
  std::vector<LocalIndex> columns_;
  std::vector<T> values_;
  LocalIndex size_ = 0;
};

/// The sums of one row of R A P at a time, on one thread.
template <Scalar T>
class GalerkinSums {
 public:
  explicit GalerkinSums(const GalerkinOperands<T>& m) : m_(m), row_(m.a.columns) {}

  /// Forms row i of R A.
  void start(LocalIndex i) {
    row_.start(
        static_cast<std::size_t>(std::min<Offset>(products_of_row(m_.r, m_.a, i), m_.a.columns)));
    m_.visit(i, [&](LocalIndex k, Offset of_r, Offset of_a) {
      row_.add(k, m_.r.values[of_r] * m_.a.values[of_a]);
    });
  }
  /// That row; its columns are rows of P.
  const SparseRow<T>& row() const { return row_; }

  /// Writes the row times P to values[0 .. count), for the given columns.
  void sum(const LocalIndex* columns, Offset count, T* values) {
    accumulator_.sum(columns, count, values, [&](const auto& add) {
      for (std::size_t k = 0; k < row_.size(); ++k) {
        const T factor = row_.value(k);
        const LocalIndex fine = row_.column(k);
        const Offset end = m_.p.offsets[fine + 1];
        for (Offset l = m_.p.offsets[fine]; l < end; ++l) {
          add(m_.p.indices[l], factor * m_.p.values[l]);
        }
      }
    });
  }

 private:
  const GalerkinOperands<T>& m_;
  SparseRow<T> row_;
  RowAccumulator<T> accumulator_;
};

/// The columns of rows of R A P, on one thread.
template <Scalar T>
class GalerkinColumns {
 public:
  GalerkinColumns(const GalerkinOperands<T>& m, const WorkOfRows& bounds)
      : m_(m),
        bounds_(bounds),
        last_row_with_(static_cast<std::size_t>(m.a.columns), -1),
        coarse_(m.p.columns) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(bounds_.of(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows&, LocalIndex* out) {
    const auto most = std::min<Offset>(products_of_row(m_.r, m_.a, i), m_.a.columns);
    row_.resize(std::max(row_.size(), static_cast<std::size_t>(most) + 1));
    LocalIndex* end = row_.data();
    m_.visit(i, [&](LocalIndex k, Offset, Offset) {
      // Without a branch, which would be unpredictable.
      LocalIndex& last = last_row_with_[static_cast<std::size_t>(k)];
      *end = k;
      end += last == i ? 0 : 1;
      last = i;
    });
    for (const LocalIndex* k = row_.data(); k < end; ++k) m_.insert_row_of_p(*k, coarse_);
    return coarse_.take(out);
  }

  void end_chunk(std::size_t) {}

 private:
  const GalerkinOperands<T>& m_;
  const WorkOfRows& bounds_;
  std::vector<LocalIndex> last_row_with_;  // for each column of R A
  std::vector<LocalIndex> row_;            // different columns of a row of R A
  ColumnSet coarse_;
};

/// The columns and the values, chunk by chunk, on one thread.
template <Scalar T>
class GalerkinRows {
 public:
  /// values[c] becomes those of chunk c.
  GalerkinRows(const GalerkinOperands<T>& m, const WorkOfRows& bounds,
               std::vector<std::unique_ptr<T[]>>& values)
      : m_(m), bounds_(bounds), sums_(m), coarse_(m.p.columns), values_(values) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(bounds_.of(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows&, LocalIndex* out) {
    sums_.start(i);
    const auto& row = sums_.row();
    for (std::size_t k = 0; k < row.size(); ++k) m_.insert_row_of_p(row.column(k), coarse_);
    LocalIndex* const end = coarse_.take(out);
    const std::size_t size = chunk_.size();
    chunk_.resize(size + static_cast<std::size_t>(end - out));
    sums_.sum(out, end - out, chunk_.data() + size);
    return end;
  }

  void end_chunk(std::size_t chunk) {
    values_[chunk] = std::make_unique_for_overwrite<T[]>(chunk_.size());
    std::copy(chunk_.begin(), chunk_.end(), values_[chunk].get());
    chunk_.clear();
  }

 private:
  const GalerkinOperands<T>& m_;
  const WorkOfRows& bounds_;
  GalerkinSums<T> sums_;
  ColumnSet coarse_;
  std::vector<std::unique_ptr<T[]>>& values_;
  std::vector<T> chunk_;  // the values of the chunk so far
};

}  // namespace suan::kernels
