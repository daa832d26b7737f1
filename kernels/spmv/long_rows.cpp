// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/long_rows.hpp"

#include <algorithm>

#include "kernels/spmv/row_products.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

template <Scalar T>
LongRows<T>::LongRows([[maybe_unused]] const ExecutionSpace& space,
                      [[maybe_unused]] const CsrView<T>& a) {
#if !SUAN_HAVE_CUDA
  const Offset* const offsets = a.offsets.data();
  const auto is_long = [offsets](LocalIndex i) { return offsets[i + 1] - offsets[i] >= shortest; };
  LocalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::count_long_rows",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.rows),
      [=](LocalIndex i, LocalIndex& sum) { sum += is_long(i) ? 1 : 0; }, count);
  if (count == 0) return;
  entries_ = {0};
  pieces_ = {0};
  for (LocalIndex i = 0; i < a.rows; ++i) {
    if (!is_long(i)) continue;
    const Offset length = offsets[i + 1] - offsets[i];
    rows_.push_back(i);
    entries_.push_back(entries_.back() + length);
    pieces_.push_back(pieces_.back() + (length + piece - 1) / piece);
  }
#endif
}

template <Scalar T>
Offset LongRows<T>::entries_before(LocalIndex i) const {
  if (rows_.empty()) return 0;
  const auto before = std::lower_bound(rows_.begin(), rows_.end(), i) - rows_.begin();
  return entries_[static_cast<std::size_t>(before)];
}

template <Scalar T>
std::vector<T> LongRows<T>::products([[maybe_unused]] const ExecutionSpace& space,
                                     [[maybe_unused]] const CsrView<T>& a,
                                     [[maybe_unused]] const T* x,
                                     [[maybe_unused]] bool fetch) const {
  std::vector<T> sums(rows_.size());
#if !SUAN_HAVE_CUDA
  if (rows_.empty()) return sums;
  std::vector<T> of_pieces(static_cast<std::size_t>(pieces_.back()));
  Kokkos::parallel_for(
      "suan::long_rows",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(space, 0, pieces_.back()),
      [&](Offset p) {
        const auto row = static_cast<std::size_t>(
            std::upper_bound(pieces_.begin(), pieces_.end(), p) - pieces_.begin() - 1);
        const Offset begin = a.offsets(rows_[row]) + (p - pieces_[row]) * piece;
        const Offset ends[2] = {begin, std::min(begin + piece, a.offsets(rows_[row] + 1))};
        row_products(ends, 1, a.indices.data(), a.values.data(), x,
                     &of_pieces[static_cast<std::size_t>(p)],
                     {.entries = a.entries(), .fetch = fetch});
      });
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (Offset p = pieces_[row]; p < pieces_[row + 1]; ++p) {
      sums[row] += of_pieces[static_cast<std::size_t>(p)];
    }
  }
#endif
  return sums;
}

template <Scalar T>
void LongRows<T>::place(LocalIndex begin, LocalIndex count, const std::vector<T>& sums,
                        T* products) const {
  auto at = std::lower_bound(rows_.begin(), rows_.end(), begin);
  for (; at != rows_.end() && *at - begin < count; ++at) {
    products[*at - begin] = sums[static_cast<std::size_t>(at - rows_.begin())];
  }
}

#define SUAN_INSTANTIATE(T) template class LongRows<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
