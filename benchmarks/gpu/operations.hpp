// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The operations that gpu_bench compares, each with its contestants.
#pragma once

#include <string>

#include "contest.hpp"
#include "suan/core/timer.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::bench {

using Matrix = Csr<double>;
using Call = std::function<void()>;
/// For contestants whose results are not compared.
inline const DeviceView<double> no_answer;

/// Waits for the set-up and records its time.
template <class Make>
auto timed(GpuResult& result, const Make& make) {
  Kokkos::fence("suan::bench::before set-up");
  const Timer timer;
  auto made = make();
  Kokkos::fence("suan::bench::set-up");
  result.detail = message("set-up ", 1e3 * timer.seconds(), " ms");
  return made;
}

/// Copies and reads of large arrays: the upper limits.
void compare_bandwidth(Contest& contest);
/// y = A x; with `tune` also by each variant of Suan's own kernel for CSR.
void compare_spmv(Contest& contest, const std::string& shape, const Matrix& a, bool tune);
/// Y = A X with `vectors` vectors.
void compare_spmm(Contest& contest, const std::string& shape, const Matrix& a, int vectors);
/// A A, from scratch and the numeric phase alone.
void compare_spgemm(Contest& contest, const std::string& shape, const Matrix& a);
/// P^T A P with a smoothed-aggregation prolongator, for grids of size^3 points, likewise.
void compare_galerkin(Contest& contest, const std::string& shape, const Matrix& a,
                      std::int64_t size);
/// A solve with the lower triangle, and with its transpose.
void compare_trsv(Contest& contest, const std::string& shape, const Matrix& a);
/// The transpose, and CSR to SELL.
void compare_conversions(Contest& contest, const std::string& shape, const Matrix& a);

}  // namespace suan::bench
