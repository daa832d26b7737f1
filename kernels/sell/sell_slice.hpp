// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a slice of compact SELL stores its entries, decided by one pass over its rows. (On a GPU:
// kernels/sell/sell_build.cuh.)
#pragma once

#include <limits>

#include "kernels/sell/sell_view.hpp"

namespace suan::kernels {

/// The end of a slice's rows.
KOKKOS_FORCEINLINE_FUNCTION LocalIndex last_row(LocalIndex rows, LocalIndex first) {
  return rows - first < slice_rows ? rows : first + slice_rows;
}

/// The number of columns that a slice of `entries` entries lists individually.
KOKKOS_FORCEINLINE_FUNCTION Offset listed_columns(const SellSlice& plan, Offset entries) {
  return plan.is(SellSlice::runs) ? entries - Offset(plan.width) * slice_rows : entries;
}

/// The numbers of values and words of a slice of `entries` entries, from its width and flags.
KOKKOS_FORCEINLINE_FUNCTION void count_slice(SellSlice& plan, Offset entries) {
  const Offset listed = listed_columns(plan, entries);
  plan.values =
      plan.is(SellSlice::shared) ? entries - Offset(plan.width) * slice_rows + plan.width : entries;
  plan.words = plan.is(SellSlice::near) ? 1 + (listed + 1) / 2 : listed;
  if (plan.is(SellSlice::runs)) plan.words += plan.width;
  if (plan.is(SellSlice::uneven)) plan.words += slice_rows;
}

/// The same for a slice of `runs` runs with gaps.
KOKKOS_FORCEINLINE_FUNCTION void set_runs_with_gaps(SellSlice& plan, LocalIndex runs, bool shared) {
  plan.width = runs;
  plan.flags = SellSlice::runs | SellSlice::gaps | (shared ? SellSlice::shared : 0);
  plan.values = shared ? Offset(runs) : Offset(runs) * slice_rows;
  plan.words = 2 * Offset(runs);
}

/// Whether this many gaps pay off: one for every four entries or, if rows share values, as many as
/// entries.
KOKKOS_FORCEINLINE_FUNCTION bool are_few_gaps(Offset missing, bool shared, Offset entries) {
  return missing * (shared ? 1 : 4) <= entries;
}

#if !SUAN_HAVE_CUDA

/// Whether the first `width` entries of row `first` + l are l columns to the right of those of row
/// `first`. Compares all of them: vector instructions do so faster than a loop that stops early.
template <Scalar T>
KOKKOS_FUNCTION bool continues_runs(const CsrView<T>& a, LocalIndex first, LocalIndex l,
                                    LocalIndex width) {
  const LocalIndex* const leading = a.indices.data() + a.offsets(first);
  const LocalIndex* const own = a.indices.data() + a.offsets(first + l);
  LocalIndex differs = 0;
  for (LocalIndex k = 0; k < width; ++k) differs |= (own[k] - leading[k]) ^ l;
  return differs == 0;
}

/// Whether these entries have the same values.
template <Scalar T>
KOKKOS_FUNCTION bool shares_values(const CsrView<T>& a, LocalIndex first, LocalIndex l,
                                   LocalIndex width) {
  const T* const leading = a.values.data() + a.offsets(first);
  const T* const own = a.values.data() + a.offsets(first + l);
  bool same = true;
  for (LocalIndex k = 0; k < width; ++k) same &= same_bits(own[k], leading[k]);
  return same;
}

/// The lowest bit that is set; at least one is.
KOKKOS_FORCEINLINE_FUNCTION LocalIndex first_bit(std::uint32_t bits) {
  return Kokkos::Experimental::countr_zero_builtin(bits);
}

/// Goes through the entries of the slice's rows run by run, in the order of their columns: entries
/// with equal column minus row form one run. Calls found(base, present, places) for each, where
/// `base` is the run's column in row `first` (which may lack an entry there), `present` has a bit
/// for each row with an entry, and places[l] is the position of that of row `first` + l; stops when
/// it returns false. Rows must be sorted, or the same run may come twice.
template <Scalar T, class Found>
KOKKOS_FUNCTION void each_run(const CsrView<T>& a, LocalIndex first, const Found& found) {
  constexpr LocalIndex none = std::numeric_limits<LocalIndex>::max();
  const LocalIndex* const indices = a.indices.data();
  Offset at[slice_rows];
  Offset end[slice_rows];
  for (LocalIndex l = 0; l < slice_rows; ++l) {
    at[l] = a.offsets(first + l);
    end[l] = a.offsets(first + l + 1);
  }
  while (true) {
    LocalIndex bases[slice_rows];
    LocalIndex base = none;
    for (LocalIndex l = 0; l < slice_rows; ++l) {
      bases[l] = at[l] < end[l] ? indices[at[l]] - l : none;
      base = Kokkos::min(base, bases[l]);
    }
    if (base == none) return;
    std::uint32_t present = 0;
    for (LocalIndex l = 0; l < slice_rows; ++l) present |= std::uint32_t(bases[l] == base) << l;
    if (!found(base, present, at)) return;
    for (LocalIndex l = 0; l < slice_rows; ++l) at[l] += present >> l & 1u;
  }
}

/// Whether the slice's rows are runs with few gaps, as at the ends of grid lines. Records in `plan`
/// how many, and whether they share values. A gap costs a value, so there may be one for every four
/// entries; if rows share values it costs none, and there may be as many gaps as entries. All
/// columns of a run exist.
template <Scalar T>
KOKKOS_FUNCTION bool has_runs_with_gaps(const CsrView<T>& a, LocalIndex first, SellSlice& plan) {
  const Offset entries = a.offsets(first + slice_rows) - a.offsets(first);
  Offset missing = 0;
  LocalIndex runs = 0;
  bool fits = entries > 0;
  bool shared = true;
  each_run(a, first, [&](Offset base, std::uint32_t present, const Offset* at) {
    missing += slice_rows - Kokkos::Experimental::popcount_builtin(present);
    const T& value = a.values(at[first_bit(present)]);
    for (LocalIndex l = 0; shared && l < slice_rows; ++l) {
      shared = (present >> l & 1u) == 0 || same_bits(a.values(at[l]), value);
    }
    ++runs;
    fits = base >= 0 && base + slice_rows <= a.columns && are_few_gaps(missing, shared, entries);
    return fits;
  });
  if (!fits) return false;
  set_runs_with_gaps(plan, runs, shared);
  return true;
}

/// `values` and `words` are their numbers, not yet their starts.
template <Scalar T>
KOKKOS_FUNCTION SellSlice plan_slice(const CsrView<T>& a, LocalIndex slice) {
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
  SellSlice plan{};
  // A slice that is not full has no adjacent entries.
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

  if (listed_columns(plan, entries) > 0) {
    LocalIndex smallest = std::numeric_limits<LocalIndex>::max();
    LocalIndex largest = 0;
    for (Offset k = a.offsets(first); k < a.offsets(last); ++k) {
      smallest = Kokkos::min(smallest, a.indices(k));
      largest = Kokkos::max(largest, a.indices(k));
    }
    if (largest - smallest <= std::numeric_limits<std::uint16_t>::max())
      plan.flags |= SellSlice::near;
  }
  count_slice(plan, entries);
  return plan;
}

#endif

}  // namespace suan::kernels
