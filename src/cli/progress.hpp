// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The progress line of a solve.
#pragma once

#include <iosfwd>
#include <memory>

#include "suan/core/event_log.hpp"
#include "suan/core/timer.hpp"

namespace suan::cli {

/// The percentage gained of the digits between the first residual norm and the target; in [0, 100].
int percent_of_digits(double initial, double target, double now);

/// Rewrites one terminal line with iteration, residual norm and progress, and erases it when the
/// solve ends or the object is destroyed.
class ProgressLine final : public EventLogger {
 public:
  /// At most one line per `interval` seconds.
  explicit ProgressLine(std::ostream& out, double interval = 0.1);
  ~ProgressLine() override;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void solve_started(const std::string& solver, double initial_residual_norm,
                     double target) override;
  void iteration_finished(std::int64_t iteration, double residual_norm) override;
  void solve_finished(const SolveReport& report) override;

 private:
  void erase();
  std::ostream& out_;
  double interval_;
  Timer timer_;
  double next_ = 0;  // of timer_
  bool visible_ = false;
  std::string solver_;
  double initial_ = 0;
  double target_ = 0;
};

/// A progress line on standard error if that is a terminal, else null.
std::shared_ptr<EventLogger> progress_on_terminal();

}  // namespace suan::cli
