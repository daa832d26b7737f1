// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times vector. Every result is compared with the read bandwidth just before and just
// after it; bytes are those of Operator::bytes_per_apply.
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Environment;
using suan::bench::ReadMeter;
using suan::bench::Slot;
using suan::bench::WarmUp;

/// The choices of optimize(), without repeating their names here.
std::vector<std::string> choices_of(const char* name) {
  for (const auto& option : suan::OptimizeOptions::table().descriptions()) {
    if (option.name == name) return option.choices;
  }
  throw suan::InternalError(suan::message("optimize() has no option \"", name, "\""));
}

struct Options {
  std::int64_t size = 128;
  std::string matrix = "7pt,27pt";
  std::string file;
  std::string format = "csr";
  std::string storage = "lossless";
  std::string kernel = "auto";
  std::int64_t stream_elements = std::int64_t{1} << 25;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::bench::matrix_table<Options>()
            .choice("format", &Options::format, choices_of("format"),
                    "Format in which products read the matrix; auto measures.")
            .choice("storage", &Options::storage, choices_of("storage"),
                    "How sell and bsr keep values; results of float32 and narrower ones differ.")
            .choice("kernel", &Options::kernel, {"auto", "native", "cusparse", "cuda"},
                    "The implementation of the product in csr.")
            .number("stream_elements", &Options::stream_elements, 1, 1e9,
                    "Elements per array and rank when the read bandwidth is measured.")
            .include(&Options::measure);
    return table;
  }
};

template <class T>
struct Problem {
  suan::DistributedMatrix<T> a;
  suan::Vector<T> x;
  suan::Vector<T> y;
  double setup_seconds = 0;
  double magnitude = 0;
};

template <class T>
double sum_of_magnitudes(const suan::Csr<T>& a) {
  const auto values = a.view().values;
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::magnitude",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<suan::Offset>>(0, a.entries()),
      KOKKOS_LAMBDA(suan::Offset k, double& partial) {
        partial += static_cast<double>(values(k) < T(0) ? -values(k) : values(k));
      },
      sum);
  return sum;
}

/// An upper bound on the sum of |a_ij x_j|, of which rounding the values changes the checksum by a
/// fraction. No element of x exceeds 2.
template <class T>
double magnitude_of(const suan::DistributedMatrix<T>& a) {
  return 2 * a.comm().sum(sum_of_magnitudes(a.local()) + sum_of_magnitudes(a.remote().matrix));
}

/// Element i is 1 + (i mod 17) / 16, as in the peers' programs, which is exact even in float.
template <class T>
Problem<T> make_problem(const Options& options, const suan::bench::MatrixSource& source,
                        const Communicator& comm) {
  const auto plain = suan::bench::distributed_matrix<T>(source, comm);
  const suan::Timer timer;
  auto a = suan::optimize(plain, {.format = options.format, .storage = options.storage});
  const auto path = suan::kernel_path_from_string(options.kernel);
  if (path != suan::KernelPath::automatic) {
    a = a.with_plan({suan::ExecutionSpace(), a.local().view(), path});
  }
  Kokkos::fence("suan::bench::optimize");
  const double setup = comm.max(timer.seconds());
  auto x = suan::generate<T>(
      a.column_layout(), [](suan::GlobalIndex i) { return T(1) + static_cast<T>(i % 17) / T(16); });
  suan::Vector<T> y(a.row_layout());
  return {std::move(a), std::move(x), std::move(y), setup, magnitude_of(plain)};
}

template <class T>
void set_counters(benchmark::State& state, const Problem<T>& problem, double seconds, double read) {
  const auto bytes = static_cast<double>(problem.a.bytes_per_apply());
  const double rate = bytes / seconds * 1e-9;
  state.counters["bytes"] = bytes;
  state.counters["gigabytes_per_second"] = rate;
  state.counters["fraction_of_read"] = rate / read;
  state.counters["rows"] = static_cast<double>(problem.a.global_rows());
  state.counters["entries"] = static_cast<double>(problem.a.global_entries());
  state.counters["setup_seconds"] = problem.setup_seconds;
  state.counters["magnitude"] = problem.magnitude;
}

template <class T>
void add_type(const Options& options, const suan::bench::MatrixSource& source,
              const Communicator& comm, const std::shared_ptr<ReadMeter>& meter,
              const std::shared_ptr<Slot>& slot) {
  const std::string key = "spmv/" + source.key() + "/" + suan::scalar_name<T>();
  const auto calls = suan::bench::calls_per_result(options.measure);
  const auto add = [&](const char* name, auto&& call) {
    auto* benchmark = benchmark::RegisterBenchmark(
        (key + "/" + name).c_str(),
        [=, warm_up = std::make_shared<WarmUp>(options.measure.warm_up)](benchmark::State& state) {
          const auto problem = slot->template get<Problem<T>>(
              key, [&] { return make_problem<T>(options, source, comm); });
          const double checksum = warm_up->checksum(
              [&] { call(*problem); },
              [&] { return suan::dot(suan::ones<T>(problem->a.row_layout()), problem->y); });
          const double before = meter->gigabytes_per_second();
          const double seconds = suan::bench::measure(state, comm, calls, [&] { call(*problem); });
          const double read = 0.5 * (before + meter->gigabytes_per_second());
          state.SetLabel(problem->a.name() + ", " + problem->a.path());
          set_counters(state, *problem, seconds, read);
          state.counters["checksum"] = checksum;
        });
    suan::bench::configure(benchmark, options.measure.repetitions);
  };
  add("apply", [](Problem<T>& p) { p.a.apply(p.x, p.y); });
  // The sum moves no extra bytes: x is in registers or caches when its row is done. It needs a
  // square matrix.
  if (!source.is_square()) return;
  add("apply_dot", [](Problem<T>& p) { benchmark::DoNotOptimize(p.a.apply_dot(p.x, p.y)); });
}

void add(const Options& options, const Environment& environment) {
  const auto& comm = environment.world();
  const auto meter = std::make_shared<ReadMeter>(comm, options.stream_elements);
  benchmark::AddCustomContext("read_gigabytes_per_second_median", std::to_string(meter->median()));
  const auto slot = std::make_shared<Slot>();
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file)) {
    add_type<double>(options, source, comm, meter, slot);
    add_type<float>(options, source, comm, meter, slot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Sparse matrix times vector, on matrices of many shapes.", add);
}
