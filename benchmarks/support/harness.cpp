// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "harness.hpp"

#include <algorithm>
#include <cstring>
#include <iostream>

namespace suan::bench {

const OptionTable<MeasureOptions>& MeasureOptions::table() {
  static const auto table =
      OptionTable<MeasureOptions>()
          .number("repetitions", &MeasureOptions::repetitions, 1, 10000,
                  "Number of results; minimum and median are reported.")
          .number("calls", &MeasureOptions::calls, 0, 1000000,
                  "Calls per result; 0 means 1 on a CPU and 20 on a GPU.")
          .number("warm_up", &MeasureOptions::warm_up, 0, 1000, "Calls before the first result.");
  return table;
}

std::int64_t calls_per_result(const MeasureOptions& options) {
  constexpr bool on_host = std::is_same_v<ExecutionSpace, HostExecutionSpace>;
  return options.calls > 0 ? options.calls : (on_host ? 1 : 20);
}

void configure(benchmark::internal::Benchmark* benchmark, std::int64_t repetitions) {
  const auto minimum = [](const std::vector<double>& v) { return *std::ranges::min_element(v); };
  const auto maximum = [](const std::vector<double>& v) { return *std::ranges::max_element(v); };
  benchmark->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1)
      ->Repetitions(static_cast<int>(repetitions))
      ->ComputeStatistics("min", minimum)
      ->ComputeStatistics("max", maximum)
      ->DisplayAggregatesOnly(true);
}

double measure(benchmark::State& state, const Communicator& comm, std::int64_t calls,
               const std::function<void()>& body) {
  double seconds = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    comm.barrier();
    Kokkos::fence("suan::bench::before");
    const Timer timer;
    for (std::int64_t i = 0; i < calls; ++i) body();
    Kokkos::fence("suan::bench::after");
    seconds = comm.max(timer.seconds()) / static_cast<double>(calls);
    state.SetIterationTime(seconds);
  }
  return seconds;
}

namespace {

/// Prints nothing: the reporter of all ranks but the first.
class SilentReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

bool any_failed = false;

/// Records failures that the benchmark library reports but then forgets.
template <class Reporter>
class Watching final : public Reporter {
 public:
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    for (const auto& run : runs) any_failed = any_failed || run.error_occurred;
    Reporter::ReportRuns(runs);
  }
};

void print_help(const char* program, const char* summary,
                const std::vector<OptionDescription>& options) {
  std::cout << "usage: " << program << " [--name value ...] [--benchmark_...]\n" << summary << "\n";
  for (const auto& option : options) {
    std::cout << "  --" << option.flag() << " " << option_type_name(option.default_value) << " ("
              << to_string(option.default_value) << ")  " << option.sentence << "\n";
  }
  std::cout << "  --benchmark_format, --benchmark_out, --benchmark_filter, ...: Google Benchmark\n";
}

bool starts_with(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

void parse(int argc, char** argv, const detail::SetOption& set) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (!argument.starts_with("--")) {
      throw InvalidArgument(message("\"", argument, "\" is not an option; see --help"));
    }
    const auto equals = argument.find('=');
    if (equals != std::string::npos) {
      set(argument.substr(2, equals - 2), argument.substr(equals + 1));
    } else if (i + 1 < argc) {
      set(argument.substr(2), argv[++i]);
    } else {
      throw InvalidArgument(message(argument, " needs a value"));
    }
  }
}

bool has_flag(int argc, char** argv, const char* flag) {
  return std::any_of(argv + 1, argv + argc,
                     [&](const char* argument) { return starts_with(argument, flag); });
}

/// Ranks other than the first must not write the file of results.
void drop_output_flags(int& argc, char** argv) {
  argc = static_cast<int>(std::remove_if(argv + 1, argv + argc,
                                         [](const char* argument) {
                                           return starts_with(argument, "--benchmark_out");
                                         }) -
                          argv);
}

std::size_t run_registered(bool is_root, bool as_json) {
  if (!is_root) {
    SilentReporter silent;
    return benchmark::RunSpecifiedBenchmarks(&silent);
  }
  if (as_json) {
    Watching<benchmark::JSONReporter> reporter;
    return benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  Watching<benchmark::ConsoleReporter> reporter;
  return benchmark::RunSpecifiedBenchmarks(&reporter);
}

}  // namespace

namespace detail {

int run(int argc, char** argv, const char* summary, const std::vector<OptionDescription>& options,
        const SetOption& set, const std::function<void(const Environment&)>& add) {
  const Environment environment(argc, argv);
  const bool is_root = environment.world().is_root();
  if (has_flag(argc, argv, "--help")) {
    if (is_root) print_help(argv[0], summary, options);
    return 0;
  }
  const bool as_json = has_flag(argc, argv, "--benchmark_format=json");
  if (!is_root) drop_output_flags(argc, argv);
  benchmark::Initialize(&argc, argv);
  int status = 0;
  try {
    parse(argc, argv, set);
    add_context(environment);
    add(environment);
    if (run_registered(is_root, as_json) == 0 || any_failed) status = 1;
  } catch (const std::exception& error) {
    if (is_root) std::cerr << argv[0] << ": " << error.what() << "\n";
    status = 2;
  }
  // The benchmarks hold vectors and matrices, which must not outlive Kokkos.
  benchmark::ClearRegisteredBenchmarks();
  benchmark::Shutdown();
  return status;
}

}  // namespace detail
}  // namespace suan::bench
