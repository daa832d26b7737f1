// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times several vectors. Every result is compared with the read bandwidth just before
// and just after it; bytes are those of suan/kernels/spmm.hpp.
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/matrix/multi_vector_product.hpp"
#include "suan/matrix/optimize.hpp"

namespace {

using suan::Communicator;
using suan::Environment;
using suan::MultiVector;
using suan::bench::ReadMeter;
using suan::bench::Slot;
using suan::bench::WarmUp;

struct Options {
  std::int64_t size = 128;
  std::string matrix = "7pt";
  std::string file;
  std::int64_t vectors = 8;
  std::string kernel = "native";
  std::string format = "csr";
  std::int64_t stream_elements = std::int64_t{1} << 25;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::bench::matrix_table<Options>()
            .number("vectors", &Options::vectors, 1, 64, "Number of vectors.")
            .choice("kernel", &Options::kernel, {"auto", "native", "cusparse", "cuda"},
                    "The implementation of the product in csr.")
            .choice("format", &Options::format, {"csr", "sell", "bsr", "auto"},
                    "The format that the product reads; auto is what optimize chooses for one "
                    "vector.")
            .number("stream_elements", &Options::stream_elements, 1, 1e9,
                    "Elements per array when the read bandwidth is measured.")
            .include(&Options::measure);
    return table;
  }
};

template <class T>
struct Problem {
  suan::Csr<T> a;
  MultiVector<T> x;
  MultiVector<T> y;
  std::function<void(const MultiVector<T>& x, MultiVector<T>& y)> multiply;
  std::string path;
  /// Bytes of the arrays that a product reads once, without vectors.
  std::int64_t bytes;
};

/// The product in a format, or in csr through one of its kernels.
template <class T>
Problem<T> prepare(const Options& options, suan::Csr<T> a) {
  const auto vectors = static_cast<suan::LocalIndex>(options.vectors);
  Problem<T> problem{a, {a.column_layout(), vectors}, {a.row_layout(), vectors}, {}, {}, 0};
  if (options.format == "csr") {
    const suan::MultiVectorProduct<T> product(a, vectors,
                                              suan::kernel_path_from_string(options.kernel));
    problem.path = suan::to_string(product.path());
    problem.bytes = a.memory_bytes();
    problem.multiply = [product](const MultiVector<T>& x, MultiVector<T>& y) {
      product.multiply(T(1), x, T(0), y);
    };
    return problem;
  }
  const auto best = suan::optimize(suan::DistributedMatrix<T>(a), {.format = options.format});
  problem.path = best.name() + ", " + best.path();
  problem.bytes = best.local().plan().bytes();
  problem.multiply = [best](const MultiVector<T>& x, MultiVector<T>& y) { best.apply(x, y); };
  return problem;
}

/// Element e is 1 + (e mod 17) / 16, which is exact even in float.
template <class T>
Problem<T> make_problem(const Options& options, const suan::bench::MatrixSource& source) {
  auto problem = prepare(options, suan::bench::local_matrix<T>(source));
  T* const elements = problem.x.view().data();
  Kokkos::parallel_for(
      "suan::bench::fill",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(problem.x.view().size())),
      KOKKOS_LAMBDA(std::int64_t e) { elements[e] = T(1) + static_cast<T>(e % 17) / T(16); });
  return problem;
}

template <class T>
T sum_of(const MultiVector<T>& y) {
  const T* const elements = y.view().data();
  T sum{};
  Kokkos::parallel_reduce(
      "suan::bench::sum",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(y.view().size())),
      KOKKOS_LAMBDA(std::int64_t e, T & partial) { partial += elements[e]; }, sum);
  return sum;
}

template <class T>
void set_counters(benchmark::State& state, const Problem<T>& problem, double seconds, double read) {
  const auto vectors = static_cast<double>(problem.x.columns());
  const auto rows = static_cast<double>(problem.a.rows());
  const auto columns = static_cast<double>(problem.a.columns());
  const double bytes = static_cast<double>(problem.bytes) + (rows + columns) * vectors * sizeof(T);
  const double rate = bytes / seconds * 1e-9;
  state.counters["bytes"] = bytes;
  state.counters["gigabytes_per_second"] = rate;
  state.counters["fraction_of_read"] = rate / read;
  state.counters["rows"] = rows;
  state.counters["entries"] = static_cast<double>(problem.a.entries());
  state.counters["vectors"] = vectors;
}

template <class T>
void add_type(const Options& options, const suan::bench::MatrixSource& source,
              const Communicator& comm, const std::shared_ptr<ReadMeter>& meter,
              const std::shared_ptr<Slot>& slot) {
  const std::string key =
      "spmm/" + source.key() + "/" + suan::scalar_name<T>() + "/" + std::to_string(options.vectors);
  const auto calls = suan::bench::calls_per_result(options.measure);
  auto* benchmark = benchmark::RegisterBenchmark(
      key.c_str(),
      [=, warm_up = std::make_shared<WarmUp>(options.measure.warm_up)](benchmark::State& state) {
        const auto problem =
            slot->template get<Problem<T>>(key, [&] { return make_problem<T>(options, source); });
        const auto call = [&] { problem->multiply(problem->x, problem->y); };
        const double checksum = warm_up->checksum(call, [&] { return sum_of(problem->y); });
        const double before = meter->gigabytes_per_second();
        const double seconds = suan::bench::measure(state, comm, calls, call);
        const double read = 0.5 * (before + meter->gigabytes_per_second());
        state.SetLabel(problem->path);
        set_counters(state, *problem, seconds, read);
        state.counters["checksum"] = checksum;
      });
  suan::bench::configure(benchmark, options.measure.repetitions);
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
      argc, argv, "Sparse matrix times several vectors, on matrices of many shapes.", add);
}
