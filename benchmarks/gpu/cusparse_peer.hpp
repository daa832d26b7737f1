// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// cuSPARSE called directly, with 32-bit offsets and each of its algorithms, as its users would: the
// peer of the comparison, which shares no code with the library's own path.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "suan/kernels/spmm.hpp"

namespace suan::bench {

/// A way of cuSPARSE to do one thing, analysed and ready to be called any number of times.
struct CusparseCall {
  std::string name;
  std::function<std::function<void()>()> make;
};

/// y = A x by each algorithm for CSR.
std::vector<CusparseCall> cusparse_spmv(const kernels::CsrView<double>& a,
                                        const DeviceView<const double>& x,
                                        const DeviceView<double>& y);
/// Y = A X, row-major, by each algorithm for CSR that takes it.
std::vector<CusparseCall> cusparse_spmm(const kernels::CsrView<double>& a,
                                        const RowMajor<const double>& x, const RowMajor<double>& y);

}  // namespace suan::bench
