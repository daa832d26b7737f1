// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Lists of the vertices that are not done yet: algorithms on graphs work in rounds on fewer and
// fewer of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "suan/core/detail/memory.hpp"

namespace suan::kernels {

using WorkList = DeviceView<LocalIndex>;

/// Copies those of the first `count` elements of `list` for which keep(v) holds to `kept`, in
/// order; returns their number. Waits.
template <class Keep>
LocalIndex filter(const char* label, const ExecutionSpace& space, const WorkList& list,
                  LocalIndex count, const WorkList& kept, const Keep& keep) {
  LocalIndex total = 0;
  Kokkos::parallel_scan(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex k, LocalIndex & place, bool last) {
        const LocalIndex v = list(k);
        if (!keep(v)) return;
        if (last) kept(place) = v;
        ++place;
      },
      total);
  return total;
}

struct Identity {
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex operator()(LocalIndex place) const { return place; }
};

/// A list of vertices that shrinks as it is gone through. Memory: 4 bytes per vertex, with CUDA 9.
class ShrinkingList {
 public:
  ShrinkingList() = default;
  /// Of the first `size` vertices those for which keep(v) holds. Waits.
  template <class Keep>
  ShrinkingList(const char* label, LocalIndex size, const Keep& keep)
      : list_(detail::allocate<LocalIndex>("suan::work_list", static_cast<std::size_t>(size))) {
    start(size);
    shrink(label, keep, Identity());
  }

  /// Calls keep(v) once for each vertex, concurrently, and keeps those for which it is true. Waits.
  template <class Keep>
  void keep_if(const char* label, const Keep& keep) {
    const auto list = list_;
    shrink(
        label, keep, KOKKOS_LAMBDA(LocalIndex place) { return list(place); });
  }

  LocalIndex size() const { return size_; }

#if SUAN_HAVE_CUDA
  // Public because nvcc wants that of functions with kernels.
  template <class Keep, class Vertex>
  void shrink(const char* label, const Keep& keep, const Vertex& vertex) {
    const auto is_kept = is_kept_;
    const auto list = list_;
    Kokkos::parallel_for(
        label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, size_),
        KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = vertex(k);
          list(k) = v;
          is_kept(k) = keep(v);
        });
    LocalIndex total = 0;
    const auto kept = other_;
    Kokkos::parallel_scan(
        label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, size_),
        KOKKOS_LAMBDA(LocalIndex k, LocalIndex & place, bool last) {
          if (!is_kept(k)) return;
          if (last) kept(place) = list(k);
          ++place;
        },
        total);
    std::swap(list_, other_);
    size_ = total;
  }

 private:
  void start(LocalIndex size) {
    const auto count = static_cast<std::size_t>(size);
    size_ = size;
    other_ = detail::allocate<LocalIndex>("suan::work_list", count);
    is_kept_ = detail::allocate<bool>("suan::work_list_kept", count);
  }
  DeviceView<LocalIndex> other_;
  DeviceView<bool> is_kept_;
#else
 private:
  static constexpr LocalIndex chunk = 8192;

  /// Each chunk of vertices shrinks where it is, so that one pass does.
  template <class Keep, class Vertex>
  void shrink(const char* label, const Keep& keep, const Vertex& vertex) {
    const auto chunks = static_cast<std::int64_t>(counts_.size());
    LocalIndex* const list = list_.data();
    LocalIndex* const counts = counts_.data();
    LocalIndex total = 0;
    Kokkos::parallel_reduce(
        label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(0, chunks),
        [=](std::int64_t c, LocalIndex& sum) {
          const auto begin = static_cast<LocalIndex>(c * chunk);
          LocalIndex kept = begin;
          for (LocalIndex k = begin; k < begin + counts[c]; ++k) {
            const LocalIndex v = vertex(k);
            // Whether it is kept is unpredictable: no branch.
            const bool is_kept = keep(v);
            list[kept] = v;
            kept += is_kept ? 1 : 0;
          }
          counts[c] = kept - begin;
          sum += counts[c];
        },
        total);
    size_ = total;
  }
  void start(LocalIndex size) {
    for (LocalIndex begin = 0; begin < size; begin += chunk) {
      counts_.push_back(std::min(chunk, size - begin));
    }
  }
  std::vector<LocalIndex> counts_;
#endif

  DeviceView<LocalIndex> list_;
  LocalIndex size_ = 0;
};

}  // namespace suan::kernels
