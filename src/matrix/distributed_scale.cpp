// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "kernels/algebra/rearrange.hpp"
#include "matrix/distributed_pattern.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan {

namespace {

template <Scalar T>
void require_left(const Vector<T>& left, const DistributedMatrix<T>& a) {
  detail::require_same_layout("scale", "the factors on the left", left.layout(),
                              message("the rows of ", detail::described("A", a)), a.row_layout());
}

template <Scalar T>
void require_right(const DistributedMatrix<T>& a, const Vector<T>& right) {
  detail::require_same_layout("scale", "the factors on the right", right.layout(),
                              message("the columns of ", detail::described("A", a)),
                              a.column_layout());
}

template <Scalar T>
DeviceView<const T> of_rows(const DeviceView<const T>& factors,
                            const DeviceView<const LocalIndex>& rows) {
  const auto result = detail::allocate<T>("suan::scale::factors", rows.extent(0));
  Kokkos::parallel_for(
      "suan::scale_factors",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          0, static_cast<LocalIndex>(rows.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) { result(k) = factors(rows(k)); });
  return result;
}

/// An absent vector stands for ones.
template <Scalar T>
DistributedMatrix<T> scaled(const Vector<T>* left, const DistributedMatrix<T>& a,
                            const Vector<T>* right) {
  const auto& remote = a.remote();
  std::optional<PendingForward<T>> pending;
  DeviceView<const T> of_ghosts;
  together(a.comm(), [&] {
    if (right == nullptr) return;
    pending.emplace(a.exchange().template forward<T>(right->view()));
    of_ghosts = {pending->finish().data(), remote.columns.size()};
  });
  DeviceView<const T> own;
  DeviceView<const T> ghost;
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const DeviceView<const T> none;
    own = kernels::scale<T>(space, left ? left->view() : none, a.local().view(),
                            right ? right->view() : none)
              .values;
    ghost = kernels::scale<T>(space, left ? of_rows<T>(left->view(), remote.row_numbers) : none,
                              remote.matrix.view(), of_ghosts)
                .values;
  });
  DistributedMatrix<T> result = a;
  result.update_values(own, ghost);
  return result;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> scale(const Vector<T>& left, const DistributedMatrix<T>& a,
                           const Vector<T>& right) try {
  require_agreement(a.comm(), "scale");
  together(a.comm(), [&] {
    require_left(left, a);
    require_right(a, right);
  });
  return scaled(&left, a, &right);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> scale_rows(const Vector<T>& left, const DistributedMatrix<T>& a) try {
  require_agreement(a.comm(), "scale_rows");
  together(a.comm(), [&] { require_left(left, a); });
  return scaled<T>(&left, a, nullptr);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> scale_columns(const DistributedMatrix<T>& a, const Vector<T>& right) try {
  require_agreement(a.comm(), "scale_columns");
  together(a.comm(), [&] { require_right(a, right); });
  return scaled<T>(nullptr, a, &right);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Vector<T> diagonal(const DistributedMatrix<T>& a) try {
  require_agreement(a.comm(), "diagonal");
  DeviceView<T> entries;
  together(a.comm(), [&] {
    detail::require_same_layout("diagonal", message("the rows of ", detail::described("A", a)),
                                a.row_layout(), "its columns", a.column_layout());
    entries = a.local().diagonal();
  });
  return Vector<T>(a.row_layout(), entries);
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template DistributedMatrix<T> scale(const Vector<T>&, const DistributedMatrix<T>&,          \
                                      const Vector<T>&);                                      \
  template DistributedMatrix<T> scale_rows(const Vector<T>&, const DistributedMatrix<T>&);    \
  template DistributedMatrix<T> scale_columns(const DistributedMatrix<T>&, const Vector<T>&); \
  template Vector<T> diagonal(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
