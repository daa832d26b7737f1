// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/spgemm/spgemm_structure.hpp"

#include <cub/device/device_scan.cuh>

#include "kernels/cuda/launch.cuh"
#include "kernels/spgemm/spgemm_bins.cuh"
#include "kernels/spgemm/spgemm_structure.cuh"
#include "suan/core/detail/memory.hpp"

namespace suan::kernels::cuda {
namespace {

template <class Index>
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Index>>;

RowBins sort_into_bins(const ExecutionSpace& space, const DeviceView<const Offset>& products,
                       const DeviceView<const Offset>& counts) {
  const auto rows = static_cast<LocalIndex>(counts.extent(0));
  const Offset blocks = (Offset{rows} + binning_threads - 1) / binning_threads;
  const DeviceView<std::uint8_t> bins(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::spgemm::bins"),
      counts.extent(0));
  const DeviceView<LocalIndex> places("suan::spgemm::places", bin_count);
  launch("find_bins", space, find_bins, blocks, binning_threads, 0, rows, products.data(),
         counts.data(), bins.data(), places.data());
  const auto sizes = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), places);
  RowBins result;
  for (std::size_t bin = 0; bin < bin_count; ++bin) {
    result.begin[bin + 1] = result.begin[bin] + sizes(bin);
    sizes(bin) = result.begin[bin];
  }
  Kokkos::deep_copy(space, places, sizes);
  const auto sorted = detail::allocate<LocalIndex>("suan::spgemm::rows", counts.extent(0));
  launch("place_rows", space, place_rows, blocks, binning_threads, 0, rows, bins.data(),
         places.data(), sorted.data());
  result.rows = sorted;
  return result;
}

/// The rows whose count is -1.
DeviceView<const LocalIndex> rows_without_count(const ExecutionSpace& space, const LocalIndex* rows,
                                                LocalIndex count, const Offset* counts) {
  const DeviceView<LocalIndex> found(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::spgemm::long_rows"),
      static_cast<std::size_t>(count));
  LocalIndex total = 0;
  Kokkos::parallel_scan(
      "suan::spgemm_long_rows", Range<LocalIndex>(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex k, LocalIndex & sum, bool final) {
        if (counts[rows[k]] >= 0) return;
        if (final) found(sum) = rows[k];
        ++sum;
      },
      total);
  return Kokkos::subview(found, std::make_pair(LocalIndex(0), total));
}

struct Search {
  Factors m;
  LocalIndex columns;
  bool b_increases;
  StructureOutput output;
};

template <int lanes, bool fill>
void search_by_warps(const ExecutionSpace& space, const Search& s, const LocalIndex* rows,
                     LocalIndex count, int capacity) {
  constexpr int rows_per_block = lanes == warp_size ? 4 : 32;
  launch("structure_by_warps", space, structure_by_warps<lanes, fill>,
         (Offset{count} + rows_per_block - 1) / rows_per_block, rows_per_block * lanes,
         rows_per_block * warp_structure_bytes(fill, capacity), s.m, rows, count, capacity,
         s.output);
}

template <bool fill>
void search_by_bits(const ExecutionSpace& space, const Search& s, const LocalIndex* rows,
                    LocalIndex count) {
  launch("structure_by_bits", space, structure_by_bits<fill>, count, block_threads,
         bits_structure_bytes(), s.m, rows, s.columns, s.b_increases, s.output);
}

template <bool fill>
void search_by_blocks(const ExecutionSpace& space, const Search& s, const LocalIndex* rows,
                      LocalIndex count, int bin) {
  const int capacity = capacity_of_bin(bin);
  launch("structure_by_blocks", space, structure_by_blocks<fill>, count, block_threads,
         block_structure_bytes(fill, capacity), s.m, rows, capacity, s.output);
}

/// Rows whose bound exceeds the largest table try that table all the same when bits would take more
/// than one pass: most have far fewer columns than products.
void count_long_rows(const ExecutionSpace& space, const Search& s, const LocalIndex* rows,
                     LocalIndex count) {
  if (count == 0) return;
  if (s.columns <= bits_per_pass) return search_by_bits<false>(space, s, rows, count);
  search_by_blocks<false>(space, s, rows, count, last_block_bin);
  const auto left = rows_without_count(space, rows, count, s.output.counts);
  search_by_bits<false>(space, s, left.data(), static_cast<LocalIndex>(left.extent(0)));
}

template <bool fill>
void search(const ExecutionSpace& space, const Search& s, const RowBins& bins) {
  search_by_warps<8, fill>(space, s, bins.of(first_bin), bins.count(first_bin),
                           capacity_of_bin(first_bin));
  for (int bin = first_bin + 1; bin <= last_warp_bin; ++bin) {
    search_by_warps<warp_size, fill>(space, s, bins.of(bin), bins.count(bin), capacity_of_bin(bin));
  }
  for (int bin = last_warp_bin + 1; bin <= last_block_bin; ++bin) {
    search_by_blocks<fill>(space, s, bins.of(bin), bins.count(bin), bin);
  }
  if constexpr (fill) {
    search_by_bits<true>(space, s, bins.of(long_rows_bin), bins.count(long_rows_bin));
  } else {
    count_long_rows(space, s, bins.of(long_rows_bin), bins.count(long_rows_bin));
  }
}

