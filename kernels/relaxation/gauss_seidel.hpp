// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sweeps of Gauss-Seidel over blocks of rows, on one rank: within a block with new values, across
// blocks and from ghosts with old ones (A. H. Baker, R. D. Falgout, T. V. Kolev, U. M. Yang,
// "Multigrid smoothers for ultraparallel computing", SIAM J. Sci. Comput. 33 (2011), 2864-2887).
//
// With A = L + D + U + F, where F has the entries outside of the blocks, and a diagonal E >= 0, a
// forward sweep is x = x + M (b - A x) with M = (L + D + E)^-1, and a backward one has
// (D + E + U)^-1.
//
// One thread sweeps a block, and the blocks depend on the matrix alone, and so do the bits. The
// functions check nothing.
//
// Bytes, with v those of a value, n rows and e entries: forward_from_zero reads the lower half,
// (e - n) / 2 * (v + 4), and n * (12 + 3 v): offsets and the place of the diagonal, its inverse, b,
// x. residual_after_forward and backward_after_forward read the upper half, the diagonal and F,
// and n * (12 + 3 v), and E. sweep reads all entries, and n * (12 + 5 v): also x, and its old
// values.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

template <Scalar T>
struct GaussSeidelRows {
  CsrView<T> a;  ///< columns increase in each row, and each diagonal entry is stored
  DeviceView<const LocalIndex> diagonal;  ///< entry offsets(i) + diagonal(i) is a_ii
  DeviceView<const T> inverse;            ///< of D + E
  DeviceView<const T> extra;              ///< E, or empty if it is zero
  CsrView<T> remote;                      ///< the ghosts' columns of the rows row_numbers
  DeviceView<const LocalIndex> row_numbers;
  DeviceView<const LocalIndex> remote_first;  ///< of each block, and their number: in `remote`
  LocalIndex block_rows = 1;
  LocalIndex blocks() const { return a.rows / block_rows + (a.rows % block_rows > 0 ? 1 : 0); }
};

enum class Sweep { forward, backward };

/// The place of each diagonal entry among those of its row.
void find_diagonals(const ExecutionSpace& space, const DeviceView<const Offset>& offsets,
                    const DeviceView<const LocalIndex>& indices,
                    const DeviceView<LocalIndex>& places);

/// x = M b.
template <Scalar T>
void sweep_from_zero(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Sweep sweep,
                     const RowMajor<const T>& b, const RowMajor<T>& x);

/// x = x + M (b - A x). `old` has the elements of x; it may be x itself if there is one block.
template <Scalar T>
void sweep_from_guess(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Sweep sweep,
                      const RowMajor<const T>& b, const RowMajor<const T>& old,
                      const RowMajor<const T>& ghosts, const RowMajor<T>& x);

/// r = b - A x for the x that a forward sweep from zero made of b, which is not needed any more:
/// b = (L + D + E) x, so r = (E - U - F) x.
template <Scalar T>
void residual_after_forward(const ExecutionSpace& space, const GaussSeidelRows<T>& rows,
                            const RowMajor<T>& x, const RowMajor<const T>& ghosts,
                            const RowMajor<T>& r);

/// The backward sweep after a forward sweep from zero, from what that made of b; `old` as above.
template <Scalar T>
void backward_after_forward(const ExecutionSpace& space, const GaussSeidelRows<T>& rows,
                            const RowMajor<const T>& old, const RowMajor<const T>& ghosts,
                            const RowMajor<T>& x);

}  // namespace suan::kernels
