// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A sparse matrix distributed over ranks by blocks of rows.
#pragma once

#include "suan/comm/exchange.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// Each rank stores its rows in two parts: `local`, with the columns that the rank owns, and
/// `remote`, with the ghost columns, for which an Exchange brings the entries of the vector. A
/// product starts the exchange, multiplies `local`, finishes the exchange and adds `remote`. On one
/// rank `remote` is empty and costs nothing.
///
/// Copies share the plan of the exchange and its buffers: only one host thread at a time may use a
/// matrix and its copies.
template <Scalar T>
class DistributedMatrix final : public Operator<T> {
 public:
  /// The boundary rows: those of this rank that have entries in ghost columns.
  struct Remote {
    /// As many rows as `row_numbers`, as many columns as `columns`.
    Csr<T> matrix;
    /// Local row number of each row, increasing.
    DeviceView<const LocalIndex> row_numbers;
    /// Global column of each column, increasing.
    std::vector<GlobalIndex> columns;
  };

  DistributedMatrix() = default;
  /// From its parts. Collective. Most callers want the functions of assembly.hpp.
  /// @throws DimensionMismatch when sizes do not match, InvalidArgument when a row or column number
  /// is out of range or out of order, or a column is one of this rank's own; on all ranks.
  DistributedMatrix(const Layout& rows, const Layout& columns, Csr<T> local, Remote remote);
  /// The same with the exchange of another matrix that has the same columns and ghosts, which is
  /// then not made once more. @throws also InvalidArgument when its map has others.
  DistributedMatrix(const Layout& rows, const Layout& columns, Csr<T> local, Remote remote,
                    Exchange exchange);
  /// A matrix on one rank; copies nothing.
  explicit DistributedMatrix(const Csr<T>& matrix);

  GlobalIndex global_rows() const noexcept { return this->row_layout().global_size(); }
  GlobalIndex global_columns() const noexcept { return this->column_layout().global_size(); }
  /// The number of stored entries (nnz) on all ranks.
  std::int64_t global_entries() const noexcept { return global_entries_; }
  /// The number of stored entries (nnz) on this rank.
  Offset local_entries() const noexcept { return local_.entries() + remote_.matrix.entries(); }

  const Csr<T>& local() const noexcept { return local_; }
  const Remote& remote() const noexcept { return remote_; }
  /// The exchange of vectors of the columns; its map has the columns of remote() as ghosts.
  const Exchange& exchange() const noexcept { return exchange_; }
  /// Bytes of the CSR arrays on this rank, without those prepared for products.
  std::int64_t memory_bytes() const noexcept;
  /// The same matrix with another plan for the products of its local part. Collective.
  /// @throws InvalidArgument, on all ranks, as Csr::with_plan().
  DistributedMatrix with_plan(kernels::SpmvPlan<T> plan) const;
  /// Csr::update_values() for both parts: `local` in the order of local(), `remote` in that of
  /// remote().matrix. Collective. @throws DimensionMismatch, on all ranks.
  void update_values(DeviceView<const T> local, DeviceView<const T> remote = {});
  /// Csr::require_current() of the local part: only its products copy values.
  void require_current() const override;

  std::string name() const override { return local_.name(); }
  std::string path() const override { return local_.path(); }
  std::string multi_path() const override { return local_.multi_path(); }
  std::int64_t bytes_per_apply() const override { return bytes_per_apply_; }
  Access<T> access() const override { return Access<T>::to_matrix(local_, this); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  T do_apply_dot(const Vector<T>& x, Vector<T>& y) const override;
  Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const override;
  void require_parts() const;
  void count();
  void count_bytes();

  Csr<T> local_;
  Remote remote_;
  Exchange exchange_;
  std::int64_t global_entries_ = 0;
  std::int64_t bytes_per_apply_ = 0;
  bool copies_values_ = false;  // on any rank
};

}  // namespace suan