/// Offsets of rows of these lengths.
DeviceView<const Offset> sum_counts(const ExecutionSpace& space,
                                    const DeviceView<const Offset>& counts, Offset& total) {
  const auto rows = static_cast<Offset>(counts.extent(0));
  const DeviceView<Offset> offsets("suan::Csr::offsets", counts.extent(0) + 1);
  total = 0;
  if (rows == 0) return offsets;
  std::size_t bytes = 0;
  const auto run = [&](void* workspace) {
    check(cub::DeviceScan::InclusiveSum(workspace, bytes, counts.data(), offsets.data() + 1, rows,
                                        space.cuda_stream()),
          "cub::DeviceScan::InclusiveSum", "of ", rows, " rows");
  };
  run(nullptr);
  const auto workspace = detail::allocate<char>("suan::spgemm::workspace", bytes);
  run(workspace.data());
  Kokkos::deep_copy(space, Kokkos::View<Offset, Kokkos::HostSpace>(&total),
                    Kokkos::subview(offsets, counts.extent(0)));
  space.fence("suan::spgemm_offsets");
  return offsets;
}

}  // namespace

Offset count_products(const ExecutionSpace& space, const DeviceView<const LocalIndex>& a_indices,
                      const DeviceView<const Offset>& b_offsets) {
  Offset total = 0;
  Kokkos::parallel_reduce(
      "suan::spgemm_count_products",
      Range<Offset>(space, 0, static_cast<Offset>(a_indices.extent(0))),
      KOKKOS_LAMBDA(Offset e, Offset & sum) {
        const LocalIndex k = a_indices(e);
        sum += b_offsets(k + 1) - b_offsets(k);
      },
      total);
  return total;
}

// True when no step from one entry to the next goes down or sideways except between two rows. The
// loop runs over entries, so long rows cost no more.
bool rows_increase(const ExecutionSpace& space, const DeviceView<const Offset>& offsets,
                   const DeviceView<const LocalIndex>& indices) {
  const auto entries = static_cast<Offset>(indices.extent(0));
  const auto rows = static_cast<LocalIndex>(offsets.extent(0)) - 1;
  Offset all = 0;
  Kokkos::parallel_reduce(
      "suan::spgemm_steps", Range<Offset>(space, 1, Kokkos::max(entries, Offset(1))),
      KOKKOS_LAMBDA(Offset e, Offset & sum) { sum += indices(e - 1) >= indices(e); }, all);
  Offset between = 0;
  Kokkos::parallel_reduce(
      "suan::spgemm_steps_between_rows", Range<LocalIndex>(space, 0, rows),
      KOKKOS_LAMBDA(LocalIndex i, Offset & sum) {
        const Offset e = offsets(i);
        if (e > 0 && e < offsets(i + 1)) sum += indices(e - 1) >= indices(e);
      },
      between);
  return all == between;
}

ProductStructure find_product_structure(const ExecutionSpace& space,
                                        const DeviceView<const Offset>& a_offsets,
                                        const DeviceView<const LocalIndex>& a_indices,
                                        const DeviceView<const Offset>& b_offsets,
                                        const DeviceView<const LocalIndex>& b_indices,
                                        LocalIndex columns) {
  ProductStructure result;
  // A default-constructed Csr has no offsets at all.
  const std::size_t rows = a_offsets.extent(0) == 0 ? 0 : a_offsets.extent(0) - 1;
  const auto array = [&](const std::string& label) {
    return DeviceView<Offset>(Kokkos::view_alloc(space, Kokkos::WithoutInitializing, label), rows);
  };
  const auto products = array("suan::spgemm::products");
  const auto counts = array("suan::spgemm::counts");
  const DeviceView<unsigned long long> all_products("suan::spgemm::all_products", 1);
  launch("count_row_products", space, count_row_products,
         (static_cast<Offset>(rows) + binning_threads - 1) / binning_threads, binning_threads, 0,
         static_cast<LocalIndex>(rows), columns, a_offsets.data(), a_indices.data(),
         b_offsets.data(), products.data(), counts.data(), all_products.data());
  result.bins = sort_into_bins(space, products, counts);
  unsigned long long total = 0;
  Kokkos::deep_copy(total, Kokkos::subview(all_products, 0));
  result.products = static_cast<Offset>(total);
  result.b_increases = result.bins.count(last_block_bin) + result.bins.count(long_rows_bin) > 0 &&
                       rows_increase(space, b_offsets, b_indices);

  Search s{{a_offsets.data(), a_indices.data(), b_offsets.data(), b_indices.data()},
           columns,
           result.b_increases,
           {counts.data(), nullptr, nullptr}};
  // Rows in bin 0 have the bound 0, which is also their count.
  search<false>(space, s, result.bins);

  Offset entries = 0;
  result.offsets = sum_counts(space, counts, entries);
  const auto indices =
      detail::allocate<LocalIndex>("suan::Csr::indices", static_cast<std::size_t>(entries));
  result.indices = indices;
  result.bins = sort_into_bins(space, products, counts);
  s.output = {nullptr, result.offsets.data(), indices.data()};
  search<true>(space, s, result.bins);
  // Errors of these kernels must surface here, not at the first use of the structure.
  space.fence("suan::spgemm_structure");
  return result;
}

}  // namespace suan::kernels::cuda
