// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/event_log.hpp"

#include <algorithm>

namespace suan {

void EventLogger::setup_finished(const std::string&, double) {}
void EventLogger::solve_started(const std::string&, double, double) {}
void EventLogger::iteration_finished(std::int64_t, double) {}
void EventLogger::solve_finished(const SolveReport&) {}
bool EventLogger::may_stop() const { return false; }
bool EventLogger::stop_requested() { return false; }

void EventLog::setup_finished(const std::string& what, double seconds) const {
  for (const auto& logger : loggers_) logger->setup_finished(what, seconds);
}
void EventLog::solve_started(const std::string& solver, double initial_residual_norm,
                             double target) const {
  for (const auto& logger : loggers_) logger->solve_started(solver, initial_residual_norm, target);
}
void EventLog::iteration_finished(std::int64_t iteration, double residual_norm) const {
  for (const auto& logger : loggers_) logger->iteration_finished(iteration, residual_norm);
}
void EventLog::solve_finished(const SolveReport& report) const {
  for (const auto& logger : loggers_) logger->solve_finished(report);
}
bool EventLog::may_stop() const {
  return std::any_of(loggers_.begin(), loggers_.end(),
                     [](const auto& logger) { return logger->may_stop(); });
}
bool EventLog::stop_requested() const {
  return std::any_of(loggers_.begin(), loggers_.end(), [](const auto& logger) {
    return logger->may_stop() && logger->stop_requested();
  });
}

}  // namespace suan
