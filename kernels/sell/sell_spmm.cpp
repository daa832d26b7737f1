// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Compact SELL times several vectors: two rows at a time, with their sums in registers; in runs
// their rows of X are adjacent in memory.
#include "kernels/sell/sell_spmm.hpp"

#include "kernels/spmm/multi_sums.hpp"
#include "kernels/spmm/visited_spmm.hpp"
#include "kernels/values/with_code.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

namespace suan::kernels {

#if !SUAN_HAVE_CUDA

namespace {

template <Scalar T, class Code>
struct SellSpmm {
  const SellView<T, Code>& m;
  const T* x;
  std::size_t x_stride;
  MultiTarget<T> target;

  /// Vectors c to c + width - 1 of slice s. As with one vector, all rows of a slice may be read,
  /// even those beyond the last row of the matrix.
  template <int width>
  void slice(LocalIndex s, std::size_t c) const {
    const SellSlice& slice = m.slices.data()[s];
    const LocalIndex first = s * slice_rows;
    const LocalIndex end = std::min(slice_rows, m.rows - first);
    for (LocalIndex lane = 0; lane < end; lane += 2) {
      MultiSums<T, width> sums[2];
      add_pair<width>(slice, lane, c, sums);
      target.put(sums[0], first + lane, c);
      if (lane + 1 < end) target.put(sums[1], first + lane + 1, c);
    }
  }

 private:
  const T* row_of_x(std::size_t column, std::size_t c) const { return x + column * x_stride + c; }

  /// The runs of two rows; `words` has their first columns.
  template <bool gaps, int width>
  KOKKOS_FORCEINLINE_FUNCTION void add_runs(const SellSlice& slice, const std::uint32_t* words,
                                            const Code* values, LocalIndex lane, std::size_t c,
                                            MultiSums<T, width>* sums) const {
    const bool shared = slice.is(SellSlice::shared);
    const Code* const own = shared ? values : values + lane;
    const Offset step = shared ? 1 : slice_rows;
    const Offset next = shared ? 0 : 1;
    const auto bit = static_cast<std::uint32_t>(lane);
    for (LocalIndex k = 0; k < slice.width; ++k) {
      const T* const from = row_of_x(words[k] + bit, c);
      const std::uint32_t present = gaps ? words[slice.width + k] >> bit : 3u;
      if ((present & 1u) != 0) sums[0].add(m.codec.decode(own[k * step]), from);
      if ((present & 2u) != 0) sums[1].add(m.codec.decode(own[k * step + next]), from + x_stride);
    }
  }

  /// Adjacent entries in arbitrary columns, and the tails; column(n) reads the n-th number.
  template <int width, class Column>
  KOKKOS_FORCEINLINE_FUNCTION void add_listed(const SellSlice& slice, const std::uint32_t* ends,
                                              const Code* values, LocalIndex lane, std::size_t c,
                                              const Column& column,
                                              MultiSums<T, width>* sums) const {
    const Offset side_by_side = Offset(slice.width) * slice_rows;
    const bool runs = slice.is(SellSlice::runs);
    for (Offset k = lane; !runs && k < side_by_side; k += slice_rows) {
      sums[0].add(m.codec.decode(values[k]), row_of_x(column(k), c));
      sums[1].add(m.codec.decode(values[k + 1]), row_of_x(column(k + 1), c));
    }
    if (!slice.is(SellSlice::uneven)) return;
    const Offset numbers = runs ? 0 : side_by_side;
    const Code* const tails =
        values + (slice.is(SellSlice::shared) ? Offset(slice.width) : side_by_side);
    const auto add_tail = [&](Offset begin, Offset end, MultiSums<T, width>& sum) {
      for (Offset k = begin; k < end; ++k) {
        sum.add(m.codec.decode(tails[k]), row_of_x(column(numbers + k), c));
      }
    };
    add_tail(lane == 0 ? 0 : ends[lane - 1], ends[lane], sums[0]);
    add_tail(ends[lane], ends[lane + 1], sums[1]);
  }

  // All inline, so that the sums stay in registers.
  template <int width>
  KOKKOS_FORCEINLINE_FUNCTION void add_pair(const SellSlice& slice, LocalIndex lane, std::size_t c,
                                            MultiSums<T, width>* sums) const {
    const std::uint32_t* words = m.words.data() + slice.words;
    const Code* const values = m.values.data() + slice.values;
    const std::uint32_t* const ends = words;
    if (slice.is(SellSlice::uneven)) words += slice_rows;
    if (slice.is(SellSlice::gaps)) return add_runs<true>(slice, words, values, lane, c, sums);
    if (slice.is(SellSlice::runs)) {
      add_runs<false>(slice, words, values, lane, c, sums);
      if (!slice.is(SellSlice::uneven)) return;
      words += slice.width;
    }
    if (slice.is(SellSlice::near)) {
      const std::size_t base = words[0];
      const auto* const distances = reinterpret_cast<const Distance*>(words + 1);
      add_listed(
          slice, ends, values, lane, c, [=](Offset n) { return base + distances[n]; }, sums);
    } else {
      add_listed(
          slice, ends, values, lane, c, [=](Offset n) { return std::size_t{words[n]}; }, sums);
    }
  }
};

/// All vectors of a few slices before the next few: those slices are cached the second time.
template <Scalar T, class Code>
void multiply_slices(const SellSpmm<T, Code>& product, LocalIndex begin, LocalIndex end,
                     std::size_t vectors) {
  constexpr LocalIndex some_slices = 8;
  for (LocalIndex first = begin; first < end; first += some_slices) {
    const LocalIndex last = std::min(some_slices, end - first) + first;
    for_widths<widest_multi<T>>(vectors, [&]<int width>(std::size_t c) {
      for (LocalIndex s = first; s < last; ++s) product.template slice<width>(s, c);
    });
  }
}

}  // namespace

#endif

template <Scalar T, class Code>
void sell_spmm(const ExecutionSpace& space, T alpha, const SellView<T, Code>& m,
               const RowMajor<const T>& x, T beta, const RowMajor<T>& y) {
  constexpr const char* label = "suan::sell_spmm";
#if SUAN_HAVE_CUDA
  visited_spmm<T>(label, space, alpha, m, x, beta, y);
#else
  const SellSpmm<T, Code> product{m, x.data(), x.stride(0), MultiTarget<T>(alpha, beta, y)};
  const std::size_t vectors = y.extent(1);
  const auto slice_at = [](LocalIndex row) {
    return row / slice_rows + (row % slice_rows != 0 ? 1 : 0);
  };
  const int parts = parts_of_work(space, m.work() * static_cast<Offset>(vectors));
  for_parts(label, space, parts, [&](int part) {
    multiply_slices(product, slice_at(m.first_row_of_part(part, parts)),
                    slice_at(m.first_row_of_part(part + 1, parts)), vectors);
    end_of_stream();
  });
#endif
}

#define SUAN_INSTANTIATE(T, Code)                                             \
  template void sell_spmm(const ExecutionSpace&, T, const SellView<T, Code>&, \
                          const RowMajor<const T>&, T, const RowMajor<T>&);
SUAN_FOR_CODES(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
