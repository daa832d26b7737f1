// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory bandwidth, and how close Suan's own vector operations come to it. Bytes per element in
// double: read and dot 16, sum 8, triad a = b + s c 24 and axpby 24 (the usual count, which ignores
// that a CPU's caches read `a` before it is written).
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Environment;
using suan::bench::LargeArray;

struct Options {
  std::int64_t elements = std::int64_t{1} << 25;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("elements", &Options::elements, 1, 1e9,
                    "Elements of each array and rank; 8 bytes each, far more than the caches hold.")
            .include(&Options::measure);
    return table;
  }
};

void add_one(const char* name, const Options& options, const suan::Communicator& comm,
             double bytes_per_element, const std::function<void()>& body) {
  const double bytes =
      bytes_per_element * static_cast<double>(options.elements) * static_cast<double>(comm.size());
  const auto calls = suan::bench::calls_per_result(options.measure);
  for (std::int64_t i = 0; i < options.measure.warm_up; ++i) body();
  auto* benchmark = benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    const double seconds = suan::bench::measure(state, comm, calls, body);
    state.counters["bytes"] = bytes;
    state.counters["gigabytes_per_second"] = bytes / seconds * 1e-9;
  });
  suan::bench::configure(benchmark, options.measure.repetitions);
}

double sum_of(const suan::DeviceView<const double>& b) {
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::sum",
      Kokkos::RangePolicy<suan::ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(b.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, double& partial) { partial += b(i); }, sum);
  return sum;
}

void add(const Options& options, const Environment& environment) {
  const auto& comm = environment.world();
  const auto n = static_cast<std::size_t>(options.elements);
  const LargeArray a("suan::bench::a", n, 0.0);
  const LargeArray b("suan::bench::b", n, 1.0);
  const LargeArray c("suan::bench::c", n, 2.0);
  add_one("stream/read", options, comm, 16,
          [=] { benchmark::DoNotOptimize(suan::bench::read_dot(b.view(), c.view())); });
  add_one("stream/sum", options, comm, 8, [=] { benchmark::DoNotOptimize(sum_of(b.view())); });
  add_one("stream/triad", options, comm, 24,
          [=] { suan::bench::triad(a.view(), b.view(), c.view()); });

  const auto layout = suan::Layout::from_local_size(options.elements, comm);
  const auto x = std::make_shared<suan::Vector<double>>(suan::ones(layout));
  const auto y = std::make_shared<suan::Vector<double>>(suan::ones(layout));
  add_one("suan/dot", options, comm, 16, [=] { benchmark::DoNotOptimize(suan::dot(*x, *y)); });
  // These coefficients keep y at one, however often this runs.
  add_one("suan/axpby", options, comm, 24, [=] { suan::axpby(0.5, *x, 0.5, *y); });
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Memory bandwidth: read, sum, triad, and Suan's dot and axpby.", add);
}
