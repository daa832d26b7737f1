// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Level-1 kernels on the elements of one rank. They check nothing. Reductions have a fixed shape:
// the same number of threads gives the same bits.
#pragma once

#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

template <Scalar T>
SumOf<T> dot(const ExecutionSpace& space, const DeviceView<const T>& x,
             const DeviceView<const T>& y);

/// Sum of |x_i / scale|^2.
template <Scalar T>
WideReal<T> sum_of_squares(const ExecutionSpace& space, const DeviceView<const T>& x,
                           Real<T> scale);

/// Largest |x_i|; infinite or NaN when an element is.
template <Scalar T>
Real<T> max_abs(const ExecutionSpace& space, const DeviceView<const T>& x);

/// Position of the first element that is not finite, or x.size().
template <Scalar T>
LocalIndex first_not_finite(const ExecutionSpace& space, const DeviceView<const T>& x);

/// y = alpha x + beta y; y is not read when beta is zero.
template <Scalar T>
void axpby(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
           const DeviceView<T>& y);

/// x = alpha x; x is not read when alpha is zero.
template <Scalar T>
void scale(const ExecutionSpace& space, T alpha, const DeviceView<T>& x);

/// z_i = alpha d_i x_i + beta z_i; z is not read when beta is zero.
template <Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& d,
              const DeviceView<const T>& x, T beta, const DeviceView<T>& z);

}  // namespace suan::kernels
