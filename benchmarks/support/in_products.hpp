// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations on a matrix of one rank, in units of one product with a vector, which is measured just
// before and just after.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "harness.hpp"
#include "problem.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::bench {

/// A matrix with the vectors of a product. Drivers add what their operations need.
struct MatrixProblem {
  explicit MatrixProblem(Csr<double> matrix)
      : a(std::move(matrix)), x(ones<double>(a.column_layout())), y(a.row_layout()) {}
  Csr<double> a;
  Vector<double> x;
  Vector<double> y;

  /// Seconds of one product: the best of ten, which do not take long.
  double product_seconds() {
    double best = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 10; ++k) {
      const Timer timer;
      a.apply(x, y);
      ExecutionSpace().fence("suan::bench::spmv");
      best = std::min(best, timer.seconds());
    }
    return best;
  }
};

/// Registers operations on one matrix. Problem is derived from MatrixProblem.
template <class Problem>
class InProducts {
 public:
  InProducts(std::string key, const MeasureOptions& measure, const Environment& environment,
             std::shared_ptr<Slot> slot, std::function<Problem()> make)
      : key_(std::move(key)),
        measure_(measure),
        comm_(environment.world()),
        slot_(std::move(slot)),
        make_(std::move(make)) {}

  /// `checksum` follows the last call of each result and may free what the call made.
  void add(const std::string& name, std::function<void(Problem&)> call,
           std::function<double(Problem&)> checksum) const {
    auto* benchmark = benchmark::RegisterBenchmark(
        (key_ + "/" + name).c_str(),
        [=, self = *this, warmed = std::make_shared<bool>(false)](benchmark::State& state) {
          const auto problem = self.slot_->template get<Problem>(self.key_, self.make_);
          for (std::int64_t i = 0; i < self.measure_.warm_up && !*warmed; ++i) call(*problem);
          *warmed = true;
          const double before = problem->product_seconds();
          const double seconds = bench::measure(state, self.comm_, calls_per_result(self.measure_),
                                                [&] { call(*problem); });
          const double spmv = 0.5 * (before + problem->product_seconds());
          state.counters["rows"] = static_cast<double>(problem->a.rows());
          state.counters["entries"] = static_cast<double>(problem->a.entries());
          state.counters["spmv_seconds"] = spmv;
          state.counters["spmv_times"] = seconds / spmv;
          // Not zero, for which Google Benchmark prints an invalid coefficient of variation.
          const double sum = checksum(*problem);
          state.counters["checksum"] = sum == 0 ? 1 : sum;
        });
    configure(benchmark, measure_.repetitions);
  }

 private:
  std::string key_;
  MeasureOptions measure_;
  Communicator comm_;
  std::shared_ptr<Slot> slot_;
  std::function<Problem()> make_;
};

/// Sum of (1 + (k mod 17) / 16) a_k over the entries in order; it depends on their positions.
inline double ordered_sum(const kernels::CsrView<double>& a) {
  const auto values = a.values;
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::ordered_sum",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(0, a.entries()),
      KOKKOS_LAMBDA(Offset k, double& partial) {
        partial += (1 + static_cast<double>(k % 17) / 16) * values(k);
      },
      sum);
  return sum;
}

}  // namespace suan::bench
