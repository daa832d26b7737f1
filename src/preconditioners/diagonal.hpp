// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Diagonals that something divides by.
#pragma once

#include "kernels/relaxation/row_sums.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail {

/// 1 / (a_ii + weight(i) a_ii / |a_ii|), for the diagonal of this rank's block; `weights` may be
/// empty, for zeros. Not collective, so for the body of together().
/// @throws InvalidArgument when an element has no finite inverse or a_ii is negligible beside the
/// entries of its row in this rank's block, with its row.
template <Scalar T>
DeviceView<T> inverse_diagonal(const char* what, const Csr<T>& block, GlobalIndex first_row,
                               const DeviceView<const Real<T>>& weights = {});

/// `factor` times the sums of |a_ij| outside of blocks of `block_rows` rows. Not collective.
template <Scalar T>
DeviceView<Real<T>> weights_outside(const DistributedMatrix<T>& a, LocalIndex block_rows,
                                    Real<T> factor);

template <Scalar T>
kernels::RowParts<T> parts_of(const DistributedMatrix<T>& a) {
  return {a.local().view(), a.remote().matrix.view(), a.remote().row_numbers};
}

}  // namespace suan::detail
