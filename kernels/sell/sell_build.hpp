// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From CSR to compact SELL, on the device: one pass examines each slice and decides, one fills the
// arrays. In double precision an entry of a run moves 4 bytes in the first pass and 12 in the
// second, and 24 are written (cleared by the system, read by the cache, written). Clearing new
// memory takes much of the time (docs/performance.md). On a GPU both passes have a warp per slice.
#pragma once

#include "kernels/sell/sell_slice.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/error.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/sell/sell_build.cuh"
#endif

namespace suan::kernels {

/// How often each form was chosen, in slices, and the number of entries in runs.
struct SellCounts {
  Offset runs = 0;
  Offset shared = 0;
  Offset near = 0;
  Offset entries_in_runs = 0;
};

/// The positions of all slices, which do not depend on how values are stored.
struct SellLayout {
  DeviceView<const SellSlice> slices;
  Offset values = 0;
  Offset words = 0;
  SellCounts counts;
};

using Slices = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
SellLayout sell_layout(const ExecutionSpace& space, const CsrView<T>& a) {
  const LocalIndex count = a.rows / slice_rows + (a.rows % slice_rows != 0 ? 1 : 0);
  const DeviceView<SellSlice> slices =
      detail::allocate<SellSlice>("suan::sell slices", static_cast<std::size_t>(count));
  SellLayout layout;
  SellCounts& counts = layout.counts;
  Offset longest_tails = 0;
#if SUAN_HAVE_CUDA
  cuda::decide_slices(space, a, slices);
#endif
  Kokkos::parallel_reduce(
      "suan::sell_decide", Slices(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex s, Offset & runs, Offset & shared, Offset & near, Offset & in_runs,
                    Offset & tails) {
#if !SUAN_HAVE_CUDA
        slices(s) = plan_slice(a, s);
#endif
        const Offset side_by_side = Offset(slices(s).width) * slice_rows;
        runs += slices(s).is(SellSlice::runs) ? 1 : 0;
        shared += slices(s).is(SellSlice::shared) ? 1 : 0;
        near += slices(s).is(SellSlice::near) ? 1 : 0;
        const LocalIndex last = last_row(a.rows, s * slice_rows);
        const Offset entries = a.offsets(last) - a.offsets(s * slice_rows);
        in_runs += slices(s).is(SellSlice::runs) ? Kokkos::min(side_by_side, entries) : 0;
        tails = Kokkos::max(tails, entries - side_by_side);
      },
      counts.runs, counts.shared, counts.near, counts.entries_in_runs,
      Kokkos::Max<Offset>(longest_tails));
  // A few less than 32 bits can count: a GPU counts beyond the end of a batch.
  constexpr Offset most = std::numeric_limits<std::uint32_t>::max() - 8;
  if (longest_tails > most) {
    throw NotSupported(message("the format sell takes at most ", most, " entries in ", slice_rows,
                               " rows that are not in consecutive columns, and there are ",
                               longest_tails));
  }
  // Turns the length of each slice into its start.
  Kokkos::parallel_scan(
      "suan::sell_values", Slices(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex s, Offset & sum, bool final) {
        const Offset size = slices(s).values;
        if (final) slices(s).values = sum;
        sum += size;
      },
      layout.values);
  Kokkos::parallel_scan(
      "suan::sell_words", Slices(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex s, Offset & sum, bool final) {
        const Offset size = slices(s).words;
        if (final) slices(s).words = sum;
        sum += size;
      },
      layout.words);
  layout.slices = slices;
  return layout;
}

#if !SUAN_HAVE_CUDA

/// Writes the words and values of a slice of runs with gaps.
template <Scalar T, class Code>
KOKKOS_FUNCTION void fill_runs_with_gaps(const CsrView<T>& a, const Codec<T, Code>& codec,
                                         LocalIndex first, const SellSlice& slice,
                                         std::uint32_t* word, Code* value) {
  const LocalIndex kept = slice.is(SellSlice::shared) ? 1 : slice_rows;
  const T* const values = a.values.data();
  each_run(a, first, [&](Offset base, std::uint32_t present, const Offset* at) {
    word[0] = static_cast<std::uint32_t>(base);
    word[slice.width] = present;
    ++word;
    const Offset any = at[first_bit(present)];
    Code* const stored = value;
    for (LocalIndex l = 0; l < kept; ++l) {
      stored[l] = codec.encode(values[(present >> l & 1u) != 0 ? at[l] : any]);
    }
    value += kept;
    return true;
  });
}

/// Writes the words and values of slice s.
template <Scalar T, class Code>
KOKKOS_FUNCTION void fill_slice(const CsrView<T>& a, const Codec<T, Code>& codec, LocalIndex s,
                                const SellSlice& slice, std::uint32_t* word, Code* value) {
  const LocalIndex first = s * slice_rows;
  const LocalIndex last = last_row(a.rows, first);
  const bool runs = slice.is(SellSlice::runs);
  const bool near = slice.is(SellSlice::near);
  if (slice.is(SellSlice::gaps)) {
    fill_runs_with_gaps(a, codec, first, slice, word, value);
    return;
  }
  if (slice.is(SellSlice::uneven)) {
    Offset end = 0;
    for (LocalIndex l = 0; l < slice_rows; ++l) {
      if (first + l < last) end += a.offsets(first + l + 1) - a.offsets(first + l) - slice.width;
      *word++ = static_cast<std::uint32_t>(end);
    }
  }
  for (LocalIndex k = 0; runs && k < slice.width; ++k) {
    *word++ = static_cast<std::uint32_t>(a.indices(a.offsets(first) + k));
  }
  LocalIndex base = 0;
  if (near) {
    base = std::numeric_limits<LocalIndex>::max();
    for (Offset k = a.offsets(first); k < a.offsets(last); ++k) {
      base = Kokkos::min(base, a.indices(k));
    }
    *word++ = static_cast<std::uint32_t>(base);
  }
  auto* const distances = reinterpret_cast<Distance*>(word);
  Offset listed = 0;
  const auto list = [&](LocalIndex column) {
    if (near) {
      distances[listed] = static_cast<Distance>(column - base);
    } else {
      word[listed] = static_cast<std::uint32_t>(column);
    }
    ++listed;
  };
  const LocalIndex kept = slice.is(SellSlice::shared) ? 1 : slice_rows;
  for (LocalIndex k = 0; k < slice.width; ++k) {
    for (LocalIndex l = 0; l < kept; ++l) {
      *value++ = codec.encode(a.values(a.offsets(first + l) + k));
    }
  }
  for (LocalIndex k = 0; !runs && k < slice.width; ++k) {
    for (LocalIndex l = 0; l < slice_rows; ++l) list(a.indices(a.offsets(first + l) + k));
  }
  for (LocalIndex i = first; i < last; ++i) {
    for (Offset at = a.offsets(i) + slice.width; at < a.offsets(i + 1); ++at) {
      list(a.indices(at));
      *value++ = codec.encode(a.values(at));
    }
  }
  if (near && listed % 2 == 1) distances[listed] = 0;
}

#endif

template <Scalar T, class Code>
SellView<T, Code> fill_sell(const ExecutionSpace& space, const CsrView<T>& a,
                            const SellLayout& layout, const Codec<T, Code>& codec) {
  const auto slices = layout.slices;
  const auto words =
      detail::allocate<std::uint32_t>("suan::sell words", static_cast<std::size_t>(layout.words));
  const auto values =
      detail::allocate<Code>("suan::sell values", static_cast<std::size_t>(layout.values));
#if SUAN_HAVE_CUDA
  cuda::write_slices(space, a, codec, slices, words, values);
#else
  Kokkos::parallel_for(
      "suan::sell_fill", Slices(space, 0, static_cast<LocalIndex>(slices.extent(0))),
      KOKKOS_LAMBDA(LocalIndex s) {
        const SellSlice slice = slices(s);
        fill_slice(a, codec, s, slice, words.data() + slice.words, values.data() + slice.values);
      });
#endif
  space.fence("suan::sell_fill");
  return {a.rows, a.entries(), slices, words, values, codec};
}

}  // namespace suan::kernels
