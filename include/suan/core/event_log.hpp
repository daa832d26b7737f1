// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hooks through which a caller follows what the library does: progress lines, records, profiles.
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
};

/// A list of loggers, notified in order.
class EventLog {
 public:
  void add(std::shared_ptr<EventLogger> logger) { loggers_.push_back(std::move(logger)); }
  void setup_finished(const std::string& what, double seconds) const;
  void solve_started(const std::string& solver, double initial_residual_norm, double target) const;
  void iteration_finished(std::int64_t iteration, double residual_norm) const;
  void solve_finished(const SolveReport& report) const;

 private:
  std::vector<std::shared_ptr<EventLogger>> loggers_;
};

}  // namespace suan
