// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The product R A P of three sparse matrices, CSR, on one rank: the coarse matrix of a Galerkin
// method. A row of R A is formed, multiplied by P and forgotten, so that neither R A nor A P is
// ever stored. Each row is found as in F. G. Gustavson, "Two fast algorithms for sparse matrices:
// multiplication and permuted transposition", ACM Trans. Math. Softw. 4 (1978), 250-269.
//
// The functions check nothing. With CUDA R A and (R A) P are two products by hash tables on the
// device; a plan keeps the structure of both.
#pragma once

#include <vector>

#include "suan/kernels/spgemm.hpp"

namespace suan::kernels {

/// The structure of R A P, rows strictly increasing; entries that happen to be zero stay. The
/// matrices may be unsorted and have duplicates.
///
/// C_IJ = sum over k of (sum over i of R_Ii A_ik) P_kJ. The inner sum is in the order of R's row,
/// and the outer one in the order in which the columns k come up in it: structure and bits depend
/// on neither threads nor schedule. Memory beside the matrices, per thread: that of SpgemmPlan, 4
/// bytes per column of A, and 4 bytes and a value per product of the longest row of R A, or per
/// column of A where these are fewer. With CUDA the outer sum is in the order of the columns, and
/// `last` is freed in each case.
template <Scalar T>
class GalerkinPlan {
 public:
  GalerkinPlan() = default;
  GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
               const CsrView<T>& p);

  /// R A P for values that belong to the structures; results share their structure. The values
  /// stand in the memory of `last`, an earlier result, where it has as many entries and nobody else
  /// refers to them; otherwise its memory is freed first.
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
/// of two (not with CUDA). Memory beside the matrices: that of the plan, the values of the result
/// twice, and those of one chunk per thread.
template <Scalar T>
CsrView<T> galerkin_product(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                            const CsrView<T>& p);

}  // namespace suan::kernels
