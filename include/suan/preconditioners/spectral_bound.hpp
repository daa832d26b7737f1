// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How large the eigenvalues of a scaled matrix are.
#pragma once

#include "suan/core/options.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

struct SpectralBoundOptions {
  std::int64_t lanczos_steps = 12;
  bool reuse_bound = false;
  static const OptionTable<SpectralBoundOptions>& table();
};

/// A bound of the spectral radius of D A, for a diagonal D with elements of any sign and a
/// Hermitian A: 1.1 times the largest |Ritz value| of so many steps of Lanczos on |D|^1/2 A
/// |D|^1/2, which tells it to a few percent (C. Lanczos, J. Res. Nat. Bur. Standards 45 (1950),
/// 255-282), unless the largest row sum of |D A|, which no eigenvalue exceeds, is less, or at most
/// 2.2, when Lanczos is spared. For other A it is an estimate only.
///
/// The bits depend on A, D and the ranks, not on the number of threads. Costs a product for each
/// step, and two reductions. Collective.
/// @throws InvalidArgument when an entry is not finite or ranks pass different steps;
/// DimensionMismatch when sizes do not match; OutOfMemory; on all ranks.
template <Scalar T>
double spectral_bound(const DistributedMatrix<T>& a, const DeviceView<const T>& d,
                      std::int64_t lanczos_steps);

}  // namespace suan
