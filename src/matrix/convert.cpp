// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/convert.hpp"

#include "kernels/common/new_csr.hpp"
#include "matrix/pattern.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

using RowRange = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Whether an element becomes an entry; the comparison is written so that NaN does.
template <Scalar T>
KOKKOS_FUNCTION bool is_kept(const T& x, Real<T> drop) {
  if constexpr (is_complex<T>) {
    return !(Kokkos::hypot(x.real(), x.imag()) <= drop);
  } else {
    return !(Kokkos::abs(x) <= drop);
  }
}

template <class V>
auto on_host(const V& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
}

}  // namespace

template <Scalar T>
RowMajor<T> to_dense(const Csr<T>& a, std::int64_t most_bytes) {
  // Below 2^62, so only the bytes can overflow.
  const std::int64_t elements = std::int64_t{a.rows()} * a.columns();
  const auto size = static_cast<std::int64_t>(sizeof(T));
  if (elements > most_bytes / size) {
    throw NotSupported(message("to_dense: ", detail::described("A", a.view()), " has ", elements,
                               " elements of ", size, " bytes, and most_bytes is ", most_bytes));
  }
  const auto dense = detail::allocate_view<RowMajor<T>>(
      "suan::to_dense", static_cast<std::size_t>(a.rows()), static_cast<std::size_t>(a.columns()));
  Kokkos::deep_copy(dense, T(0));
  const auto view = a.view();
  const ExecutionSpace space;
  Kokkos::parallel_for(
      "suan::to_dense", RowRange(space, 0, a.rows()), KOKKOS_LAMBDA(LocalIndex i) {
        for (Offset k = view.offsets(i); k < view.offsets(i + 1); ++k) {
          dense(i, view.indices(k)) += view.values(k);
        }
      });
  space.fence("suan::to_dense");
  return dense;
}

template <Scalar T>
Csr<T> from_dense(const RowMajor<const T>& dense, Real<T> drop) {
  if (!(drop >= 0)) {
    throw InvalidArgument(message("from_dense: drop is ", drop, "; it must be 0 or more"));
  }
  constexpr std::size_t most = std::numeric_limits<LocalIndex>::max();
  if (dense.extent(0) > most || dense.extent(1) > most) {
    throw NotSupported(message("from_dense: ", dense.extent(0), " x ", dense.extent(1),
                               " elements; a matrix of one rank has at most ", most,
                               " rows and columns"));
  }
  const auto rows = static_cast<LocalIndex>(dense.extent(0));
  const auto columns = static_cast<LocalIndex>(dense.extent(1));
  const ExecutionSpace space;
  const auto result = kernels::allocate_rows<T>(
      space, rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        for (LocalIndex j = 0; j < columns; ++j) count += is_kept<T>(dense(i, j), drop) ? 1 : 0;
        return count;
      });
  const auto offsets = result.offsets;
  const auto indices = result.indices;
  const auto values = result.values;
  Kokkos::parallel_for(
      "suan::from_dense", RowRange(space, 0, rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        for (LocalIndex j = 0; j < columns; ++j) {
          if (!is_kept<T>(dense(i, j), drop)) continue;
          indices(at) = j;
          values(at) = dense(i, j);
          ++at;
        }
      });
  space.fence("suan::from_dense");
  return detail::to_csr(result.finish(rows, columns));
}

template <Scalar T>
std::vector<Triplet<T>> to_triplets(const DistributedMatrix<T>& a) try {
  std::vector<Triplet<T>> result;
  result.reserve(static_cast<std::size_t>(a.local_entries()));
  const auto local_offsets = on_host(a.local().view().offsets);
  const auto local_indices = on_host(a.local().view().indices);
  const auto local_values = on_host(a.local().view().values);
  const auto& remote = a.remote();
  const auto remote_offsets = on_host(remote.matrix.view().offsets);
  const auto remote_indices = on_host(remote.matrix.view().indices);
  const auto remote_values = on_host(remote.matrix.view().values);
  const auto remote_rows = on_host(remote.row_numbers);
  const GlobalIndex first_row = a.row_layout().first();
  const GlobalIndex first_column = a.column_layout().first();
  LocalIndex next = 0;
  for (LocalIndex i = 0; i < a.local().rows(); ++i) {
    const GlobalIndex row = first_row + i;
    for (Offset k = local_offsets(i); k < local_offsets(i + 1); ++k) {
      result.push_back({row, first_column + local_indices(k), local_values(k)});
    }
    if (next == remote.matrix.rows() || remote_rows(next) != i) continue;
    for (Offset k = remote_offsets(next); k < remote_offsets(next + 1); ++k) {
      result.push_back(
          {row, remote.columns[static_cast<std::size_t>(remote_indices(k))], remote_values(k)});
    }
    ++next;
  }
  return result;
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                      \
  template RowMajor<T> to_dense(const Csr<T>&, std::int64_t);    \
  template Csr<T> from_dense(const RowMajor<const T>&, Real<T>); \
  template std::vector<Triplet<T>> to_triplets(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
