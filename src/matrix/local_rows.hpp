// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// This rank's rows of a distributed matrix as matrices of one rank, for which the kernels are made.
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail {

/// Rows, each in two parts that have as many rows: the entries in this rank's own columns, by local
/// number, and those in the columns of other ranks, by their place in `ghosts`. Rows of both parts
/// increase strictly.
///
/// joined() makes one matrix of both, whose columns are numbered in the order of their global
/// numbers: the ghosts below the own columns, the own columns, the ghosts above. So sums over a row
/// are formed in the order of one rank, and give its bits.
template <Scalar T>
struct LocalRows {
  kernels::CsrView<T> own;
  kernels::CsrView<T> ghost;
  /// Global numbers, increasing.
  std::vector<GlobalIndex> ghosts;
  /// The ghosts below this rank's own columns.
  LocalIndex below = 0;
};

/// Calls body(is in the ghost part, position there) for the entries of row i, in the order of their
/// global columns.
template <Scalar T, class Body>
KOKKOS_FORCEINLINE_FUNCTION void visit_row(const kernels::CsrView<T>& own,
                                           const kernels::CsrView<T>& ghost, LocalIndex below,
                                           LocalIndex i, const Body& body) {
  Offset k = ghost.offsets(i);
  const Offset end = ghost.offsets(i + 1);
  for (; k < end && ghost.indices(k) < below; ++k) body(true, k);
  for (Offset l = own.offsets(i); l < own.offsets(i + 1); ++l) body(false, l);
  for (; k < end; ++k) body(true, k);
}

/// Shares the arrays of `a`, except the offsets of its ghost part and what is not sorted(). The
/// offsets need not be found again if those of a matrix with the same structure are given.
template <Scalar T>
LocalRows<T> local_rows(const DistributedMatrix<T>& a,
                        const DeviceView<const Offset>& known_offsets = {});

/// How many of the increasing numbers are below `first`.
LocalIndex count_below(std::span<const GlobalIndex> numbers, GlobalIndex first);

/// Shares the arrays of `rows.own` if there are no ghosts. @throws NotSupported when own columns
/// and ghosts are more than 2^31 - 1.
template <Scalar T>
kernels::CsrView<T> joined(const LocalRows<T>& rows);
/// The same where the structure is that of an earlier result.
template <Scalar T>
kernels::CsrView<T> joined(const LocalRows<T>& rows, const kernels::CsrView<T>& structure);

/// The numbers i < flags.extent(0) with flags(i) set, increasing.
DeviceView<const LocalIndex> numbers_of(const DeviceView<const char>& flags);
/// For each row whether it has an entry.
template <Scalar T>
DeviceView<const char> rows_with_entries(const kernels::CsrView<T>& a);
/// For each row whether it has an entry in a column whose flag is set.
template <Scalar T>
DeviceView<const char> rows_that_reach(const kernels::CsrView<T>& a,
                                       const DeviceView<const char>& columns);
template <Scalar T>
kernels::CsrView<T> take_rows(const kernels::CsrView<T>& a,
                              const DeviceView<const LocalIndex>& rows);

/// Results with one structure: what is not their own part, and not values.
template <Scalar T>
class ResultParts {
 public:
  ResultParts() = default;
  /// `row_numbers` are the local numbers of the rows of `ghost`, each of which has an entry. Ghosts
  /// without entries are dropped. Collective.
  ResultParts(const Layout& rows, const Layout& columns, const kernels::CsrView<T>& ghost,
              const DeviceView<const LocalIndex>& row_numbers,
              const std::vector<GlobalIndex>& ghosts);
  /// The matrix with this part in this rank's columns, and these values of `ghost`. Collective.
  DistributedMatrix<T> with(const kernels::CsrView<T>& own, DeviceView<const T> ghost) const;

 private:
  Layout rows_;
  Layout columns_;
  kernels::CsrView<T> ghost_;  // without values
  DeviceView<const LocalIndex> row_numbers_;
  std::vector<GlobalIndex> ghosts_;
  Exchange exchange_;
};

/// A matrix of two parts that both have all rows. Collective.
template <Scalar T>
DistributedMatrix<T> from_local_rows(const Layout& rows, const Layout& columns,
                                     const LocalRows<T>& parts);

/// The numbers of both, increasing, each once. Both may be in any order.
std::vector<GlobalIndex> united(const std::vector<GlobalIndex>& some,
                                const std::vector<GlobalIndex>& others);
/// The places of `some` among `all`, which has them; both increase.
std::vector<LocalIndex> places_among(std::span<const GlobalIndex> some,
                                     std::span<const GlobalIndex> all);
/// The same in a kernel, for one number.
KOKKOS_FORCEINLINE_FUNCTION LocalIndex place_among(const DeviceView<const GlobalIndex>& all,
                                                   GlobalIndex number) {
  LocalIndex begin = 0;
  auto end = static_cast<LocalIndex>(all.extent(0));
  while (begin < end) {
    const LocalIndex middle = begin + (end - begin) / 2;
    if (all(middle) < number) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}
/// Column indices(k) becomes numbers(indices(k)).
DeviceView<const LocalIndex> renumbered(const DeviceView<const LocalIndex>& indices,
                                        const DeviceView<const LocalIndex>& numbers);

/// The last element.
template <class N>
N last_of(const DeviceView<const N>& numbers) {
  N last{};
  Kokkos::deep_copy(last, Kokkos::subview(numbers, numbers.extent(0) - 1));
  return last;
}
/// Copies to the device.
template <class N>
DeviceView<const N> on_device(const char* label, std::span<const N> numbers);
/// Copies to the host.
template <class N>
std::vector<N> on_host(const DeviceView<const N>& numbers);

}  // namespace suan::detail
