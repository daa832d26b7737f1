// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several rows of R A P at a time, on the host: where the unknowns of a node are consecutive, their
// rows have the same columns in each of the three matrices. A column is then looked up once for all
// of them, and each entry of A and P is multiplied by a vector with an element for each row of R.
// Each sum has the terms, in the same order, that it has row by row: the same bits.
#pragma once

#include <functional>

#include "kernels/galerkin/galerkin_rows.hpp"

namespace suan::kernels {

/// Whether row i has the columns of row i - 1, which increase strictly.
template <Scalar T>
bool has_columns_of_last(const HostCsr<T>& m, LocalIndex i) {
  const Offset begin = m.offsets[i];
  const Offset length = m.offsets[i + 1] - begin;
  if (i == 0 || begin - m.offsets[i - 1] != length || length == 0) return false;
  const LocalIndex* const columns = m.indices + begin;
  return std::equal(columns, columns + length, columns - length) &&
         std::adjacent_find(columns, columns + length, std::greater_equal<>()) == columns + length;
}

template <Scalar T>
std::vector<std::uint8_t> repeated_rows(const ExecutionSpace& space, const HostCsr<T>& m) {
  std::vector<std::uint8_t> repeats(static_cast<std::size_t>(m.rows));
  const auto parts = split_rows(m.offsets, m.rows,
                                static_cast<std::size_t>(detail::threads_of(host_instance(space))));
  for_chunks("suan::find_repeated_rows", space, parts.size() - 1, [&](std::size_t p) {
    for (LocalIndex i = parts[p]; i < parts[p + 1]; ++i) {
      repeats[static_cast<std::size_t>(i)] = has_columns_of_last(m, i) ? 1 : 0;
    }
  });
  return repeats;
}

/// None, unless rows of R come in twos at least, on average.
template <Scalar T>
GalerkinRuns find_runs(const ExecutionSpace& space, const HostCsr<T>& r, const HostCsr<T>& a,
                       const HostCsr<T>& p) {
  GalerkinRuns runs;
  auto places = repeated_rows(space, r);
  std::size_t runs_of_r = 0;
  int longest = 1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const int place = places[i] != 0 ? places[i - 1] + 1 : 0;
    places[i] = static_cast<std::uint8_t>(place < GalerkinRuns::most ? place : 0);
    runs_of_r += places[i] == 0 ? 1 : 0;
    longest = std::max(longest, places[i] + 1);
  }
  if (2 * runs_of_r > places.size() || places.empty()) return runs;
  runs.longest = longest;
  runs.r = std::move(places);
  runs.a = repeated_rows(space, a);
  runs.p = repeated_rows(space, p);
  return runs;
}

/// `width` rows of a matrix: sums by column, in the order in which the columns first appear.
/// Workspace: 4 bytes per column; the part that is touched stays in the caches.
template <Scalar T, int width>
class SparseRows {
 public:
  explicit SparseRows(LocalIndex columns) : places_(static_cast<std::size_t>(columns), -1) {}

  void clear() {
    for (std::size_t k = 0; k < size_; ++k) places_[static_cast<std::size_t>(columns_[k])] = -1;
    std::fill_n(values_.begin(), size_ * width, T{});
    size_ = 0;
  }
  /// Makes room for so many columns more.
  void reserve(Offset more) {
    const std::size_t most = size_ + static_cast<std::size_t>(more) + 1;  // at() writes behind
    if (columns_.size() >= most) return;
    columns_.resize(2 * most);
    values_.resize(2 * most * width);
  }
  /// The sums of a column. Without a branch, which would be unpredictable.
  T* at(LocalIndex column) {
    LocalIndex& place = places_[static_cast<std::size_t>(column)];
    const bool is_new = place < 0;
    const std::size_t k = is_new ? size_ : static_cast<std::size_t>(place);
    place = static_cast<LocalIndex>(k);
    columns_[k] = column;
    size_ += is_new ? 1 : 0;
    return values_.data() + k * width;
  }
  /// Of a column that is there.
  const T* find(LocalIndex column) const {
    return values(static_cast<std::size_t>(places_[static_cast<std::size_t>(column)]));
  }

  std::size_t size() const { return size_; }
  const LocalIndex* columns() const { return columns_.data(); }
  const T* values(std::size_t k) const { return values_.data() + k * width; }

 private:
  std::vector<LocalIndex> places_;  // among the columns, -1 for those that did not come
  std::vector<LocalIndex> columns_;
  std::vector<T> values_;  // zeros behind the last one
  std::size_t size_ = 0;
};

/// Runs of consecutive rows of R A P whose rows of R have the same columns, one run at a time, on
/// one thread.
template <Scalar T, int width>
class GalerkinBlock {
 public:
  GalerkinBlock(const GalerkinOperands<T>& m, const GalerkinRuns& runs)
      : m_(m), runs_(runs), row_(m.a.columns), sums_(m.p.columns) {}

  /// Forms the run that begins with row i; returns the number of its rows.
  LocalIndex form(LocalIndex i) {
    LocalIndex count = 1;
    while (i + count < m_.r.rows && runs_.r[static_cast<std::size_t>(i + count)] > 0) ++count;
    row_.clear();
    const LocalIndex* const columns = m_.r.indices + m_.r.offsets[i];
    const Offset length = m_.r.offsets[i + 1] - m_.r.offsets[i];
    for (Offset m = 0; m < length;) {
      const LocalIndex rows = run(runs_.a, columns + m, length - m);
      T left[GalerkinRuns::most * width]{};
      for (LocalIndex b = 0; b < count; ++b) {
        const T* const of_r = m_.r.values + m_.r.offsets[i + b] + m;
        for (LocalIndex l = 0; l < rows; ++l) left[l * width + b] = of_r[l];
      }
      add(left, rows, m_.a, columns[m], row_);
      m += rows;
    }
    sums_.clear();
    const auto size = static_cast<Offset>(row_.size());
    for (Offset k = 0; k < size;) {
      const LocalIndex rows = run(runs_.p, row_.columns() + k, size - k);
      add(row_.values(static_cast<std::size_t>(k)), rows, m_.p, row_.columns()[k], sums_);
      k += rows;
    }
    return count;
  }

