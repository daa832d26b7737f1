// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times sparse matrix, C = A A, and the triple product C = P^T A P: from scratch
// (symbolic and numeric phase), and the numeric phase alone. One rank.
#include <optional>
#include <utility>

#include "../support/harness.hpp"
#include "../support/memory.hpp"
#include "../support/problem.hpp"
#include "suan/kernels/galerkin.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/kernels/transpose.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Environment;
using suan::bench::Slot;

struct Options {
  std::int64_t size = 64;
  std::string matrix = "7pt,27pt";
  std::string file;
  std::string operation = "square";
  std::string prolongator;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::bench::matrix_table<Options>()
            .choice("operation", &Options::operation, {"square", "galerkin"},
                    "A A, or P^T A P with a smoothed-aggregation prolongator (7pt and 27pt).")
            .value("prolongator", &Options::prolongator,
                   "A file of benchmark_matrix with P, used with --file.")
            .include(&Options::measure);
    return table;
  }
};

using suan::kernels::CsrView;

/// C = A A or R A P, with what is kept between products.
class Problem {
 public:
  Problem(suan::Csr<double> a, const suan::Csr<double>* p) : a_(std::move(a)) {
    if (p == nullptr) return;
    p_ = *p;
    r_ = suan::kernels::transpose(space_, p_.view(), false);
    is_galerkin_ = true;
  }
  const suan::Csr<double>& a() const { return a_; }
  void first() {
    c = CsrView<double>();
    c = is_galerkin_ ? suan::kernels::galerkin_product(space_, r_, a_.view(), p_.view())
                     : suan::kernels::spgemm(space_, a_.view(), a_.view());
  }
  /// Into the memory of the last one, as for values that change from step to step.
  void again() {
    auto last = std::exchange(c, {});
    c = is_galerkin_ ? kept_galerkin_->multiply(space_, r_, a_.view(), p_.view(), std::move(last))
                     : kept_square_->multiply(space_, a_.view(), a_.view(), std::move(last));
  }
  void keep_structure() {
    if (is_galerkin_) {
      kept_galerkin_ = {space_, r_, a_.view(), p_.view()};
    } else {
      kept_square_ = square_plan();
    }
  }
  /// The number of multiplications: for R A P those of R A and of (R A) P.
  double multiply_adds() const {
    if (!is_galerkin_) return static_cast<double>(square_plan().multiply_adds());
    const suan::kernels::SpgemmPlan<double> ra(space_, r_, a_.view());
    const auto product = ra.multiply(space_, r_, a_.view());
    const suan::kernels::SpgemmPlan<double> rap(space_, product, p_.view());
    return static_cast<double>(ra.multiply_adds() + rap.multiply_adds());
  }

  CsrView<double> c;

 private:
  suan::kernels::SpgemmPlan<double> square_plan() const { return {space_, a_.view(), a_.view()}; }

  suan::ExecutionSpace space_;
  suan::Csr<double> a_;
  suan::Csr<double> p_;
  CsrView<double> r_;
  bool is_galerkin_ = false;
  std::optional<suan::kernels::SpgemmPlan<double>> kept_square_;
  std::optional<suan::kernels::GalerkinPlan<double>> kept_galerkin_;
};

Problem make_problem(const Options& options, const suan::bench::MatrixSource& source) {
  auto a = suan::bench::local_matrix<double>(source);
  if (options.operation == "square") return {std::move(a), nullptr};
  const bool is_named = source.file.empty();
  if (is_named ? !suan::bench::is_poisson(source.name) : options.prolongator.empty()) {
    throw suan::InvalidArgument(
        suan::message("galerkin needs a prolongator, and \"", source.name,
                      "\" has none: take 7pt or 27pt, or give --prolongator beside --file"));
  }
  const auto p = suan::bench::from_host_csr<double>(
      is_named ? suan::bench::smoothed_prolongator(suan::bench::to_host(a), source.size)
               : suan::bench::read_csr_file(options.prolongator));
  return {std::move(a), &p};
}

double csr_bytes(const CsrView<double>& c) {
  return 12.0 * static_cast<double>(c.entries()) + 8.0 * static_cast<double>(c.rows + 1);
}

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

void add_matrix(const Options& options, const suan::bench::MatrixSource& source,
                const Environment& environment, const std::shared_ptr<Slot>& slot) {
  const std::string key =
      (options.operation == "square" ? "spgemm/" : "galerkin/") + source.key() + "/float64";
  const auto calls = suan::bench::calls_per_result(options.measure);
  const auto warm_up = options.measure.warm_up;
  /// What a benchmark's first call measured.
  struct Found {
    double peak_bytes = 0;
    double multiply_adds = 0;
    double checksum = 0;
  };
  const auto add = [&](const char* name, bool keeps_structure, auto&& call) {
    auto* benchmark = benchmark::RegisterBenchmark(
        (key + "/" + name).c_str(),
        [=, comm = environment.world(),
         found = std::make_shared<std::optional<Found>>()](benchmark::State& state) {
          const auto problem =
              slot->template get<Problem>(key, [&] { return make_problem(options, source); });
          if (!*found) {
            *found = Found{};
            if (keeps_structure) problem->keep_structure();
            problem->c = CsrView<double>();
            const suan::bench::PeakMemory memory;
            call(*problem);
            // Not zero, for which Google Benchmark prints an invalid coefficient of variation.
            const double peak = memory.bytes();
            (*found)->peak_bytes = peak == 0 ? 1 : peak;
            (*found)->checksum = checksum(problem->c);
            for (std::int64_t i = 1; i < warm_up; ++i) call(*problem);
          }
          const double seconds = suan::bench::measure(state, comm, calls, [&] { call(*problem); });
          if ((*found)->multiply_adds == 0) (*found)->multiply_adds = problem->multiply_adds();
          state.counters["rows"] = static_cast<double>(problem->a().rows());
          state.counters["entries"] = static_cast<double>(problem->a().entries());
          state.counters["entries_of_c"] = static_cast<double>(problem->c.entries());
          state.counters["multiply_adds"] = (*found)->multiply_adds;
          state.counters["gigaflops"] = 2e-9 * (*found)->multiply_adds / seconds;
          state.counters["peak_bytes"] = (*found)->peak_bytes;
          state.counters["output_bytes"] = csr_bytes(problem->c);
          state.counters["checksum"] = (*found)->checksum;
        });
    suan::bench::configure(benchmark, options.measure.repetitions);
  };
  add("first", false, [](Problem& p) { p.first(); });
  add("again", true, [](Problem& p) { p.again(); });
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  const std::vector<std::string> all =
      options.operation == "square"
          ? std::vector<std::string>{"7pt",        "7pt-general", "27pt",    "27pt-general",
                                     "elasticity", "rmat",        "circuit", "road"}
          : std::vector<std::string>{"7pt", "27pt"};
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file, all)) {
    add_matrix(options, source, environment, slot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "C = A A and C = P^T A P of sparse matrices of many shapes.", add);
}
