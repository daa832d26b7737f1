// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A product (SpMV), set up once for its matrix: format and path are chosen here.
#pragma once

#include <memory>
#include <string>

#include "suan/kernels/kernel_path.hpp"
#include "suan/kernels/spmm.hpp"

namespace suan::kernels {

/// A matrix prepared for products: in another format, or by a vendor's library. The functions are
/// the kernels of the same names in spmv.hpp and spmm.hpp, on `space`; they check nothing.
template <Scalar T>
class PreparedSpmv {
 public:
  virtual ~PreparedSpmv() = default;
  /// "csr", "sell", "sell, rounded to bfloat16", ...
  virtual std::string format() const = 0;
  /// A description in words; may be empty.
  virtual std::string description() const { return {}; }
  virtual KernelPath path() const { return KernelPath::native; }
  /// Bytes of its arrays, all of which a product reads once.
  virtual std::int64_t bytes() const = 0;
  /// Whether it has its own copy of the values, which does not change with those of the matrix.
  virtual bool copies_values() const { return format() != "csr"; }
  /// The same preparation of `a`, a matrix with the same structure and other values; null if that
  /// is not possible. Rounded values are rounded again, others stay exact.
  virtual std::shared_ptr<const PreparedSpmv<T>> with_values(const ExecutionSpace& /*space*/,
                                                             const CsrView<T>& /*a*/) const {
    return nullptr;
  }

  virtual void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                     const DeviceView<T>& y) const = 0;
  /// As spmm.
  virtual void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                     const RowMajor<T>& y) const = 0;
  virtual T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
                      const DeviceView<T>& y) const;
  virtual Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                           const DeviceView<const T>& b, const DeviceView<T>& r) const;
};

/// Holds the chosen implementation, set up in the constructor and not in a first call, and knows
/// the arrays of its matrix. It lives as long as these; copies share it.
template <Scalar T>
class SpmvPlan {
 public:
  SpmvPlan() = default;
  /// Plain CSR. @throws NotSupported when `wanted` is not in this build.
  SpmvPlan(const ExecutionSpace& space, const CsrView<T>& a, KernelPath wanted);
  /// The prepared matrix `a`. Keeps a checksum of copied values, for is_current().
  SpmvPlan(const ExecutionSpace& space, const CsrView<T>& a,
           std::shared_ptr<const PreparedSpmv<T>> prepared);
  /// The same for a matrix with the same structure and other values.
  /// @throws NotSupported for a format that cannot be rebuilt.
  SpmvPlan with_values(const ExecutionSpace& space, const CsrView<T>& a) const;

  /// Whether it was made from these very arrays.
  bool is_of(const CsrView<T>& a) const;
  bool copies_values() const { return prepared_ && prepared_->copies_values(); }
  /// False when values were copied and have since changed in the matrix, found in one pass over
  /// them. Immediately true when none were copied.
  bool is_current(const ExecutionSpace& space) const;

  std::string format() const { return prepared_ ? prepared_->format() : "csr"; }
  KernelPath path() const { return prepared_ ? prepared_->path() : KernelPath::native; }
  /// What was prepared and why, in words; may be empty.
  std::string description() const { return prepared_ ? prepared_->description() : std::string(); }
  /// Whether products wait for single elements of x (SpmvHints), so that fewer bytes would not
  /// help.
  bool scattered() const { return hints_.scattered; }
  /// Bytes of the arrays that a product reads once, without vectors.
  std::int64_t bytes() const;

  /// As the kernels of the same names.
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const;
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const;
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const;
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const;

 private:
  CsrView<T> a_;
  SpmvHints<T> hints_;
  std::shared_ptr<const PreparedSpmv<T>> prepared_;
  std::uint64_t checksum_ = 0;  // of the values that were copied
};

}  // namespace suan::kernels
