// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of R A P, one at a time, on the host.
#pragma once

#include <cstdint>
#include <utility>

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

/// Rows with the same columns, which are multiplied together: those of the unknowns of a node.
/// Memory: a byte per row.
struct GalerkinRuns {
  static constexpr int most = 8;
  int longest = 1;              // run of rows of R. 1: they are too short, and the rest is empty
  std::vector<std::uint8_t> r;  // the place of each row in its run
  std::vector<std::uint8_t> a;  // 1: the row has the columns of the one before
  std::vector<std::uint8_t> p;
};

template <Scalar T>
void prefetch(const HostCsr<T>& m, LocalIndex row) {
  const Offset begin = m.offsets[row];
  __builtin_prefetch(m.indices + begin);
  __builtin_prefetch(m.values + begin);
}

/// One row of R A: sums by column, in the order in which the columns first appear. Workspace: 4
/// bytes per column; the part that one row touches stays in the caches.
template <Scalar T>
class SparseRow {
 public:
  explicit SparseRow(LocalIndex columns) : places_(static_cast<std::size_t>(columns), -1) {}

  /// Clears the previous row and makes room for up to `most` different columns.
  void start(std::size_t most) {
    for (std::size_t k = 0; k < size(); ++k) {
      places_[static_cast<std::size_t>(columns_[k])] = -1;
      values_[k] = T{};
    }
    size_ = 0;
    if (columns_.size() <= most) {
      columns_.resize(most + 1);  // add() writes behind the last one
      values_.resize(most + 1);
    }
  }

  /// Whether a column is new is unpredictable: no branch, which compilers would make of a
  /// condition.
  void add(LocalIndex column, const T& value) {
    LocalIndex& place = places_[static_cast<std::size_t>(column)];
    const LocalIndex is_new = place >> 31;
    const LocalIndex at = place ^ ((place ^ size_) & is_new);
    place = at;
    columns_[static_cast<std::size_t>(at)] = column;
    values_[static_cast<std::size_t>(at)] += value;
    size_ -= is_new;
  }

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  LocalIndex column(std::size_t k) const { return columns_[k]; }
  const T& value(std::size_t k) const { return values_[k]; }

 private:
  std::vector<LocalIndex> places_;  // among the columns, -1 for those that did not come
  std::vector<LocalIndex> columns_;
  std::vector<T> values_;  // zeros behind the last one
  LocalIndex size_ = 0;
};

/// The sums of one row of R A P at a time, on one thread. Workspace: a value per column of P; the
/// part that one row touches stays in the caches.
template <Scalar T>
class GalerkinSums {
 public:
  explicit GalerkinSums(const GalerkinOperands<T>& m)
      : m_(m), row_(m.a.columns), sums_(static_cast<std::size_t>(m.p.columns) + 1) {}

  /// Forms row i of R A.
  void start(LocalIndex i) {
    row_.start(
        static_cast<std::size_t>(std::min<Offset>(products_of_row(m_.r, m_.a, i), m_.a.columns)));
    if (i + 1 < m_.r.rows) {
      for (Offset k = m_.r.offsets[i + 1]; k < m_.r.offsets[i + 2]; ++k) {
        prefetch(m_.a, m_.r.indices[k]);
      }
    }
    m_.visit(i, [&](LocalIndex k, Offset of_r, Offset of_a) {
      row_.add(k, m_.r.values[of_r] * m_.a.values[of_a]);
    });
  }

  /// Adds that row times P to the sums; calls note(column) for each product, and for a column
  /// behind the last one.
  template <class Note>
  void multiply(const Note& note) {
    for (std::size_t k = 0; k < row_.size(); ++k) prefetch(m_.p, row_.column(k));
    // Copies, because what note() writes might be any of them.
    const HostCsr<T> p = m_.p;
    T* const sums = sums_.data();
    for (std::size_t k = 0; k < row_.size(); ++k) {
      const T factor = row_.value(k);
      const Offset end = p.offsets[row_.column(k) + 1];
      // Rows of P are short and of different lengths: the end of a loop over entries would be
      // mispredicted. So they are filled up to fours with products for the column behind the last.
      for (Offset l = p.offsets[row_.column(k)]; l < end; l += 4) {
        for (Offset m = l; m < l + 4; ++m) {
          const LocalIndex is_entry = m < end ? -1 : 0;
          const Offset at = l + ((m - l) & is_entry);
          const LocalIndex j = p.columns ^ ((p.columns ^ p.indices[at]) & is_entry);
          sums[j] += factor * p.values[at];
          note(j);
        }
      }
    }
  }
  /// Moves the sums of the given columns, which must be all, to values[0 .. count).
  void take(const LocalIndex* columns, Offset count, T* values) {
    for (Offset k = 0; k < count; ++k) {
      values[k] = std::exchange(sums_[static_cast<std::size_t>(columns[k])], T{});
    }
  }

