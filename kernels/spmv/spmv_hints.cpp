// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_hints.hpp"

#include <algorithm>
#include <vector>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

#if !SUAN_HAVE_CUDA

namespace {

/// The cache lines of x that were used recently.
class RecentLines {
 public:
  void forget() { std::fill(lines_.begin(), lines_.end(), none); }
  void meet(std::int64_t line) { lines_[place(line)] = line; }
  bool has(std::int64_t line) const { return lines_[place(line)] == line; }
  /// Whether a prefetcher of consecutive lines has not loaded this one.
  bool is_far(std::int64_t line) const { return !has(line) && !has(line - 1) && !has(line + 1); }

 private:
  static constexpr std::int64_t none = -2;
  static constexpr int bits = 13;  // 8192 lines of 64 bytes: a second-level cache
  static std::size_t place(std::int64_t line) {
    return (static_cast<std::uint64_t>(line) * 0x9e3779b97f4a7c15ULL) >> (64 - bits);
  }
  std::vector<std::int64_t> lines_ = std::vector<std::int64_t>(std::size_t(1) << bits, none);
};

}  // namespace

#endif

template <Scalar T>
bool columns_are_scattered([[maybe_unused]] const CsrView<T>& a,
                           [[maybe_unused]] std::int64_t element_bytes) {
#if SUAN_HAVE_CUDA
  return false;
#else
  constexpr Offset samples = 16;
  constexpr Offset before = 2048;   // entries that fill the set of recent lines
  constexpr Offset counted = 2048;  // entries after them
  constexpr Offset one_in = 64;     // the fraction of far columns that makes it pay off
  constexpr std::int64_t near_caches = std::int64_t(2) << 20;
  const std::int64_t per_line =
      std::max<std::int64_t>(1, 64 / std::max<std::int64_t>(1, element_bytes));
  const Offset entries = a.entries();
  if (a.columns * element_bytes <= near_caches || entries < samples * before) {
    return false;
  }
  Offset far = 0;
  Offset all = 0;
  RecentLines recent;
  for (Offset s = 0; s < samples; ++s) {
    recent.forget();
    const Offset begin = entries / samples * s;
    const Offset middle = begin + before;
    const Offset end = std::min(middle + counted, entries);
    for (Offset k = begin; k < end; ++k) {
      const std::int64_t line = a.indices(k) / per_line;
      if (k >= middle && recent.is_far(line)) ++far;
      recent.meet(line);
    }
    all += end - middle;
  }
  return far * one_in >= all;
#endif
}

template <Scalar T>
double changing_rows([[maybe_unused]] const CsrView<T>& a) {
#if SUAN_HAVE_CUDA
  return 0;
#else
  constexpr LocalIndex samples = 64;
  constexpr LocalIndex rows = 64;
  const auto length = [&a](LocalIndex i) { return a.offsets(i + 1) - a.offsets(i); };
  LocalIndex changes = 0;
  LocalIndex all = 0;
  for (LocalIndex s = 0; s < samples; ++s) {
    const auto begin = static_cast<LocalIndex>(Offset{a.rows} * s / samples);
    const LocalIndex count = std::min(rows, a.rows - 1 - begin);
    for (LocalIndex i = begin; i < begin + count; ++i) changes += length(i) != length(i + 1);
    all += std::max(count, 0);
  }
  return all == 0 ? 0 : static_cast<double>(changes) / all;
#endif
}

namespace {

/// In repeated products a branch predictor memorises the lengths of this many rows.
constexpr LocalIndex learnt_rows = LocalIndex(1) << 16;
constexpr LocalIndex short_row = 16;
constexpr std::int64_t bytes_of_line = 64;

}  // namespace

template <Scalar T>
SpmvHints<T>::SpmvHints(const ExecutionSpace& space, const CsrView<T>& a)
    : long_rows(space, a),
      scattered(columns_are_scattered(a, sizeof(T))),
      scattered_multi(columns_are_scattered(a, bytes_of_line)) {
  if (SUAN_HAVE_CUDA != 0) return;
  const double changing = changing_rows(a);
  alike = changing <= 0.125;
  uneven = changing >= 0.25 && a.rows >= learnt_rows && a.entries() / short_row < a.rows;
}

#define SUAN_INSTANTIATE(T)                         \
  template struct SpmvHints<T>;                     \
  template double changing_rows(const CsrView<T>&); \
  template bool columns_are_scattered(const CsrView<T>&, std::int64_t);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
