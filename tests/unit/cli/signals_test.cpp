// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>

#include "io/detail/signal_cleanup.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/solvers/solve.hpp"

namespace suan::cli {
namespace {

namespace fs = std::filesystem;

class Counter final : public EventLogger {
 public:
  void setup_finished(const std::string&, double) override { ++setups; }
  void solve_started(const std::string&, double, double) override { ++starts; }
  void iteration_finished(std::int64_t iteration, double) override { last = iteration; }
  void solve_finished(const SolveReport&) override { ++ends; }
  int setups = 0;
  int starts = 0;
  std::int64_t last = 0;
  int ends = 0;
};

/// Raises a signal on one rank after some iterations.
class Raiser final : public EventLogger {
 public:
  explicit Raiser(bool raises) : raises_(raises) {}
  void iteration_finished(std::int64_t iteration, double) override {
    if (raises_ && iteration == 3) std::raise(SIGUSR1);
  }

 private:
  bool raises_;
};

// One test, because a signal stays noted.
TEST(Signals, ANotedOneStopsTheSolveOfAllRanksAndNothingElse) {
  const auto world = Communicator::world();
  const auto a = poisson2d<double>(40, 40, world);
  const auto b = ones(a.row_layout());
  Vector<double> x(a.row_layout());

  const auto counter = std::make_shared<Counter>();
  const auto report = solve(a, b, x, {}, stopped_by_signals(counter));
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_GT(counter->setups, 0);
  EXPECT_EQ(counter->starts, 1);
  EXPECT_EQ(counter->last, report.iterations);
  EXPECT_EQ(counter->ends, 1);

  handle_signals();
  const NotedSignals noted;
  EXPECT_FALSE(signal_was_noted());
  Vector<double> y(a.row_layout());
  const bool raises = world.rank() == world.size() - 1;
  const auto stopped = solve(a, b, y, {}, stopped_by_signals(std::make_shared<Raiser>(raises)));
  EXPECT_EQ(stopped.reason, Reason::interrupted);
  EXPECT_EQ(stopped.iterations, 3);
  EXPECT_EQ(signal_was_noted(), raises);
  EXPECT_LT(stopped.true_residual_norm, std::numeric_limits<double>::infinity());
}

TEST(SignalCleanup, RemovesFilesThatAreNotCompleteAndNoOthers) {
  const auto folder = fs::temp_directory_path() / ("suan_signals_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string finished = (folder / "finished").string();
  const std::string unfinished = (folder / "unfinished").string();
  for (const auto& path : {finished, unfinished}) std::ofstream(path) << "text";
  { const detail::SignalCleanup file(finished); }
  {
    const detail::SignalCleanup file(unfinished);
    detail::clean_up_for_signal();
  }
  EXPECT_TRUE(fs::exists(finished));
  EXPECT_FALSE(fs::exists(unfinished));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace suan::cli
