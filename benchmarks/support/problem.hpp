// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrices that the benchmarks share with the peers, made when first needed and one at a time.
#pragma once

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "suan/core/error.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::bench {

/// Each row i of a local matrix times 1 + 0.001 (g mod 977), as in the peers' programs: numbers
/// that need all their bits. g = first + numbers(i), or first + i when there are no numbers.
template <class T>
Csr<T> with_general_values(const Csr<T>& part, GlobalIndex first,
                           const DeviceView<const LocalIndex>& numbers) {
  const auto& view = part.view();
  const DeviceView<T> values("suan::bench::values", view.values.extent(0));
  const auto offsets = view.offsets;
  const auto old = view.values;
  Kokkos::parallel_for(
      "suan::bench::general_values",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, view.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex row = first + (numbers.size() == 0 ? i : numbers(i));
        const auto factor = static_cast<T>(1 + 0.001 * static_cast<double>(row % 977));
        for (Offset k = offsets(i); k < offsets(i + 1); ++k) values(k) = factor * old(k);
      });
  return Csr<T>(view.rows, view.columns, view.offsets, view.indices, values);
}

template <class T>
DistributedMatrix<T> with_general_values(const DistributedMatrix<T>& a) {
  const GlobalIndex first = a.row_layout().first();
  auto remote = a.remote();
  if (remote.matrix.rows() > 0) {
    remote.matrix = with_general_values(remote.matrix, first, remote.row_numbers);
  }
  return DistributedMatrix<T>(a.row_layout(), a.column_layout(),
                              with_general_values(a.local(), first, {}), std::move(remote));
}

/// "7pt" or "27pt" on size^3 points.
template <class T>
DistributedMatrix<T> poisson3d_by_name(const std::string& stencil, GlobalIndex size,
                                       const Communicator& comm, bool general_values = false) {
  if (general_values) {
    return with_general_values(poisson3d_by_name<T>(stencil, size, comm, false));
  }
  if (stencil == "7pt") return poisson3d<T>(size, size, size, comm);
  if (stencil == "27pt") return poisson3d_27pt<T>(size, size, size, comm);
  throw InvalidArgument(message("stencil \"", stencil, "\" is unknown; valid are 7pt and 27pt"));
}

/// Hashes of consecutive numbers: the generator SplitMix64 of G. L. Steele, D. Lea and C. H. Flood,
/// OOPSLA 2014.
class Hashes {
 public:
  std::uint64_t next() {
    std::uint64_t x = (state_ += 0x9e3779b97f4a7c15ULL);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }

 private:
  std::uint64_t state_ = 42;
};

/// 8 n edges of a graph whose degrees follow a power law, n the largest power of two up to size^3 /
/// 8; edges that are drawn twice add up. D. Chakrabarti, Y. Zhan and C. Faloutsos, "R-MAT: a
/// recursive model for graph mining", SIAM Data Mining 2004, 442-446, with the shares 0.57, 0.19,
/// 0.19, 0.05.
template <class T>
Csr<T> rmat(std::int64_t size) {
  const int levels =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(size * size * size / 8 + 1))) - 1;
  const std::int64_t n = std::int64_t{1} << levels;
  Hashes hashes;
  std::vector<Triplet<T>> edges(static_cast<std::size_t>(8 * n));
  for (auto& edge : edges) {
    for (int level = 0; level < levels; ++level) {
      const std::uint64_t draw = hashes.next() % 100;
      edge.row = 2 * edge.row + (draw >= 76);
      edge.column = 2 * edge.column + ((draw >= 57 && draw < 76) || draw >= 95);
    }
    edge.value = T(1) + static_cast<T>(hashes.next() % 17) / T(16);
  }
  const auto layout = Layout::serial(n);
  return from_triplets<T>(layout, layout, edges).local();
}

/// Three unknowns at each point of a cube of (2 size / 3)^3 points, each of which meets all
/// unknowns of the 7-point stencil.
template <class T>
Csr<T> blocks(std::int64_t size) {
  const std::int64_t points = std::max<std::int64_t>(1, 2 * size / 3);
  const auto grid = poisson3d<T>(points, points, points).local();
  const auto a = grid.view();
  std::vector<Offset> offsets{0};
  std::vector<LocalIndex> indices;
  std::vector<T> values;
  for (LocalIndex i = 0; i < 3 * a.rows; ++i) {
    for (Offset k = a.offsets(i / 3); k < a.offsets(i / 3 + 1); ++k) {
      for (LocalIndex c = 0; c < 3; ++c) {
        indices.push_back(3 * a.indices(k) + c);
        values.push_back(a.values(k) / static_cast<T>(1 + (i % 3) + c));
      }
    }
    offsets.push_back(static_cast<Offset>(indices.size()));
  }
  return Csr<T>::from_host(3 * a.rows, 3 * a.rows, offsets, indices, values);
}

inline const std::vector<std::string>& matrix_names() {
  static const std::vector<std::string> names = {"7pt", "27pt", "rmat", "block"};
  return names;
}

/// One of matrix_names(), on this rank alone.
template <class T>
Csr<T> matrix_by_name(const std::string& name, std::int64_t size) {
  if (name == "rmat") return rmat<T>(size);
  if (name == "block") return blocks<T>(size);
  return poisson3d_by_name<T>(name, size, {}).local();
}

/// Keeps one object alive: the next benchmark's matrix takes the place of the last one's, so that
/// the memory holds one of them and all repetitions of a benchmark share it.
class Slot {
 public:
  template <class Problem, class Make>
  std::shared_ptr<Problem> get(const std::string& key, Make&& make) {
    if (key != key_) {
      held_.reset();
      held_ = std::make_shared<Problem>(make());
      key_ = key;
    }
    return std::static_pointer_cast<Problem>(held_);
  }

 private:
  std::string key_;
  std::shared_ptr<void> held_;
};

}  // namespace suan::bench
