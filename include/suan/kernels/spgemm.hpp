// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times sparse matrix (SpGEMM), CSR, on one rank, row by row: F. G. Gustavson, "Two
// fast algorithms for sparse matrices: multiplication and permuted transposition", ACM Trans. Math.
// Softw. 4 (1978), 250-269. A symbolic phase, whose result is kept, and a numeric phase: M. Deveci,
// C. Trott and S. Rajamanickam, "Multithreaded sparse matrix-matrix multiplication for many-core
// and GPU architectures", Parallel Comput. 78 (2018), 33-46.
//
// The functions check nothing. With CUDA both phases run on the device, by Suan's own kernels with
// hash tables or by cuSPARSE; there the path native runs on the host, on copies of all arrays:
// correct, but not fast.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/kernels/kernel_path.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan {

/// The algorithms of cuSPARSE's SpGEMM, from the fastest, with the most memory, to the slowest,
/// with the least. automatic: the first whose workspace is, by its own estimate, at most 256 MiB
/// plus 16 times the columns and values of A and B.
enum class CusparseSpgemm { automatic, alg1, alg2, alg3 };

struct SpgemmOptions {
  KernelPath path = KernelPath::automatic;
  CusparseSpgemm cusparse = CusparseSpgemm::automatic;
  /// For alg3: the fraction of all products that is in memory at a time, above 0 and at most 1.
  float chunk_fraction = 0.25f;
};

namespace kernels {

/// A product set up by a path other than native; see SpgemmPlan.
template <Scalar T>
class PreparedSpgemm {
 public:
  virtual ~PreparedSpgemm() = default;
  virtual KernelPath path() const = 0;
  /// A description of the chosen method.
  virtual std::string description() const = 0;
  virtual Offset multiply_adds() const = 0;
  virtual CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a,
                              const CsrView<T>& b) const = 0;
};

class SpgemmRows;
/// The values of rows with few products, if they are summed in the symbolic phase.
template <Scalar T>
struct EarlyValues;

/// The symbolic phase of C = A B; rows of C increase strictly, and explicit zeros are kept. A and B
/// may be unsorted and have duplicates.
///
/// An entry of C is one sum, in the order of A's row and within it of B's rows: structure and bits
/// depend neither on threads nor on their schedule. Work is divided by multiply-adds; a row is
/// never divided. Where the structure of rows repeats, as on grids, what was found for one row is
/// reused for the next ones. Workspace: a byte per row of A and per product of rows that have at
/// most 64; in the symbolic phase 8 bytes per row of A and 9 per row of B, up to 8 bytes per entry
/// of B, the columns of C a second time, and per thread an eighth of a byte per column of C and the
/// products of one chunk of rows (2^16, or 64 rows). In the numeric phase: per thread the larger of
/// 2^16 and 16 times the entries of the longest row of C, in values, and up to 4 MB.
///
/// This describes the path native. The path cuda (spgemm_hash.cu) gives the same structure
/// and sums that differ only in rounding, with the same bits in each run; its symbolic phase takes
/// 21 bytes per row of C, and 4 bytes per row are kept. The path cusparse takes cuSPARSE's
/// workspace; A, B and C may have up to 2^31 - 1 entries there.
template <Scalar T>
class SpgemmPlan {
 public:
  SpgemmPlan() = default;
  /// @throws NotSupported when the path is not in this build, or cannot take these matrices.
  SpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
             const SpgemmOptions& options = {});

  /// The numeric phase: C for values of A and B that belong to their structures; results share the
  /// structure. The path native reuses the memory of `last`, an earlier result, if it has as many
  /// entries and is not referred to elsewhere; otherwise that is freed first.
  CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                      CsrView<T> last = {}) const;
  /// The number of multiplications: half the floating-point operations.
  Offset multiply_adds() const noexcept { return multiply_adds_; }
  /// The path in use; never automatic.
  KernelPath path() const { return prepared_ ? prepared_->path() : KernelPath::native; }
  /// The same in words.
  std::string description() const;

 private:
  template <Scalar S>
  friend CsrView<S> spgemm(const ExecutionSpace&, const CsrView<S>&, const CsrView<S>&,
                           const SpgemmOptions&);

  void prepare(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
               const SpgemmOptions& options, EarlyValues<T>* early);
  CsrView<T> sum(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                 CsrView<T> last, EarlyValues<T>* early) const;

  CsrView<T> structure_;            // without values
  std::vector<LocalIndex> chunks_;  // the rows at which they begin, and the end
  std::shared_ptr<const SpgemmRows> rows_;
  Offset multiply_adds_ = 0;
  std::shared_ptr<const PreparedSpgemm<T>> prepared_;  // where the path is not native
};

/// C = A B if only one product is wanted, with the bits of SpgemmPlan::multiply(). On the path
/// native, rows with few products that do not repeat (road networks, graphs, circuits) are read
/// once for structure and values. Workspace then includes the values of these rows a second time
/// and, if C has at most 2^17 columns, 4 bytes and a value per column and thread. Up to 16 MiB of
/// workspace is kept for the next product.
/// @throws as SpgemmPlan.
template <Scalar T>
CsrView<T> spgemm(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                  const SpgemmOptions& options = {});

}  // namespace kernels
}  // namespace suan
