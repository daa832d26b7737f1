// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/jacobi.hpp"

#include <limits>

#include "preconditioners/local_block.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"

namespace suan {

namespace {

/// Inverts d, the diagonal of the matrix, in place; returns the first row whose element has no
/// finite inverse or is negligible compared with the entries of its row, or d.size().
template <Scalar T>
LocalIndex invert(const kernels::CsrView<T>& a, const DeviceView<T>& d) {
  const auto size = static_cast<LocalIndex>(d.extent(0));
  LocalIndex bad = size;
  constexpr auto eps = std::numeric_limits<Real<T>>::epsilon();
  Kokkos::parallel_reduce(
      "suan::jacobi_invert",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, size),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & first) {
        Real<T> largest = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const Real<T> entry = Kokkos::abs(a.values(k));
          if (entry > largest) largest = entry;
        }
        const T inverse = T(1) / d(i);
        const bool usable = d(i) != T(0) && is_finite(d(i)) && is_finite(inverse) &&
                            Kokkos::abs(d(i)) >= eps * largest;
        if (!usable && i < first) first = i;
        if (usable) d(i) = inverse;
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < size ? bad : size;
}

}  // namespace

template <Scalar T>
Jacobi<T>::Jacobi(const Operator<T>& a) : Preconditioner<T>(a.row_layout(), a.column_layout()) {
  require_agreement(a.comm(), "Jacobi");
  do_update(a);
}

template <Scalar T>
std::string Jacobi<T>::do_update(const Operator<T>& a) {
  const Csr<T>& local = detail::require_local_block("jacobi", a);
  DeviceView<T> inverse;
  together(a.comm(), [&] {
    inverse = local.diagonal();
    const LocalIndex bad = invert(local.view(), inverse);
    if (bad < local.rows()) {
      T value{};
      Kokkos::deep_copy(value, Kokkos::subview(inverse, static_cast<std::size_t>(bad)));
      throw InvalidArgument(
          message("jacobi: the diagonal entry of row ", a.row_layout().first() + bad, " is ", value,
                  ", which has no finite inverse or is nothing beside the entries "
                  "of its row; use preconditioner none, or block_jacobi"));
    }
  });
  inverse_ = inverse;
  return "the diagonal was inverted anew";
}

template <Scalar T>
std::int64_t Jacobi<T>::bytes_per_apply() const {
  return 3 * static_cast<std::int64_t>(sizeof(T)) * this->row_layout().global_size();
}

template <Scalar T>
void Jacobi<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  kernels::multiply<T>(ExecutionSpace(), alpha, inverse_, x.view(), beta, y.view());
}

template <Scalar T>
void Jacobi<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  kernels::multiply<T>(ExecutionSpace(), alpha, inverse_, x.view(), beta, y.view());
}

#define SUAN_INSTANTIATE(T) template class Jacobi<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
