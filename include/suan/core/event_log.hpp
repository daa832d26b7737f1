// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hooks for following what the library does: progress lines, records, profiles.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "suan/core/report.hpp"

namespace suan {

/// Receives events on every rank, in the thread that runs the solver. Override what you need. A
/// logger must not communicate and must not throw on some ranks only.
class EventLogger {
 public:
  virtual ~EventLogger() = default;
  virtual void setup_finished(const std::string& what, double seconds);
  virtual void solve_started(const std::string& solver, double initial_residual_norm,
                             double target);
  virtual void iteration_finished(std::int64_t iteration, double residual_norm);
  virtual void solve_finished(const SolveReport& report);

  /// Whether stop_requested() may ever say true. Must be the same on all ranks and for as long as
  /// the logger lives: only then do the ranks ask each other in each iteration.
  virtual bool may_stop() const;
  /// Asked on every rank before each iteration where may_stop() says so. Where it is true on one
  /// rank, the solve ends on all of them, with Reason::interrupted and x as it is then.
  virtual bool stop_requested();
};

/// A list of loggers, notified in order.
class EventLog {
 public:
  void add(std::shared_ptr<EventLogger> logger) { loggers_.push_back(std::move(logger)); }
  void setup_finished(const std::string& what, double seconds) const;
  void solve_started(const std::string& solver, double initial_residual_norm, double target) const;
  void iteration_finished(std::int64_t iteration, double residual_norm) const;
  void solve_finished(const SolveReport& report) const;
  /// Whether any of them may ask to stop, and whether any does now.
  bool may_stop() const;
  bool stop_requested() const;

 private:
  std::vector<std::shared_ptr<EventLogger>> loggers_;
};

}  // namespace suan
