// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Counting sort by a key, on several threads; the result does not depend on their number.
#pragma once

#include <memory>

#include "kernels/common/host_csr.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::kernels {

/// For consecutive parts of a sequence and for each key, where the part's next element goes: after
/// all smaller keys, and after the same key in earlier parts.
class CountingSort {
 public:
  /// As many parts as threads, unless the counts would take more memory than the elements.
  static std::size_t number_of_parts(const ExecutionSpace& space, Offset elements, Offset keys) {
    const auto threads = static_cast<Offset>(detail::threads_of(host_instance(space)));
    return static_cast<std::size_t>(std::clamp<Offset>(elements / (keys + 1), 1, threads));
  }

  /// visit(p, use) calls use(key) for each element of part p. Fills offsets[0 .. keys] with the
  /// start of each key, and the total number at the end.
  template <class Visit>
  CountingSort(const ExecutionSpace& space, std::size_t keys, std::size_t parts, Offset* offsets,
               const Visit& visit)
      : keys_(keys), parts_(parts), next_(std::make_unique_for_overwrite<Offset[]>(parts * keys)) {
    for_chunks("suan::count_keys", space, parts, [&](std::size_t p) {
      Offset* const counts = of_part(p);
      std::fill(counts, counts + keys, Offset(0));
      visit(p, [counts](auto key) { ++counts[key]; });
    });
    Offset elements = 0;
    Kokkos::parallel_scan(
        "suan::place_keys",
        Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>(
            host_instance(space), 0, static_cast<std::int64_t>(keys)),
        [&](std::int64_t key, Offset& place, bool final) {
          if (final) offsets[key] = place;
          for (std::size_t p = 0; p < parts_; ++p) {
            Offset& count = of_part(p)[key];
            const Offset here = count;
            if (final) count = place;
            place += here;
          }
        },
        elements);
    host_instance(space).fence("suan::place_keys");
    offsets[keys] = elements;
  }

  /// Calls body(p, next) for each part; next[key] is where its next element with this key goes. The
  /// body advances it.
  template <class Body>
  void for_parts(const ExecutionSpace& space, const Body& body) {
    for_chunks("suan::fill_places", space, parts_, [&](std::size_t p) { body(p, of_part(p)); });
  }

 private:
  Offset* of_part(std::size_t p) { return next_.get() + p * keys_; }

  std::size_t keys_;
  std::size_t parts_;
  std::unique_ptr<Offset[]> next_;
};

}  // namespace suan::kernels
