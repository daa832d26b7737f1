// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// cuSPARSE called directly, with 32-bit offsets and each of its algorithms, as its users would.
// This peer shares no code with the library's own path.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "suan/kernels/spmm.hpp"

namespace suan::bench {

/// One of cuSPARSE's algorithms for an operation, analysed and ready to be called repeatedly.
struct CusparseCall {
  std::string name;
  std::function<std::function<void()>()> make;
};

/// y = A x by each algorithm for CSR.
std::vector<CusparseCall> cusparse_spmv(const kernels::CsrView<double>& a,
                                        const DeviceView<const double>& x,
                                        const DeviceView<double>& y);
/// Y = A X, row-major, by each algorithm for CSR that supports it.
std::vector<CusparseCall> cusparse_spmm(const kernels::CsrView<double>& a,
                                        const RowMajor<const double>& x, const RowMajor<double>& y);

}  // namespace suan::bench