 private:
  const GalerkinOperands<T>& m_;
  SparseRow<T> row_;
  std::vector<T> sums_;  // zeros between rows
};

/// The columns of rows of R A P, on one thread.
template <Scalar T>
class GalerkinColumns {
 public:
  GalerkinColumns(const GalerkinOperands<T>& m, const GalerkinRuns& runs, const WorkOfRows& bounds)
      : m_(m),
        runs_(runs),
        bounds_(bounds),
        last_row_with_(static_cast<std::size_t>(m.a.columns), -1),
        coarse_(m.p.columns) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(bounds_.of(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows& earlier, LocalIndex* out) {
    if (!runs_.r.empty() && runs_.r[static_cast<std::size_t>(i)] > 0) {
      return std::ranges::copy(earlier.row(1), out).out;
    }
    const auto most = std::min<Offset>(products_of_row(m_.r, m_.a, i), m_.a.columns);
    row_.resize(std::max(row_.size(), static_cast<std::size_t>(most) + 1));
    LocalIndex* end = row_.data();
    const LocalIndex* const begin_of_r = m_.r.indices + m_.r.offsets[i];
    const LocalIndex* const end_of_r = m_.r.indices + m_.r.offsets[i + 1];
    for (const LocalIndex* row = begin_of_r; row < end_of_r; ++row) {
      if (row > begin_of_r && repeats(runs_.a, row)) continue;
      for (Offset k = m_.a.offsets[*row]; k < m_.a.offsets[*row + 1]; ++k) {
        // Without a branch, which would be unpredictable.
        LocalIndex& last = last_row_with_[static_cast<std::size_t>(m_.a.indices[k])];
        *end = m_.a.indices[k];
        end += last == i ? 0 : 1;
        last = i;
      }
    }
    for (const LocalIndex* k = row_.data(); k < end; ++k) {
      if (k == row_.data() || !repeats(runs_.p, k)) m_.insert_row_of_p(*k, coarse_);
    }
    return coarse_.take(out);
  }

  void end_chunk(std::size_t) {}

 private:
  /// Whether this row, behind another in a list, has the columns of that one.
  static bool repeats(const std::vector<std::uint8_t>& rows, const LocalIndex* number) {
    return !rows.empty() && number[0] == number[-1] + 1 &&
           rows[static_cast<std::size_t>(number[0])] != 0;
  }

  const GalerkinOperands<T>& m_;
  const GalerkinRuns& runs_;
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
      : m_(m),
        bounds_(bounds),
        sums_(m),
        coarse_(m.p.columns),
        seen_(static_cast<std::size_t>(m.p.columns) + 1),
        found_(static_cast<std::size_t>(m.p.columns) + 1),
        values_(values) {
    seen_.back() = 1;  // the column behind the last one
  }

  Offset bound(LocalIndex i) const { return std::min<Offset>(bounds_.of(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows&, LocalIndex* out) {
    sums_.start(i);
    // Most products go to columns that others have been to: again without a branch.
    LocalIndex* last = found_.data();
    std::uint8_t* const seen = seen_.data();
    sums_.multiply([&last, seen](LocalIndex j) {
      *last = j;
      last += 1 - seen[j];
      seen[j] = 1;
    });
    for (const LocalIndex* j = found_.data(); j < last; ++j) {
      coarse_.insert(*j);
      seen[*j] = 0;
    }
    LocalIndex* const end = coarse_.take(out);
    const std::size_t size = chunk_.size();
    chunk_.resize(size + static_cast<std::size_t>(end - out));
    sums_.take(out, end - out, chunk_.data() + size);
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
  std::vector<std::uint8_t> seen_;  // columns of this row
  std::vector<LocalIndex> found_;   // these, in any order, and room for one more
  std::vector<std::unique_ptr<T[]>>& values_;
  std::vector<T> chunk_;  // the values of the chunk so far
};

}  // namespace suan::kernels
