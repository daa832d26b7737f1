// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A product that was set up once for its matrix: the place where a path is chosen.
#pragma once

#include <memory>

#include "suan/kernels/path.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// What a vendor's library needs for one matrix; made in kernels/.
template <Scalar T>
class VendorSpmv {
 public:
  virtual ~VendorSpmv() = default;
  /// y = alpha A x + beta y on the stream of `space`.
  virtual void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                     const DeviceView<T>& y) const = 0;
};

/// Holds the chosen path and the vendor's analysis of the matrix, made in the constructor and not
/// in a first call. It lives as long as its matrix; copies share it.
template <Scalar T>
class SpmvPlan {
 public:
  SpmvPlan() = default;
  /// @throws NotSupported when `wanted` is not in this build.
  SpmvPlan(const ExecutionSpace& space, const CsrView<T>& a, KernelPath wanted);

  KernelPath path() const noexcept { return path_; }

  /// As the kernels of the same names.
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const;
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const;
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const;

 private:
  CsrView<T> a_;
  KernelPath path_ = KernelPath::native;
  std::shared_ptr<const VendorSpmv<T>> vendor_;
};

}  // namespace suan::kernels
