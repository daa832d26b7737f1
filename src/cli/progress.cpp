// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>

namespace suan::cli {

namespace {

/// Returns to the first column and erases the rest of the line (ECMA-48, "EL").
constexpr const char* erase_line = "\r\033[K";

}  // namespace

int percent_of_digits(double initial, double target, double now) {
  if (now <= target) return 100;
  if (!(now < initial) || !(target > 0)) return 0;
  const double share = std::log(initial / now) / std::log(initial / target);
  return static_cast<int>(100 * std::clamp(share, 0.0, 1.0));
}

ProgressLine::ProgressLine(std::ostream& out, double interval) : out_(out), interval_(interval) {}

ProgressLine::~ProgressLine() { erase(); }

void ProgressLine::solve_started(const std::string& solver, double initial_residual_norm,
                                 double target) {
  solver_ = solver;
  initial_ = initial_residual_norm;
  target_ = target;
}

void ProgressLine::iteration_finished(std::int64_t iteration, double residual_norm) {
  if (timer_.seconds() < next_) return;
  next_ = timer_.seconds() + interval_;
  char text[128];
  std::snprintf(text, sizeof text, "%s: iteration %lld, residual %.2e, target %.2e, %d %%",
                solver_.c_str(), static_cast<long long>(iteration), residual_norm, target_,
                percent_of_digits(initial_, target_, residual_norm));
  out_ << erase_line << text << std::flush;
  visible_ = true;
}

void ProgressLine::solve_finished(const SolveReport&) { erase(); }

void ProgressLine::erase() {
  if (visible_) out_ << erase_line << std::flush;
  visible_ = false;
}

std::shared_ptr<EventLogger> progress_on_terminal() {
  if (isatty(STDERR_FILENO) == 0) return nullptr;
  return std::make_shared<ProgressLine>(std::cerr);
}

}  // namespace suan::cli
