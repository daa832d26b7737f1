// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The product of two sparse matrices on the device, in two phases: symbolic (the structure) and
// numeric (the values). Rows are binned by size; each bin has a fitting number of threads and a
// hash table in shared memory: Y. Nagasaka, A. Nukada, S. Matsuoka, "High-performance and
// memory-saving sparse general matrix-matrix multiplication for NVIDIA Pascal GPU", ICPP 2017,
// 101-110. Rows too long for any such table take several passes, each over a range of columns:
// M. Parger, M. Winter, D. Mlakar, M. Steinberger, "spECK: accelerating GPU sparse matrix-matrix
// multiplication through lightweight analysis", PPoPP 2020, 362-375. Their additions are atomic;
// ours are not, see spgemm_values.cuh.
#include "kernels/cuda/launch.cuh"
#include "kernels/spgemm/spgemm_structure.hpp"
#include "kernels/spgemm/spgemm_values.cuh"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

/// The number of columns in a block's part of a long row.
constexpr int tile_bin = last_block_bin - 1;
constexpr Offset tile = capacity_of_bin(tile_bin);

/// Parts of the rows with more than `tile` columns: part tiles(k) of row rows(k).
struct Tiles {
  DeviceView<const LocalIndex> rows;
  DeviceView<const LocalIndex> tiles;
  Offset count = 0;
};

Tiles divide_long_rows(const ExecutionSpace& space, const ProductStructure& structure) {
  using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
  const LocalIndex long_rows =
      structure.bins.count(last_block_bin) + structure.bins.count(long_rows_bin);
  const LocalIndex* const rows = structure.bins.of(last_block_bin);
  const auto offsets = structure.offsets;
  Tiles result;
  if (long_rows == 0) return result;
  Kokkos::parallel_reduce(
      "suan::spgemm_count_tiles", Range(space, 0, long_rows),
      KOKKOS_LAMBDA(LocalIndex k, Offset & sum) {
        sum += (offsets(rows[k] + 1) - offsets(rows[k]) + tile - 1) / tile;
      },
      result.count);
  const auto size = static_cast<std::size_t>(result.count);
  const auto of_rows = detail::allocate<LocalIndex>("suan::spgemm::tile_rows", size);
  const auto tiles = detail::allocate<LocalIndex>("suan::spgemm::tiles", size);
  Kokkos::parallel_scan(
      "suan::spgemm_tiles", Range(space, 0, long_rows),
      KOKKOS_LAMBDA(LocalIndex k, Offset & sum, bool final) {
        const Offset count = (offsets(rows[k] + 1) - offsets(rows[k]) + tile - 1) / tile;
        for (Offset t = 0; final && t < count; ++t) {
          of_rows(sum + t) = rows[k];
          tiles(sum + t) = static_cast<LocalIndex>(t);
        }
        sum += count;
      });
  result.rows = of_rows;
  result.tiles = tiles;
  return result;
}

template <Scalar T>
class HashSpgemm final : public PreparedSpgemm<T> {
 public:
  HashSpgemm(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b)
      : rows_(a.rows),
        columns_(b.columns),
        structure_(
            find_product_structure(space, a.offsets, a.indices, b.offsets, b.indices, b.columns)),
        tiles_(divide_long_rows(space, structure_)) {
    space.fence("suan::spgemm_tiles");
  }

  KernelPath path() const override { return KernelPath::cuda; }
  std::string description() const override {
    const auto count = [&](int first, int last) {
      return structure_.bins.begin[static_cast<std::size_t>(last) + 1] -
             structure_.bins.begin[static_cast<std::size_t>(first)];
    };
    return message("hash tables: ", count(first_bin, last_warp_bin), " rows by warps, ",
                   count(last_warp_bin + 1, tile_bin), " by blocks, ",
                   count(last_block_bin, long_rows_bin), " by ", tiles_.count, " blocks");
  }
  Offset multiply_adds() const override { return structure_.products; }
  CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a,
                      const CsrView<T>& b) const override;

 private:
  LocalIndex rows_;
  LocalIndex columns_;
  ProductStructure structure_;
  Tiles tiles_;
};

template <int lanes, Scalar T>
void values_of_bin(const ExecutionSpace& space, const Factors& m, const ProductValues<T>& v,
                   const RowBins& bins, int bin) {
  constexpr int rows_per_block = lanes == warp_size ? 4 : 32;
  const int capacity = capacity_of_bin(bin);
  const std::size_t bytes = sums_bytes<T>(capacity);
  launch("values_by_warps", space, values_by_warps<T, lanes>,
         (Offset{bins.count(bin)} + rows_per_block - 1) / rows_per_block, rows_per_block * lanes,
         rows_per_block * bytes, m, v, bins.of(bin), bins.count(bin), capacity,
         static_cast<int>(bytes));
}

template <Scalar T>
CsrView<T> HashSpgemm<T>::multiply(const ExecutionSpace& space, const CsrView<T>& a,
                                   const CsrView<T>& b) const {
  const auto values =
      detail::allocate<T>("suan::Csr::values", static_cast<std::size_t>(structure_.indices.size()));
  const Factors m{a.offsets.data(), a.indices.data(), b.offsets.data(), b.indices.data()};
  const ProductValues<T> v{a.values.data(), b.values.data(), structure_.offsets.data(),
                           structure_.indices.data(), values.data()};
  const RowBins& bins = structure_.bins;
  values_of_bin<8>(space, m, v, bins, first_bin);
  for (int bin = first_bin + 1; bin <= last_warp_bin; ++bin) {
    values_of_bin<warp_size>(space, m, v, bins, bin);
  }
  const auto by_blocks = [&](const LocalIndex* rows, const LocalIndex* tiles, Offset count,
                             int bin) {
    const int capacity = capacity_of_bin(bin);
    launch("values_by_blocks", space, values_by_blocks<T>, count, block_threads,
           block_values_bytes<T>(capacity), m, v, rows, tiles, capacity, structure_.b_increases);
  };
  for (int bin = last_warp_bin + 1; bin <= tile_bin; ++bin) {
    by_blocks(bins.of(bin), nullptr, bins.count(bin), bin);
  }
  by_blocks(tiles_.rows.data(), tiles_.tiles.data(), tiles_.count, tile_bin);
  return {rows_, columns_, structure_.offsets, structure_.indices, values};
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpgemm<T>> make_hash_spgemm(const ExecutionSpace& space,
                                                          const CsrView<T>& a,
                                                          const CsrView<T>& b) {
  return std::make_unique<const HashSpgemm<T>>(space, a, b);
}

#define SUAN_INSTANTIATE(T)                                           \
  template std::unique_ptr<const PreparedSpgemm<T>> make_hash_spgemm( \
      const ExecutionSpace&, const CsrView<T>&, const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
