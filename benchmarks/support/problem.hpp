// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrices that the benchmarks share with the peers, made when first needed and one at a time.
#pragma once

#include <memory>
#include <string>

#include "suan/core/error.hpp"
#include "suan/gallery/poisson.hpp"

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
                                       const Communicator& comm, bool general_values) {
  if (general_values) {
    return with_general_values(poisson3d_by_name<T>(stencil, size, comm, false));
  }
  if (stencil == "7pt") return poisson3d<T>(size, size, size, comm);
  if (stencil == "27pt") return poisson3d_27pt<T>(size, size, size, comm);
  throw InvalidArgument(message("stencil \"", stencil, "\" is unknown; valid are 7pt and 27pt"));
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
