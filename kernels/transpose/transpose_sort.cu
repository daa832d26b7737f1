// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The structure of a transpose on the device: CUB's radix sort orders the entries by column. It is
// stable, so rows increase within each column and duplicates keep their order. The same bits in
// every run.
#include <algorithm>
#include <bit>
#include <cub/device/device_radix_sort.cuh>

#include "kernels/cuda/cuda.hpp"
#include "kernels/cuda/status.hpp"
#include "suan/core/detail/memory.hpp"

namespace suan::kernels::cuda {
namespace {

using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>;

/// The index of the first of `size` increasing numbers that is above `value`.
template <class Number, class Value>
KOKKOS_INLINE_FUNCTION Offset first_beyond(const Number* numbers, Offset size, Value value) {
  Offset low = 0;
  Offset high = size;
  while (low < high) {
    const Offset middle = (low + high) / 2;
    if (static_cast<Value>(numbers[middle]) <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// The row of each entry.
DeviceView<LocalIndex> rows_of_entries(const ExecutionSpace& space, LocalIndex rows, Offset entries,
                                       const DeviceView<const Offset>& offsets) {
  const auto result =
      detail::allocate<LocalIndex>("suan::transpose rows", static_cast<std::size_t>(entries));
  Kokkos::parallel_for(
      "suan::transpose rows", Entries(space, 0, entries), KOKKOS_LAMBDA(Offset k) {
        result(k) = static_cast<LocalIndex>(first_beyond(offsets.data() + 1, rows, k));
      });
  return result;
}

/// Where each column starts among the sorted columns, and the end.
DeviceView<const Offset> begin_of_columns(const ExecutionSpace& space, LocalIndex columns,
                                          const DeviceView<std::uint32_t>& sorted) {
  const auto result =
      detail::allocate<Offset>("suan::Csr::offsets", static_cast<std::size_t>(columns) + 1);
  const auto entries = static_cast<Offset>(sorted.extent(0));
  Kokkos::parallel_for(
      "suan::transpose offsets", Entries(space, 0, Offset{columns} + 1),
      KOKKOS_LAMBDA(Offset j) { result(j) = first_beyond(sorted.data(), entries, j - 1); });
  return result;
}

/// Number is wide enough for the entries.
template <class Number>
TransposedStructure sort(const ExecutionSpace& space, LocalIndex rows, LocalIndex columns,
                         const DeviceView<const Offset>& offsets,
                         const DeviceView<const LocalIndex>& indices) {
  const std::size_t size = indices.extent(0);
  const auto entries = static_cast<Offset>(size);
  const auto numbers = detail::allocate<Number>("suan::transpose entries", size);
  Kokkos::parallel_for(
      "suan::transpose entries", Entries(space, 0, entries),
      KOKKOS_LAMBDA(Offset k) { numbers(k) = static_cast<Number>(k); });
  const auto sorted_columns = detail::allocate<std::uint32_t>("suan::transpose columns", size);
  const auto sorted_numbers = detail::allocate<Number>("suan::transpose sorted", size);
  const auto* const keys = reinterpret_cast<const std::uint32_t*>(indices.data());
  const int bits =
      std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint32_t>(columns - 1))));
  use_device_of(space);
  std::size_t bytes = 0;
  const auto run = [&](void* workspace) {
    check(cub::DeviceRadixSort::SortPairs(workspace, bytes, keys, sorted_columns.data(),
                                          numbers.data(), sorted_numbers.data(), entries, 0, bits,
                                          space.cuda_stream()),
          "cub::DeviceRadixSort::SortPairs", "of ", entries, " entries");
  };
  run(nullptr);
  const auto workspace = detail::allocate<char>("suan::transpose workspace", bytes);
  run(workspace.data());

  const auto row_of = rows_of_entries(space, rows, entries, offsets);
  TransposedStructure result;
  result.offsets = begin_of_columns(space, columns, sorted_columns);
  const auto sorted_rows = detail::allocate<LocalIndex>("suan::Csr::indices", size);
  const auto source = detail::allocate<Offset>("suan::TransposePlan::source", size);
  Kokkos::parallel_for(
      "suan::transpose structure", Entries(space, 0, entries), KOKKOS_LAMBDA(Offset p) {
        const auto k = static_cast<Offset>(sorted_numbers(p));
        source(p) = k;
        sorted_rows(p) = row_of(k);
      });
  // The local arrays are freed on return.
  space.fence("suan::transpose");
  result.indices = sorted_rows;
  result.source = source;
  return result;
}

}  // namespace

TransposedStructure transpose_structure(const ExecutionSpace& space, LocalIndex rows,
                                        LocalIndex columns, const DeviceView<const Offset>& offsets,
                                        const DeviceView<const LocalIndex>& indices) {
  if (indices.extent(0) == 0) {
    return {
        DeviceView<Offset>("suan::Csr::offsets", static_cast<std::size_t>(columns) + 1), {}, {}};
  }
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  return indices.extent(0) <= most ? sort<std::uint32_t>(space, rows, columns, offsets, indices)
                                   : sort<std::uint64_t>(space, rows, columns, offsets, indices);
}

}  // namespace suan::kernels::cuda
