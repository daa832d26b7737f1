// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmm_plan.hpp"

#include "suan/core/instantiate.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

namespace suan::kernels {

template <Scalar T>
SpmmPlan<T>::SpmmPlan(const ExecutionSpace& space, const CsrView<T>& a,
                      [[maybe_unused]] LocalIndex vectors, KernelPath wanted)
    : a_(a), hints_(space, a) {
  [[maybe_unused]] KernelPath path = choose_spmm_path(wanted);
#if SUAN_HAVE_CUDA
  // The native kernel leaves a long row to one thread for each vector.
  if (wanted == KernelPath::automatic &&
      cuda::is_skewed(cuda::row_lengths(space, a.rows, a.offsets))) {
    path = KernelPath::cuda;
  }
  if (path == KernelPath::cusparse) prepared_ = cuda::make_cusparse_spmm<T>(space, a, vectors);
  if (path == KernelPath::cuda) prepared_ = cuda::make_pieces_spmm<T>(space, a, vectors);
#endif
}

template <Scalar T>
void SpmmPlan<T>::apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                        const RowMajor<T>& y) const {
  if (prepared_) {
    prepared_->apply(space, alpha, x, beta, y);
  } else {
    spmm<T>(space, alpha, a_, x, beta, y, hints_);
  }
}

#define SUAN_INSTANTIATE(T) template class SpmmPlan<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
