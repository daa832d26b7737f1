// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From CSR to compact SELL, on the device: one pass that looks at each slice and decides, one that
// fills the arrays.
#pragma once

#include "core/memory.hpp"
#include "kernels/sell_view.hpp"
#include "suan/core/error.hpp"

namespace suan::kernels {

/// What the first pass finds out about a slice.
struct SellPlanOfSlice {
  LocalIndex width;
  std::uint32_t flags;
  Offset values;
  Offset words;
};

/// How often each way was chosen; in slices, and in entries that stand in runs.
struct SellCounts {
  Offset runs = 0;
  Offset shared = 0;
  Offset near = 0;
  Offset entries_in_runs = 0;
};

/// The places of all slices, which do not depend on how values are stored.
struct SellLayout {
  DeviceView<const SellSlice> slices;
  Offset values = 0;
  Offset words = 0;
  SellCounts counts;
};

using Slices = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The row behind those of a slice.
KOKKOS_FORCEINLINE_FUNCTION LocalIndex last_row(LocalIndex rows, LocalIndex first) {
  return rows - first < slice_rows ? rows : first + slice_rows;
}

/// Whether the first `width` entries of row `first` + l stand l columns behind those of row
/// `first`. All are looked at, which vectors do faster than a loop that stops.
template <Scalar T>
KOKKOS_FUNCTION bool continues_runs(const CsrView<T>& a, LocalIndex first, LocalIndex l,
                                    LocalIndex width) {
  const LocalIndex* const leading = a.indices.data() + a.offsets(first);
  const LocalIndex* const own = a.indices.data() + a.offsets(first + l);
  LocalIndex differs = 0;
  for (LocalIndex k = 0; k < width; ++k) differs |= (own[k] - leading[k]) ^ l;
  return differs == 0;
}

/// Whether the same values stand there.
template <Scalar T>
KOKKOS_FUNCTION bool shares_values(const CsrView<T>& a, LocalIndex first, LocalIndex l,
                                   LocalIndex width) {
  const T* const leading = a.values.data() + a.offsets(first);
  const T* const own = a.values.data() + a.offsets(first + l);
  bool same = true;
  for (LocalIndex k = 0; k < width; ++k) same &= same_bits(own[k], leading[k]);
  return same;
}

/// Goes through the entries of the rows from `first` on run by run: the entries whose columns minus
/// the row are equal are one run, and the runs come in the order of their columns. Calls
/// found(base, present, places) for each, where `base` is the first row's column (it may have none
/// there), `present` has a bit for each row with an entry and places[l] is where that of row
/// `first` + l is; stops where it returns false. Rows are sorted, or the same run may come twice.
template <Scalar T, class Found>
KOKKOS_FUNCTION void each_run(const CsrView<T>& a, LocalIndex first, const Found& found) {
  Offset at[slice_rows];
  for (LocalIndex l = 0; l < slice_rows; ++l) at[l] = a.offsets(first + l);
  while (true) {
    constexpr Offset none = std::numeric_limits<Offset>::max();
    Offset base = none;
    for (LocalIndex l = 0; l < slice_rows; ++l) {
      if (at[l] == a.offsets(first + l + 1)) continue;
      base = Kokkos::min(base, Offset(a.indices(at[l])) - l);
    }
    if (base == none) return;
    std::uint32_t present = 0;
    for (LocalIndex l = 0; l < slice_rows; ++l) {
      if (at[l] == a.offsets(first + l + 1) || Offset(a.indices(at[l])) - l != base) continue;
      present |= std::uint32_t(1) << l;
    }
    if (!found(base, present, at)) return;
    for (LocalIndex l = 0; l < slice_rows; ++l) at[l] += present >> l & 1u;
  }
}

/// Whether the rows from `first` on are runs with few gaps, as at the ends of a grid's lines.
/// `plan` is told how many, and whether they share values. A gap costs a value, so there may be one
/// to four entries; one to each entry where the rows share their values. All columns of a run
/// exist.
template <Scalar T>
KOKKOS_FUNCTION bool has_runs_with_gaps(const CsrView<T>& a, LocalIndex first,
                                        SellPlanOfSlice& plan) {
  const Offset entries = a.offsets(first + slice_rows) - a.offsets(first);
  Offset missing = 0;
  LocalIndex runs = 0;
  bool fits = entries > 0;
  bool shared = true;
  each_run(a, first, [&](Offset base, std::uint32_t present, const Offset* at) {
    const T* value = nullptr;
    for (LocalIndex l = 0; l < slice_rows; ++l) {
      if ((present >> l & 1u) == 0) {
        ++missing;
        continue;
      }
      if (value == nullptr) value = &a.values(at[l]);
      shared = shared && same_bits(a.values(at[l]), *value);
    }
    ++runs;
    fits = base >= 0 && base + slice_rows <= a.columns && missing * (shared ? 1 : 4) <= entries;
    return fits;
  });
  if (!fits) return false;
  plan.width = runs;
  plan.flags = SellSlice::runs | SellSlice::gaps | (shared ? SellSlice::shared : 0);
  plan.values = shared ? Offset(runs) : Offset(runs) * slice_rows;
  plan.words = 2 * Offset(runs);
  return true;
}

template <Scalar T>
KOKKOS_FUNCTION SellPlanOfSlice plan_slice(const CsrView<T>& a, LocalIndex slice) {
  const LocalIndex first = slice * slice_rows;
  const LocalIndex last = last_row(a.rows, first);
  Offset shortest = a.offsets(first + 1) - a.offsets(first);
  Offset longest = shortest;
  for (LocalIndex i = first + 1; i < last; ++i) {
    const Offset length = a.offsets(i + 1) - a.offsets(i);
    shortest = Kokkos::min(shortest, length);
    longest = Kokkos::max(longest, length);
  }
  const Offset entries = a.offsets(last) - a.offsets(first);
  SellPlanOfSlice plan{};
  // A slice that is not full has nothing side by side.
  plan.width = last - first == slice_rows ? static_cast<LocalIndex>(shortest) : 0;
  if (longest > plan.width) plan.flags |= SellSlice::uneven;
  bool runs = plan.width > 0;
  for (LocalIndex l = 1; runs && l < slice_rows; ++l)
    runs = continues_runs(a, first, l, plan.width);
  bool shared = runs;
  for (LocalIndex l = 1; shared && l < slice_rows; ++l) {
    shared = shares_values(a, first, l, plan.width);
  }
  if (!(runs && longest == plan.width) && last - first == slice_rows &&
      has_runs_with_gaps(a, first, plan)) {
    return plan;
  }
  if (runs) plan.flags |= SellSlice::runs;
  if (shared) plan.flags |= SellSlice::shared;

  const Offset side_by_side = Offset(plan.width) * slice_rows;
  const Offset listed = runs ? entries - side_by_side : entries;
  if (listed > 0) {
    LocalIndex smallest = std::numeric_limits<LocalIndex>::max();
    LocalIndex largest = 0;
    for (Offset k = a.offsets(first); k < a.offsets(last); ++k) {
      smallest = Kokkos::min(smallest, a.indices(k));
      largest = Kokkos::max(largest, a.indices(k));
    }
    if (largest - smallest <= std::numeric_limits<std::uint16_t>::max())
      plan.flags |= SellSlice::near;
  }
  plan.values = shared ? entries - side_by_side + plan.width : entries;
  plan.words = (plan.flags & SellSlice::near) != 0 ? 1 + (listed + 1) / 2 : listed;
  if (runs) plan.words += plan.width;
  if ((plan.flags & SellSlice::uneven) != 0) plan.words += slice_rows;
  return plan;
}

template <Scalar T>
SellLayout sell_layout(const ExecutionSpace& space, const CsrView<T>& a) {
  const LocalIndex count = a.rows / slice_rows + (a.rows % slice_rows != 0 ? 1 : 0);
  const DeviceView<SellSlice> slices =
      detail::allocate<SellSlice>("suan::sell slices", static_cast<std::size_t>(count));
  SellLayout layout;
  SellCounts& counts = layout.counts;
  Offset longest_tails = 0;
  Kokkos::parallel_reduce(
      "suan::sell_decide", Slices(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex s, Offset & runs, Offset & shared, Offset & near, Offset & in_runs,
                    Offset & tails) {
        const SellPlanOfSlice plan = plan_slice(a, s);
        const Offset side_by_side = Offset(plan.width) * slice_rows;
        slices(s) = {plan.values, plan.words, plan.width, plan.flags};
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
  if (longest_tails > std::numeric_limits<std::uint32_t>::max()) {
    throw NotSupported(message("the format sell takes at most 2^32 - 1 entries that stand in ",
                               slice_rows, " rows but not side by side, and there are ",
                               longest_tails));
  }
  // Where each slice begins, in place of how long it is.
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

/// Writes the words and values of a slice of runs with gaps.
template <Scalar T, class Code>
KOKKOS_FUNCTION void fill_runs_with_gaps(const CsrView<T>& a, const Codec<T, Code>& codec,
                                         LocalIndex first, const SellSlice& slice,
                                         std::uint32_t* word, Code* value) {
  const LocalIndex kept = slice.is(SellSlice::shared) ? 1 : slice_rows;
  each_run(a, first, [&](Offset base, std::uint32_t present, const Offset* at) {
    word[0] = static_cast<std::uint32_t>(base);
    word[slice.width] = present;
    ++word;
    LocalIndex any = 0;
    while ((present >> any & 1u) == 0) ++any;
    for (LocalIndex l = 0; l < kept; ++l) {
      *value++ = codec.encode(a.values(at[(present >> l & 1u) != 0 ? l : any]));
    }
    return true;
  });
}

template <Scalar T, class Code>
SellView<T, Code> fill_sell(const ExecutionSpace& space, const CsrView<T>& a,
                            const SellLayout& layout, const Codec<T, Code>& codec) {
  const auto slices = layout.slices;
  const auto words =
      detail::allocate<std::uint32_t>("suan::sell words", static_cast<std::size_t>(layout.words));
  const auto values =
      detail::allocate<Code>("suan::sell values", static_cast<std::size_t>(layout.values));
  Kokkos::parallel_for(
      "suan::sell_fill", Slices(space, 0, static_cast<LocalIndex>(slices.extent(0))),
      KOKKOS_LAMBDA(LocalIndex s) {
        const SellSlice slice = slices(s);
        const LocalIndex first = s * slice_rows;
        const LocalIndex last = last_row(a.rows, first);
        const bool runs = slice.is(SellSlice::runs);
        const bool near = slice.is(SellSlice::near);
        std::uint32_t* word = words.data() + slice.words;
        Code* value = values.data() + slice.values;
        if (slice.is(SellSlice::gaps)) {
          fill_runs_with_gaps(a, codec, first, slice, word, value);
          return;
        }
        if (slice.is(SellSlice::uneven)) {
          Offset end = 0;
          for (LocalIndex l = 0; l < slice_rows; ++l) {
            if (first + l < last)
              end += a.offsets(first + l + 1) - a.offsets(first + l) - slice.width;
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
      });
  space.fence("suan::sell_fill");
  return {a.rows, slices, words, values, codec};
}

}  // namespace suan::kernels
