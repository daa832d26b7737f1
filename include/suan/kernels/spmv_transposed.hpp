// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transposed sparse matrix times vector, CSR, on one rank. The functions check nothing.
//
// Bytes per call by scattering, with v the bytes of a value: entries * (v + 4) + rows * (8 + v) +
// columns * 2 v, and for each part about 3 v times the columns that it shares with others.
#pragma once

#include <memory>
#include <string_view>

#include "suan/kernels/spmv.hpp"

namespace suan {

/// Which of them: plain is A^T; conjugate is A^H, the same for real numbers.
enum class Adjoint { plain, conjugate };

/// automatic: scatter, unless the spills would need more memory than a transposed structure.
/// scatter: each thread takes a range of rows and adds to its own range of y; contributions outside
/// it go to the thread's spill buffer, and the spills are added in the order of the threads.
/// gather: a transposed structure that refers to the entries of A. The only one in CUDA builds.
enum class TransposedPath { automatic, scatter, gather };

std::string_view to_string(TransposedPath path);

namespace kernels {

struct TransposedParts;

/// The set-up of transposed products with one structure, made once; values may change. No atomic
/// additions: the same number of threads gives the same bits. Copies share the workspace and must
/// not be used by two host threads at once.
template <Scalar T>
class SpmvTransposedPlan {
 public:
  SpmvTransposedPlan() = default;
  /// @throws NotSupported when scatter is requested in a CUDA build.
  SpmvTransposedPlan(const ExecutionSpace& space, const CsrView<T>& a, TransposedPath wanted);

  /// Sets other values for the same structure.
  void set_values(const DeviceView<const T>& values) { a_.values = values; }

  /// The method in use; never automatic.
  TransposedPath path() const noexcept { return path_; }
  /// Bytes of memory besides the matrix.
  std::int64_t memory_bytes() const;

  /// y = alpha op(A) x + beta y; y is not read when beta is zero.
  void apply(const ExecutionSpace& space, Adjoint op, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const;
  /// y = op(A) x; returns x^H y. A is square.
  T apply_dot(const ExecutionSpace& space, Adjoint op, const DeviceView<const T>& x,
              const DeviceView<T>& y) const;
  /// r = b - op(A) x; returns r^H r.
  Real<T> residual(const ExecutionSpace& space, Adjoint op, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const;

 private:
  template <class Start>
  void multiply(const ExecutionSpace& space, Adjoint op, T alpha, const DeviceView<const T>& x,
                const DeviceView<T>& y, const Start& start) const;
  template <class Sum, class Start, class End>
  Sum multiply_sum(const ExecutionSpace& space, Adjoint op, T alpha, const DeviceView<const T>& x,
                   const DeviceView<T>& y, const Start& start, const End& end) const;

  CsrView<T> a_;
  TransposedPath path_ = TransposedPath::gather;
  std::shared_ptr<const TransposedParts> parts_;
  DeviceView<T> spills_;
  // The transposed structure: the entries of column j are at positions_(offsets_(j)) ..., in the
  // rows rows_(offsets_(j)) ...
  DeviceView<const Offset> offsets_;
  DeviceView<const LocalIndex> rows_;
  DeviceView<const Offset> positions_;
};

}  // namespace kernels
}  // namespace suan