  std::size_t size() const { return sums_.size(); }
  const LocalIndex* columns() const { return sums_.columns(); }
  /// Writes the values of the given columns, which must be all, row after row.
  void write(const LocalIndex* columns, Offset length, LocalIndex count, T* values) const {
    for (Offset k = 0; k < length; ++k) {
      const T* const sums = sums_.find(columns[k]);
      for (LocalIndex b = 0; b < count; ++b) values[b * length + k] = sums[b];
    }
  }

 private:
  /// How many of the numbers are those of consecutive rows with the same columns.
  static LocalIndex run(const std::vector<std::uint8_t>& repeats, const LocalIndex* numbers,
                        Offset count) {
    const auto most = std::min<Offset>(count, GalerkinRuns::most);
    LocalIndex length = 1;
    while (length < most && numbers[length] == numbers[0] + length &&
           repeats[static_cast<std::size_t>(numbers[length])] != 0) {
      ++length;
    }
    return length;
  }

  /// Adds left[l] times row first + l of m, for l < rows.
  static void add(const T* left, LocalIndex rows, const HostCsr<T>& m, LocalIndex first,
                  SparseRows<T, width>& to) {
    if (rows == 3) {
      add_rows<3>(left, 3, m, first, to);
    } else if (rows == 6) {
      add_rows<6>(left, 6, m, first, to);
    } else {
      add_rows<0>(left, rows, m, first, to);
    }
  }
  template <int fixed>
  static void add_rows(const T* left, LocalIndex any, const HostCsr<T>& m, LocalIndex first,
                       SparseRows<T, width>& to) {
    const LocalIndex rows = fixed > 0 ? fixed : any;
    const Offset begin = m.offsets[first];
    const Offset length = m.offsets[first + 1] - begin;
    to.reserve(length);
    for (Offset k = 0; k < length; ++k) {
      T* const at = to.at(m.indices[begin + k]);
      T sums[width];
      for (int b = 0; b < width; ++b) sums[b] = at[b];
      for (LocalIndex l = 0; l < rows; ++l) {
        const T value = m.values[begin + l * length + k];
        for (int b = 0; b < width; ++b) sums[b] += left[l * width + b] * value;
      }
      for (int b = 0; b < width; ++b) at[b] = sums[b];
    }
  }

  const GalerkinOperands<T>& m_;
  const GalerkinRuns& runs_;
  SparseRows<T, width> row_;  // of R A
  SparseRows<T, width> sums_;
};

/// The columns and the values, chunk by chunk, on one thread. No chunk begins within a run.
template <Scalar T, int width>
class GalerkinBlockRows {
 public:
  /// values[c] becomes those of chunk c.
  GalerkinBlockRows(const GalerkinOperands<T>& m, const GalerkinRuns& runs,
                    const WorkOfRows& bounds, std::vector<std::unique_ptr<T[]>>& values)
      : runs_(runs),
        bounds_(bounds),
        most_columns_(m.p.columns),
        block_(m, runs),
        coarse_(m.p.columns),
        values_(values) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(bounds_.of(i), most_columns_); }

  LocalIndex* columns(LocalIndex i, const EarlierRows& earlier, LocalIndex* out) {
    if (runs_.r[static_cast<std::size_t>(i)] > 0) {
      return std::ranges::copy(earlier.row(1), out).out;
    }
    const LocalIndex count = block_.form(i);
    for (std::size_t k = 0; k < block_.size(); ++k) coarse_.insert(block_.columns()[k]);
    LocalIndex* const end = coarse_.take(out);
    const std::size_t size = chunk_.size();
    chunk_.resize(size + static_cast<std::size_t>((end - out) * count));
    block_.write(out, end - out, count, chunk_.data() + size);
    return end;
  }

  void end_chunk(std::size_t chunk) {
    values_[chunk] = std::make_unique_for_overwrite<T[]>(chunk_.size());
    std::copy(chunk_.begin(), chunk_.end(), values_[chunk].get());
    chunk_.clear();
  }

 private:
  const GalerkinRuns& runs_;
  const WorkOfRows& bounds_;
  LocalIndex most_columns_;
  GalerkinBlock<T, width> block_;
  ColumnSet coarse_;
  std::vector<std::unique_ptr<T[]>>& values_;
  std::vector<T> chunk_;  // the values of the chunk so far
};

/// Chunks that do not begin within a run.
inline std::vector<LocalIndex> whole_runs(std::vector<LocalIndex> chunks,
                                          const GalerkinRuns& runs) {
  for (LocalIndex& begin : chunks) {
    while (!runs.r.empty() && begin < chunks.back() && runs.r[static_cast<std::size_t>(begin)] > 0)
      --begin;
  }
  return chunks;
}

/// Calls use(width) for a constant width of at least runs.longest.
template <class Use>
void with_width(const GalerkinRuns& runs, const Use& use) {
  if (runs.longest <= 4) {
    use(std::integral_constant<int, 4>());
  } else {
    use(std::integral_constant<int, 8>());
  }
}

}  // namespace suan::kernels
