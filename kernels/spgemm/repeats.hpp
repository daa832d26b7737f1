// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows that equal an earlier row shifted by some columns: most rows on a grid, also with several
// unknowns per point. What was found out about the earlier row can be reused.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "kernels/common/host_csr.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::kernels {

/// Whether row i of `a` has the columns of row i - distance, each shifted by `distance`.
template <Scalar T>
bool row_repeats(const HostCsr<T>& a, LocalIndex i, LocalIndex distance) {
  if (i < distance) return false;
  const Offset begin = a.offsets[i];
  const Offset before = a.offsets[i - distance];
  const Offset length = a.offsets[i + 1] - begin;
  if (a.offsets[i - distance + 1] - before != length) return false;
  for (Offset k = 0; k < length; ++k) {
    if (a.indices[begin + k] - a.indices[before + k] != distance) return false;
  }
  return true;
}

/// For each row of B, whether it repeats at the distance at which most rows do. Memory: a byte per
/// row of B.
class Repeats {
 public:
  static constexpr LocalIndex farthest = 8;

  Repeats() = default;
  template <Scalar T>
  Repeats(const ExecutionSpace& space, const HostCsr<T>& b) {
    distance_ = best_distance(b);
    if (distance_ == 0) return;
    of_row_ = std::make_unique_for_overwrite<bool[]>(static_cast<std::size_t>(b.rows));
    const auto parts = split_rows(
        b.offsets, b.rows, static_cast<std::size_t>(detail::threads_of(host_instance(space))));
    for_chunks("suan::find_repeats", space, parts.size() - 1, [&](std::size_t p) {
      for (LocalIndex i = parts[p]; i < parts[p + 1]; ++i) {
        of_row_[static_cast<std::size_t>(i)] = row_repeats(b, i, distance_);
      }
    });
  }

  /// 0: too few rows repeat.
  LocalIndex distance() const { return distance_; }

  /// Whether row i of A B has the columns of row i - distance(), shifted. Sufficient, not
  /// necessary: row i of A repeats, and so do all rows of B that it refers to.
  template <Scalar T>
  bool product_repeats(const HostCsr<T>& a, LocalIndex i) const {
    if (distance_ == 0 || !row_repeats(a, i, distance_)) return false;
    for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) {
      if (!of_row_[static_cast<std::size_t>(a.indices[k])]) return false;
    }
    return true;
  }

 private:
  /// From a sample of rows; the smallest of equally good distances.
  template <Scalar T>
  static LocalIndex best_distance(const HostCsr<T>& b) {
    constexpr LocalIndex sample = 1024;
    const LocalIndex step = std::max<LocalIndex>(1, b.rows / sample);
    LocalIndex best = 0;
    LocalIndex most = 0;
    LocalIndex looked_at = 0;
    std::array<LocalIndex, farthest + 1> counts{};
    for (Offset i = 0; i < b.rows; i += step, ++looked_at) {
      for (LocalIndex d = 1; d <= farthest; ++d) {
        counts[static_cast<std::size_t>(d)] += row_repeats(b, static_cast<LocalIndex>(i), d);
      }
    }
    for (LocalIndex d = 1; d <= farthest; ++d) {
      if (counts[static_cast<std::size_t>(d)] > most) {
        most = counts[static_cast<std::size_t>(d)];
        best = d;
      }
    }
    return 2 * most >= looked_at ? best : 0;
  }

  LocalIndex distance_ = 0;
  std::unique_ptr<bool[]> of_row_;
};

/// Where the columns of a chunk's latest rows are, while they are found row by row.
class EarlierRows {
 public:
  void start(LocalIndex first) { first_ = first; }
  /// Row i starts at `at`, after row i - 1.
  void begin_row(LocalIndex i, const LocalIndex* at) {
    row_ = i;
    begins_[place(i)] = at;
  }
  /// The columns of the row `distance` before the one begun last, at most Repeats::farthest. Only
  /// valid when has() is true.
  bool has(LocalIndex distance) const { return row_ - first_ >= distance; }
  std::span<const LocalIndex> row(LocalIndex distance) const {
    return {begins_[place(row_ - distance)], begins_[place(row_ - distance + 1)]};
  }

 private:
  static constexpr std::size_t places = 16;
  static_assert(Repeats::farthest < places);
  static std::size_t place(LocalIndex i) { return static_cast<std::size_t>(i) % places; }

  LocalIndex first_ = 0;
  LocalIndex row_ = 0;
  std::array<const LocalIndex*, places> begins_{};
};

}  // namespace suan::kernels
