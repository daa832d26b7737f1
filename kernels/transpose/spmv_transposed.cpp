// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_transposed.hpp"

#include "kernels/transpose/transposed_gather.hpp"
#include "kernels/transpose/transposed_scatter.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

std::string_view to_string(TransposedPath path) {
  if (path == TransposedPath::scatter) return "scatter";
  return path == TransposedPath::gather ? "gather" : "auto";
}

namespace kernels {

namespace {

/// Calls use.operator()<conjugated>().
template <Scalar T, class Use>
auto with_conjugation(Adjoint op, const Use& use) {
  if (is_complex<T> && op == Adjoint::conjugate) return use.template operator()<true>();
  return use.template operator()<false>();
}

}  // namespace

template <Scalar T>
SpmvTransposedPlan<T>::SpmvTransposedPlan(const ExecutionSpace& space, const CsrView<T>& a,
                                          TransposedPath wanted)
    : a_(a) {
  if (SUAN_HAVE_CUDA != 0 && wanted == TransposedPath::scatter) {
    throw NotSupported(
        "the transposed product by scattering was requested, but this build of Suan runs on CUDA; "
        "use auto or gather");
  }
  const HostView<const Offset> offsets =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.offsets);
  const HostView<const LocalIndex> indices =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.indices);
#if !SUAN_HAVE_CUDA
  if (wanted != TransposedPath::gather) {
    auto plan = transposed::plan_scatter(space, a);
    // The transposed structure takes 12 bytes per entry, and is read in addition to the matrix.
    const bool small = plan.spilled * Offset(sizeof(T)) <= 12 * a.entries() + 4096;
    if (wanted == TransposedPath::scatter || small) {
      path_ = TransposedPath::scatter;
      spills_ =
          detail::allocate<T>("suan::transposed::spills", static_cast<std::size_t>(plan.spilled));
      parts_ = std::make_shared<const TransposedParts>(std::move(plan));
      return;
    }
  }
#endif
  const transposed::Structure t = transposed::structure_of(a.rows, a.columns, offsets, indices);
  offsets_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.offsets);
  rows_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.rows);
  positions_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.positions);
}

template <Scalar T>
std::int64_t SpmvTransposedPlan<T>::memory_bytes() const {
  return static_cast<std::int64_t>(sizeof(T) * spills_.span() + sizeof(Offset) * offsets_.span() +
                                   sizeof(LocalIndex) * rows_.span() +
                                   sizeof(Offset) * positions_.span());
}

template <Scalar T>
template <class Start>
void SpmvTransposedPlan<T>::multiply(const ExecutionSpace& space, Adjoint op, T alpha,
                                     const DeviceView<const T>& x, const DeviceView<T>& y,
                                     const Start& start) const {
  with_conjugation<T>(op, [&]<bool conjugated>() {
#if !SUAN_HAVE_CUDA
    if (path_ == TransposedPath::scatter) {
      transposed::scatter<conjugated, T>(space, alpha, {a_, *parts_, spills_}, x, y, start);
      return;
    }
#endif
    transposed::gather<conjugated, T>(space, alpha, {offsets_, rows_, positions_, a_.values}, x, y,
                                      start);
  });
}

template <Scalar T>
template <class Sum, class Start, class End>
Sum SpmvTransposedPlan<T>::multiply_sum(const ExecutionSpace& space, Adjoint op, T alpha,
                                        const DeviceView<const T>& x, const DeviceView<T>& y,
                                        const Start& start, const End& end) const {
  return with_conjugation<T>(op, [&]<bool conjugated>() {
#if !SUAN_HAVE_CUDA
    if (path_ == TransposedPath::scatter) {
      return transposed::scatter_sum<conjugated, Sum, T>(space, alpha, {a_, *parts_, spills_}, x, y,
                                                         start, end);
    }
#endif
    return transposed::gather_sum<conjugated, Sum, T>(
        space, alpha, {offsets_, rows_, positions_, a_.values}, x, y, start, end);
  });
}

template <Scalar T>
void SpmvTransposedPlan<T>::apply(const ExecutionSpace& space, Adjoint op, T alpha,
                                  const DeviceView<const T>& x, T beta,
                                  const DeviceView<T>& y) const {
  if (beta == T(0)) {
    multiply(
        space, op, alpha, x, y, KOKKOS_LAMBDA(LocalIndex) { return T(0); });
  } else {
    multiply(
        space, op, alpha, x, y, KOKKOS_LAMBDA(LocalIndex j) { return beta * y(j); });
  }
}

template <Scalar T>
T SpmvTransposedPlan<T>::apply_dot(const ExecutionSpace& space, Adjoint op,
                                   const DeviceView<const T>& x, const DeviceView<T>& y) const {
  const auto zero = KOKKOS_LAMBDA(LocalIndex) { return T(0); };
  return multiply_sum<T>(
      space, op, T(1), x, y, zero,
      KOKKOS_LAMBDA(LocalIndex j, const T& yj) { return conjugate(x(j)) * yj; });
}

template <Scalar T>
Real<T> SpmvTransposedPlan<T>::residual(const ExecutionSpace& space, Adjoint op,
                                        const DeviceView<const T>& x, const DeviceView<const T>& b,
                                        const DeviceView<T>& r) const {
  const auto given = KOKKOS_LAMBDA(LocalIndex j) { return b(j); };
  return static_cast<Real<T>>(multiply_sum<double>(
      space, op, T(-1), x, r, given,
      KOKKOS_LAMBDA(LocalIndex, const T& rj) { return static_cast<double>(abs_squared(rj)); }));
}

#define SUAN_INSTANTIATE(T) template class SpmvTransposedPlan<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace kernels
}  // namespace suan
