// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The triple product R A P of sparse matrices in CSR, on one rank: the coarse matrix of a Galerkin
// method. A row of R A is formed, multiplied by P and discarded, so neither R A nor A P is ever
// stored. Rows are found as in F. G. Gustavson, "Two fast algorithms for sparse matrices:
// multiplication and permuted transposition", ACM Trans. Math. Softw. 4 (1978), 250-269.
//
// The functions check nothing. With CUDA, R A and (R A) P are two products (SpGEMM) with hash
// tables on the device; a plan keeps the structure of both.
#pragma once

#include <vector>

#include "suan/kernels/spgemm.hpp"

namespace suan::kernels {

/// The symbolic phase of R A P; rows increase strictly, and explicit zeros are kept. The matrices
/// may be unsorted and have duplicates.
///
/// C_IJ = sum over k of (sum over i of R_Ii A_ik) P_kJ. The inner sum follows the order of R's row,
/// the outer one the order in which the columns k first appear in it: structure and bits depend
/// neither on threads nor on their schedule. Workspace per thread: 4 bytes per column of A, 5 bytes
/// and a value per column of P, and 4 bytes and a value per product of the longest row of R A, or
/// per column of A if these are fewer. With CUDA the outer sum follows the order of the columns,
/// and `last` is always freed.
template <Scalar T>
class GalerkinPlan {
 public:
  GalerkinPlan() = default;
  GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
               const CsrView<T>& p);

  /// The numeric phase: R A P for values that belong to the structures; results share their
  /// structure. Reuses the memory of `last`, an earlier result, if it has as many entries and is
  /// not referred to elsewhere; otherwise that is freed first.
  CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                      const CsrView<T>& p, CsrView<T> last = {}) const;

 private:
#if SUAN_HAVE_CUDA
  SpgemmPlan<T> left_;   // R A
  SpgemmPlan<T> right_;  // (R A) P
#else
  CsrView<T> structure_;            // without values
  std::vector<LocalIndex> chunks_;  // the rows at which they begin, and the end
#endif
};

/// R A P once: the structure and the bits of GalerkinPlan, in one pass over the rows of R A instead
/// of two (not with CUDA). Workspace: that of the plan, the values of the result twice, and those
/// of one chunk per thread.
template <Scalar T>
CsrView<T> galerkin_product(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                            const CsrView<T>& p);

}  // namespace suan::kernels
