// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Finding the entry (j, i) for each entry (i, j), row by row: by searching, and on a host by going
// through all rows in step.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>

#include "kernels/common/bisection.hpp"
#include "kernels/common/host_csr.hpp"

namespace suan::kernels {

/// The structure of a matrix in plain pointers, which stay in registers.
struct EntryPlaces {
  template <Scalar T>
  explicit EntryPlaces(const CsrView<T>& a)
      : offsets(a.offsets.data()), indices(a.indices.data()) {}

  const Offset* offsets;
  const LocalIndex* indices;

  /// Where the mirror of entry k, in row i and column j, is on most grids: as far from the end of
  /// its row as k from the start of its own. The guess may lie outside row j.
  KOKKOS_FORCEINLINE_FUNCTION Offset guess(LocalIndex i, Offset k, LocalIndex j) const {
    return offsets[j + 1] - 1 - (k - offsets[i]);
  }
  KOKKOS_FORCEINLINE_FUNCTION bool is_mirror(Offset place, LocalIndex i, LocalIndex j) const {
    return place >= offsets[j] && place < offsets[j + 1] && indices[place] == i;
  }

  /// Where row j, whose columns increase strictly, has the mirror of entry k = (i, j); -1 if
  /// nowhere.
  KOKKOS_FORCEINLINE_FUNCTION Offset mirror_of(LocalIndex i, Offset k, LocalIndex j) const {
    const Offset guessed = guess(i, k, j);
    if (is_mirror(guessed, i, j)) return guessed;
    const Offset found = first_not_below(indices, offsets[j], offsets[j + 1], i);
    return is_mirror(found, i, j) ? found : Offset(-1);
  }

  /// Calls use(k, mirror) for the entries of row i that have a mirror. Returns how many have none
  /// or are out of order.
  template <class Use>
  KOKKOS_FORCEINLINE_FUNCTION Offset visit_row(LocalIndex i, const Use& use) const {
    Offset missing = 0;
    LocalIndex previous = -1;
    const Offset end = offsets[i + 1];
    for (Offset k = offsets[i]; k < end; ++k) {
      const LocalIndex j = indices[k];
      const Offset mirror = j > previous ? mirror_of(i, k, j) : Offset(-1);
      previous = j;
      if (mirror < 0) {
        ++missing;
      } else {
        use(k, mirror);
      }
    }
    return missing;
  }

#if !SUAN_HAVE_CUDA
  /// Prefetches what row i will read in other rows: on a grid more streams than the hardware
  /// follows. Prefetches the values there as well, unless null.
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void prefetch_mirrors(LocalIndex i, const T* values) const {
    for (Offset k = offsets[i]; k < offsets[i + 1]; ++k) {
      const Offset place = Kokkos::max(Offset(0), guess(i, k, indices[k]));
      __builtin_prefetch(indices + place);
      if (values != nullptr) __builtin_prefetch(values + place);
    }
  }
#endif
};

#if !SUAN_HAVE_CUDA

/// Consecutive rows of a square matrix, in order: then the mirrors in any row are met from left to
/// right, so only the first of each row is searched for.
///
/// In double precision an entry moves up to 12 bytes of columns (its own, those at the row ends
/// once more, its mirror's) and, in a transpose, 8 bytes read and 24 written (cleared by the
/// system, read by the cache, written). The loop does not reach the bandwidth of memory
/// (docs/performance.md): the mirrors of a row's entries are in as many rows, and each waits for
/// the number that says where.
class MirrorWalk {
 public:
  MirrorWalk(const EntryPlaces& places, LocalIndex first, LocalIndex end)
      : places_(places), first_(first), end_(end) {}

  /// Finds the first and the last column of the rows, from the row ends, if rows increase.
  void find_columns() {
    LocalIndex highest = -1;
    LocalIndex lowest = std::numeric_limits<LocalIndex>::max();
    for (LocalIndex i = first_; i < end_; ++i) {
      const Offset begin = places_.offsets[i];
      const Offset end = places_.offsets[i + 1];
      if (begin == end) continue;
      lowest = std::min(lowest, places_.indices[begin]);
      highest = std::max(highest, places_.indices[end - 1]);
    }
    lowest_ = std::min(lowest, highest + 1);
    columns_ = highest + 1 - lowest_;
  }
  /// The number of columns from the first to the last: the walk needs 8 bytes for each.
  LocalIndex columns() const { return columns_; }
  void allocate() {
    next_ = std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(columns_));
  }

  /// Calls use(k, mirror) for each entry k, where its mirror may be at `mirror`. Returns 0 if all
  /// entries have mirrors, all of them were right, and the rows increase strictly. `values` are
  /// what `use` reads there, or null. `entries` is the number of entries of the matrix.
  template <Scalar T, class Use>
  Offset visit(Offset entries, const T* values, const Use& use) const {
    const Offset* const offsets = places_.offsets;
    const LocalIndex* const indices = places_.indices;
    Offset* const next = next_.get();
    const LocalIndex lowest = lowest_;
    const LocalIndex columns = columns_;
    std::fill_n(next, columns, Offset(0));
    Offset missing = 0;
    // Find the mirrors of a batch first, then use them: mixing scattered and sequential writes
    // slows both.
    constexpr Offset most = 512;
    Offset mirrors[most];
    Offset k = offsets[first_];
    Offset begin = k;  // of the entries in `mirrors`
    const auto flush = [&] {
      for (Offset m = begin; m < k; ++m) use(m, mirrors[m - begin]);
      begin = k;
    };
    for (LocalIndex i = first_; i < end_; ++i) {
      const Offset end = offsets[i + 1];
      LocalIndex previous = lowest - 1;
      while (k < end) {
        const Offset stop = std::min(end, begin + most);
        for (; k < stop; ++k) {
          const LocalIndex j = indices[k];
          mirrors[k - begin] = k;
          if (j <= previous || j - lowest >= columns) {
            ++missing;
            continue;
          }
          previous = j;
          Offset& number = next[j - lowest];
          const Offset mirror = number != 0 ? number - 1 : first_of(j);
          number = mirror + 2;
          if (mirror < entries && indices[mirror] == i) {
            if (values != nullptr) __builtin_prefetch(values + mirror);
            mirrors[k - begin] = mirror;
          } else {
            ++missing;
          }
        }
        if (k == begin + most) flush();
      }
    }
    flush();
    // After a row's end comes another row, which may have the column by chance.
    for (LocalIndex j = 0; j < columns; ++j) missing += next[j] - 1 > offsets[lowest + j + 1];
    return missing;
  }

 private:
  /// Where row j first has a column of these rows.
  Offset first_of(LocalIndex j) const {
    const Offset begin = places_.offsets[j];
    const Offset end = places_.offsets[j + 1];
    // Most rows of a grid have no entry in the columns of other parts.
    if (begin == end || places_.indices[begin] >= first_) return begin;
    return first_not_below(places_.indices, begin, end, first_);
  }

  EntryPlaces places_;
  LocalIndex first_;
  LocalIndex end_;
  LocalIndex lowest_ = 0;
  LocalIndex columns_ = 0;
  std::unique_ptr<Offset[]> next_;  // by column: 1 + the place, or 0 before the first
};

#endif

}  // namespace suan::kernels
