// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The main function of every benchmark: start-up, options, the context that makes a figure worth
// keeping, and timing that waits for the device.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "suan/comm/environment.hpp"
#include "suan/core/options.hpp"
#include "suan/core/timer.hpp"
#include "suan/core/types.hpp"

namespace suan::bench {

/// Options shared by all benchmarks.
struct MeasureOptions {
  std::int64_t repetitions = 20;  ///< results, of which minimum and median are reported
  std::int64_t calls = 0;         ///< calls per result; 0: 1 on a CPU, 20 on a GPU
  std::int64_t warm_up = 3;       ///< calls before the first result
  static const OptionTable<MeasureOptions>& table();
};

/// The main function of a benchmark: parses `--name value` and Google Benchmark's own
/// --benchmark_... flags, calls `add` to register benchmarks, and runs them. Rank 0 reports.
/// Returns 2 for bad usage, 1 when a benchmark failed or none ran.
template <class Options>
int main_program(int argc, char** argv, const char* summary,
                 const std::function<void(const Options&, const Environment&)>& add);

/// The calls before the first result, and the sum of the result's elements. The sum is formed once,
/// because reading the result would evict the arrays of the next call from the caches.
class WarmUp {
 public:
  /// Makes at least one call.
  explicit WarmUp(std::int64_t calls) : calls_(calls) {}
  template <class Call, class Sum>
  double checksum(const Call& call, const Sum& sum) {
    if (!checksum_) {
      call();
      checksum_ = static_cast<double>(sum());
      for (std::int64_t i = 1; i < calls_; ++i) call();
    }
    return *checksum_;
  }

 private:
  std::int64_t calls_;
  std::optional<double> checksum_;
};

/// Times `body` as `options` say and sets the manual time of `state` to that of the slowest rank.
/// Returns the seconds of one call. `body` is asynchronous on ExecutionSpace.
double measure(benchmark::State& state, const Communicator& comm, std::int64_t calls,
               const std::function<void()>& body);

/// The given number of calls, or what suits the execution space.
std::int64_t calls_per_result(const MeasureOptions& options);

/// Minimum, median and maximum over `repetitions` results, each of one manual time.
void configure(benchmark::internal::Benchmark* benchmark, std::int64_t repetitions);

/// "name=value" of the run: commit, compiler, flags, Kokkos, CPU, threads, ranks, ...
void add_context(const Environment& environment);

namespace detail {
using SetOption = std::function<void(const std::string& name, const std::string& value)>;
int run(int argc, char** argv, const char* summary, const std::vector<OptionDescription>& options,
        const SetOption& set, const std::function<void(const Environment&)>& add);
}  // namespace detail

template <class Options>
int main_program(int argc, char** argv, const char* summary,
                 const std::function<void(const Options&, const Environment&)>& add) {
  Options options;
  const auto& table = Options::table();
  return detail::run(
      argc, argv, summary, table.descriptions(),
      [&](const std::string& name, const std::string& value) { table.parse(options, name, value); },
      [&](const Environment& environment) { add(options, environment); });
}

}  // namespace suan::bench
