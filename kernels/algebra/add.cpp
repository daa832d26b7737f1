// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/algebra/add.hpp"

#include "kernels/common/merge_row.hpp"
#include "kernels/common/new_csr.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

template <Scalar T>
CsrView<T> add(const ExecutionSpace& space, T alpha, const CsrView<T>& a, T beta,
               const CsrView<T>& b) {
  const auto result = allocate_rows<T>(
      space, a.rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        merge_row(a, b, i, [&](LocalIndex, Offset, Offset) { ++count; });
        return count;
      });
  const auto offsets = result.offsets;
  const auto indices = result.indices;
  const auto values = result.values;
  Kokkos::parallel_for(
      "suan::add",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        merge_row(a, b, i, [&](LocalIndex column, Offset k, Offset l) {
          T value{};
          if (k >= 0) value = alpha * a.values(k);
          if (l >= 0) value = k >= 0 ? value + beta * b.values(l) : beta * b.values(l);
          indices(at) = column;
          values(at) = value;
          ++at;
        });
      });
  space.fence("suan::add");
  return result.finish(a.rows, a.columns);
}

#define SUAN_INSTANTIATE(T) \
  template CsrView<T> add(const ExecutionSpace&, T, const CsrView<T>&, T, const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
