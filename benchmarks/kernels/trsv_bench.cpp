// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solving with a triangle of a matrix: an incomplete factor without fill-in (ilu), or a triangle of
// a Laplacian, whose structure is that of its factor. Upper triangles are transposed lower ones.
// Every result is compared with the read bandwidth just before and just after it; bytes are those
// of Operator::bytes_per_apply.
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/matrix/triangular.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Environment;
using suan::LocalIndex;
using suan::Offset;
using suan::Triangle;
using suan::bench::ReadMeter;
using suan::bench::Slot;
using suan::bench::WarmUp;

struct Options {
  std::int64_t size = 96;
  std::string matrix = "ilu,27pt-lower";
  std::string file;
  std::string schedule = "auto";
  std::int64_t stream_elements = std::int64_t{1} << 25;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::bench::matrix_table<Options>()
            .choice("schedule", &Options::schedule, {"auto", "sequential", "levels", "blocks"},
                    "The schedule of the rows.")
            .number("stream_elements", &Options::stream_elements, 1, 1e9,
                    "Elements per array when the read bandwidth is measured.")
            .include(&Options::measure);
    return table;
  }
};

template <class T>
struct Problem {
  suan::TriangularSolver<T> solver;
  suan::Vector<T> b;
  suan::Vector<T> x;
  Offset entries = 0;
  double setup_seconds = 0;
};

template <class T>
Problem<T> make_problem(const suan::bench::MatrixSource& source, Triangle triangle,
                        const std::string& schedule) {
  const auto host = suan::bench::lower_triangle(
      source.file.empty() ? suan::bench::host_matrix(source.name, source.size)
                          : suan::bench::read_csr_file(source.file));
  auto a = suan::bench::from_host_csr<T>(host);
  if (triangle == Triangle::upper) a = suan::transpose(a);
  const suan::Timer timer;
  suan::TriangularSolver<T> solver(
      a, {triangle, suan::Diagonal::stored, suan::trsv_schedule_from_string(schedule)});
  const double setup = timer.seconds();
  auto b = suan::generate<T>(
      a.row_layout(), [](suan::GlobalIndex i) { return T(1) + static_cast<T>(i % 17) / T(16); });
  suan::Vector<T> x(a.row_layout());
  return {std::move(solver), std::move(b), std::move(x), a.entries(), setup};
}

template <class T>
void set_counters(benchmark::State& state, const Problem<T>& problem, double seconds, double read) {
  const auto bytes = static_cast<double>(problem.solver.bytes_per_apply());
  const double rate = bytes / seconds * 1e-9;
  state.counters["bytes"] = bytes;
  state.counters["gigabytes_per_second"] = rate;
  state.counters["fraction_of_read"] = rate / read;
  state.counters["rows"] = static_cast<double>(problem.b.global_size());
  state.counters["entries"] = static_cast<double>(problem.entries);
  state.counters["setup_seconds"] = problem.setup_seconds;
}

template <class T>
void add_triangle(const Options& options, const suan::bench::MatrixSource& source,
                  Triangle triangle, const Communicator& comm,
                  const std::shared_ptr<ReadMeter>& meter, const std::shared_ptr<Slot>& slot) {
  const std::string key = "trsv/" + source.key() + "/" + suan::scalar_name<T>() + "/" +
                          std::string(to_string(triangle));
  const auto calls = suan::bench::calls_per_result(options.measure);
  const auto schedule = options.schedule;
  auto* benchmark = benchmark::RegisterBenchmark(
      key.c_str(),
      [=, warm_up = std::make_shared<WarmUp>(options.measure.warm_up)](benchmark::State& state) {
        const auto problem = slot->template get<Problem<T>>(
            key, [&] { return make_problem<T>(source, triangle, schedule); });
        const auto call = [&] { problem->solver.solve(problem->b, problem->x); };
        const double checksum = warm_up->checksum(
            call, [&] { return suan::dot(suan::ones<T>(problem->x.layout()), problem->x); });
        const double before = meter->gigabytes_per_second();
        const double seconds = suan::bench::measure(state, comm, calls, call);
        const double read = 0.5 * (before + meter->gigabytes_per_second());
        state.SetLabel(problem->solver.path());
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
  for (const auto& source : suan::bench::matrix_sources(options.matrix, options.size, options.file,
                                                        {"ilu", "27pt-lower"})) {
    for (const auto triangle : {Triangle::lower, Triangle::upper}) {
      add_triangle<double>(options, source, triangle, comm, meter, slot);
      add_triangle<float>(options, source, triangle, comm, meter, slot);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Triangular solves with incomplete factors and triangles of Laplacians.", add);
}
