// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times sparse matrix, CSR, on one rank, row by row: F. G. Gustavson, "Two fast
// algorithms for sparse matrices: multiplication and permuted transposition", ACM Trans. Math.
// Softw. 4 (1978), 250-269. In two phases, the first of which looks at the structure alone and is
// kept: M. Deveci, C. Trott and S. Rajamanickam, "Multithreaded sparse matrix-matrix multiplication
// for many-core and GPU architectures", Parallel Comput. 78 (2018), 33-46.
//
// The functions check nothing. With CUDA both phases run on the device, by Suan's own kernels with
// hash tables or by cuSPARSE; the path native runs on the host there, through copies of all arrays:
// correct, not fast.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/kernels/path.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan {

/// The algorithms of cuSPARSE's SpGEMM, from the one with most memory and speed to the one with
/// least; automatic: the first whose workspace is, by its own estimate, at most 256 MiB and 16
/// times the columns and values of A and B.
enum class CusparseSpgemm { automatic, alg1, alg2, alg3 };

struct SpgemmOptions {
  KernelPath path = KernelPath::automatic;
  CusparseSpgemm cusparse = CusparseSpgemm::automatic;
  /// Of alg3: the part of all products that is in memory at a time, above 0 and at most 1.
  float chunk_fraction = 0.25f;
};

namespace kernels {

/// A product that was set up by another path than native; see SpgemmPlan.
template <Scalar T>
class PreparedSpgemm {
 public:
  virtual ~PreparedSpgemm() = default;
  virtual KernelPath path() const = 0;
  /// What was chosen for this product, in words.
  virtual std::string description() const = 0;
  virtual Offset multiply_adds() const = 0;
  virtual CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a,
                              const CsrView<T>& b) const = 0;
};

class SpgemmRows;
/// The values of rows with few products, where they are summed with the structure.
template <Scalar T>
struct EarlyValues;

/// The structure of C = A B, rows strictly increasing; entries that happen to be zero stay. A and B
/// may be unsorted and have duplicates.
///
/// An entry of C is one sum, in the order of A's row and within it of B's row: structure and bits
/// depend on neither threads nor schedule. Work is divided by multiply-adds; a row is never
/// divided. Where the structure of rows repeats, as on grids, what was found for one row serves the
/// next ones. Memory beside the matrices: a byte per row of A and per product of rows that have at
/// most 64; while the structure is found, 8 bytes per row of A and 9 per row of B, up to 8 bytes
/// per entry of B, the columns of C a second time, and per thread an eighth of a byte per column of
/// C and the products of one chunk of rows (2^16, or 64 rows). While values are found: per thread
/// the greater of 2^16 and 16 times the entries of the longest row of C, in values, and up to 4 MB.
///
/// This is the path native. The path cuda (kernels/spgemm_hash.cu) gives the same structure, and
/// sums that differ in their rounding only, the same ones in each run; it takes 21 bytes per
/// row of C while the structure is found, and keeps 4 bytes per row. The path cusparse
/// takes what cuSPARSE asks for; A, B and C may have 2^31 - 1 entries there.
template <Scalar T>
class SpgemmPlan {
 public:
  SpgemmPlan() = default;
  /// @throws NotSupported when the path is not in this build, or cannot take these matrices.
  SpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
             const SpgemmOptions& options = {});

  /// C for values of A and B that belong to their structures; results share the structure. On the
  /// path native, the values stand in the memory of `last`, an earlier result, where it has as many
  /// entries and nobody else refers to them; otherwise its memory is freed first.
  CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                      CsrView<T> last = {}) const;
  /// Products of two entries: half of what is counted as floating-point operations.
  Offset multiply_adds() const noexcept { return multiply_adds_; }
  /// What runs; never automatic.
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

/// C = A B when only one product is wanted, with the bits of SpgemmPlan::multiply(). On the path
/// native, rows with few products are looked at once for structure and values, where they do not
/// repeat (road networks, graphs, circuits); memory then is the values of these rows a second time,
/// and where C has at most 2^17 columns, 4 bytes and a value per column and thread. Up to 16 MiB of
/// what is needed on the way is kept for the next product.
/// @throws as SpgemmPlan.
template <Scalar T>
CsrView<T> spgemm(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                  const SpgemmOptions& options = {});

}  // namespace kernels
}  // namespace suan
