// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Transposes, from nothing and with the structure known, and the conversion to SELL, in units of
// one SpMV of the same matrix, measured just before and just after. One rank.
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/kernels/sell.hpp"
#include "suan/kernels/transpose.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Environment;
using suan::bench::Slot;

struct Options {
  std::int64_t size = 96;
  std::string matrix = "7pt,27pt,rmat,road";
  std::string file;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table = suan::bench::matrix_table<Options>().include(&Options::measure);
    return table;
  }
};

using suan::kernels::CsrView;

struct Problem {
  explicit Problem(suan::Csr<double> matrix)
      : a(std::move(matrix)),
        x(suan::ones<double>(a.column_layout())),
        y(a.row_layout()),
        plan(suan::ExecutionSpace(), a.view()) {}
  suan::Csr<double> a;
  suan::Vector<double> x;
  suan::Vector<double> y;
  suan::kernels::TransposePlan<double> plan;
  CsrView<double> t;
  std::shared_ptr<const suan::kernels::PreparedSpmv<double>> sell;
};

/// Sum of (1 + (k mod 17) / 16) a_k over the entries in their order: it depends on where they
/// stand.
double ordered_sum(const CsrView<double>& a) {
  const auto values = a.values;
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::ordered_sum",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<suan::Offset>>(0, a.entries()),
      KOKKOS_LAMBDA(suan::Offset k, double& partial) {
        partial += (1 + static_cast<double>(k % 17) / 16) * values(k);
      },
      sum);
  return sum;
}

/// Seconds of one SpMV: the best of ten, which are over in less than a transpose.
double spmv_seconds(Problem& p) {
  double best = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 10; ++k) {
    const suan::Timer timer;
    p.a.apply(p.x, p.y);
    suan::ExecutionSpace().fence("suan::bench::spmv");
    best = std::min(best, timer.seconds());
  }
  return best;
}

void add_matrix(const Options& options, const suan::bench::MatrixSource& source,
                const Environment& environment, const std::shared_ptr<Slot>& slot) {
  const std::string key = "transpose/" + source.key() + "/float64";
  const auto calls = suan::bench::calls_per_result(options.measure);
  const auto warm_up = options.measure.warm_up;
  const auto add = [&](const char* name, auto&& call) {
    auto* benchmark = benchmark::RegisterBenchmark(
        (key + "/" + name).c_str(),
        [=, comm = environment.world(),
         warmed = std::make_shared<bool>(false)](benchmark::State& state) {
          const auto problem = slot->template get<Problem>(
              key, [&] { return Problem(suan::bench::local_matrix<double>(source)); });
          for (std::int64_t i = 0; i < warm_up && !*warmed; ++i) call(*problem);
          *warmed = true;
          const double before = spmv_seconds(*problem);
          const double seconds = suan::bench::measure(state, comm, calls, [&] { call(*problem); });
          const double spmv = 0.5 * (before + spmv_seconds(*problem));
          state.counters["rows"] = static_cast<double>(problem->a.rows());
          state.counters["entries"] = static_cast<double>(problem->a.entries());
          state.counters["spmv_seconds"] = spmv;
          state.counters["spmv_times"] = seconds / spmv;
          // Of the transpose, or where there is none of the matrix.
          state.counters["checksum"] =
              ordered_sum(problem->t.rows > 0 ? problem->t : problem->a.view());
          problem->t = CsrView<double>();
          problem->sell.reset();
        });
    suan::bench::configure(benchmark, options.measure.repetitions);
  };
  const suan::ExecutionSpace space;
  add("first", [space](Problem& p) {
    p.t = CsrView<double>();
    p.t = suan::kernels::transpose(space, p.a.view(), false);
  });
  add("again", [space](Problem& p) {
    p.t = CsrView<double>();
    p.t = p.plan.apply(space, p.a.view().values, false);
  });
  add("sell", [space](Problem& p) {
    p.sell.reset();
    p.sell = suan::kernels::make_sell(space, p.a.view());
  });
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file)) {
    add_matrix(options, source, environment, slot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Transposes and conversions of sparse matrices, in units of one SpMV.", add);
}
