// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times sparse matrix, C = A A: from nothing (structure and values), and with the
// structure known. One rank.
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Environment;
using suan::bench::Slot;

struct Options {
  std::int64_t size = 64;
  std::string matrix = "all";
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("size", &Options::size, 1, 1200, "Points in each direction.")
            .choice("matrix", &Options::matrix, {"all", "7pt", "27pt", "rmat", "block"},
                    "Which matrices to square.")
            .include(&Options::measure);
    return table;
  }
};

using suan::kernels::CsrView;

struct Problem {
  explicit Problem(suan::Csr<double> matrix)
      : a(std::move(matrix)), plan(suan::ExecutionSpace(), a.view(), a.view()) {}
  suan::Csr<double> a;
  suan::kernels::SpgemmPlan<double> plan;
  CsrView<double> c;
};

/// The sum of all entries of C.
double checksum(const CsrView<double>& c) {
  const auto values = c.values;
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::checksum",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<suan::Offset>>(0, c.entries()),
      KOKKOS_LAMBDA(suan::Offset k, double& partial) { partial += values(k); }, sum);
  return sum;
}

void add_matrix(const Options& options, const std::string& matrix, const Environment& environment,
                const std::shared_ptr<Slot>& slot) {
  const std::string key = "spgemm/" + matrix + "/" + std::to_string(options.size) + "/float64";
  const auto calls = suan::bench::calls_per_result(options.measure);
  const auto warm_up = options.measure.warm_up;
  const auto size = options.size;
  const auto add = [&](const char* name, auto&& call) {
    auto* benchmark = benchmark::RegisterBenchmark(
        (key + "/" + name).c_str(),
        [=, comm = environment.world(),
         warmed = std::make_shared<bool>(false)](benchmark::State& state) {
          const auto problem = slot->template get<Problem>(
              key, [&] { return Problem(suan::bench::matrix_by_name<double>(matrix, size)); });
          for (std::int64_t i = 0; i < warm_up && !*warmed; ++i) call(*problem);
          *warmed = true;
          const double seconds = suan::bench::measure(state, comm, calls, [&] { call(*problem); });
          const auto products = static_cast<double>(problem->plan.multiply_adds());
          state.counters["rows"] = static_cast<double>(problem->a.rows());
          state.counters["entries"] = static_cast<double>(problem->a.entries());
          state.counters["entries_of_c"] = static_cast<double>(problem->c.entries());
          state.counters["multiply_adds"] = products;
          state.counters["gigaflops"] = 2e-9 * products / seconds;
          state.counters["checksum"] = checksum(problem->c);
          problem->c = CsrView<double>();
        });
    suan::bench::configure(benchmark, options.measure.repetitions);
  };
  const suan::ExecutionSpace space;
  add("first", [space](Problem& p) {
    p.c = CsrView<double>();
    p.c = suan::kernels::SpgemmPlan<double>(space, p.a.view(), p.a.view())
              .multiply(space, p.a.view(), p.a.view());
  });
  add("again", [space](Problem& p) {
    p.c = CsrView<double>();
    p.c = p.plan.multiply(space, p.a.view(), p.a.view());
  });
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  for (const auto& matrix : suan::bench::matrix_names()) {
    if (options.matrix == "all" || options.matrix == matrix) {
      add_matrix(options, matrix, environment, slot);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "C = A A of sparse matrices: Poisson problems, a power-law graph, blocks.", add);
}
