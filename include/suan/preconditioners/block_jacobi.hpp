// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Block Jacobi: the inverses of small dense diagonal blocks.
#pragma once

#include "suan/core/options.hpp"
#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

struct BlockJacobiOptions {
  std::int64_t block_size = 4;
  static const OptionTable<BlockJacobiOptions>& table();
};

/// y = blockdiag(A)^-1 x. Each rank divides its rows into consecutive blocks of block_size rows,
/// the last one possibly shorter, and inverts them by Gauss-Jordan elimination with partial
/// pivoting.
///
/// Memory: block_size values per row.
template <Scalar T>
class BlockJacobi final : public Preconditioner<T> {
 public:
  /// Collective. @throws NotSupported when A has no accessible entries; InvalidArgument when A is
  /// not square, ranks pass different sizes, or a block is singular to rounding, with the rows of
  /// the block. Its rows and columns are scaled first, so their units do not matter.
  explicit BlockJacobi(const Operator<T>& a, const BlockJacobiOptions& options = {});

  std::string name() const override { return "block_jacobi"; }
  std::int64_t bytes_per_apply() const override;

 private:
  std::string do_update(const Operator<T>& a) override;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  LocalIndex block_size_ = 1;
  DeviceView<T> inverses_;  // row-major blocks of block_size^2, one after the other
};

}  // namespace suan
