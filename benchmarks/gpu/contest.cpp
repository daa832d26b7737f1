// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "contest.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "suan/core/error.hpp"
#include "suan/core/timer.hpp"

namespace suan::bench {

Contest::Contest(double seconds, int repetitions, std::string only, std::ostream& out)
    : seconds_(seconds), repetitions_(repetitions), only_(std::move(only)), out_(out) {}

void Contest::begin(const std::string& shape, const std::string& operation) {
  shape_ = shape;
  operation_ = operation;
  first_answer_.clear();
}

void Contest::run(const std::string& contestant, const DeviceView<double>& answer,
                  const std::function<std::function<void()>(GpuResult&)>& make) {
  if (!only_.empty() && ("," + only_ + ",").find("," + contestant + ",") == std::string::npos) {
    return;
  }
  GpuResult result;
  result.shape = shape_;
  result.operation = operation_;
  result.contestant = contestant;
  try {
    const auto call = make(result);
    // Clear the previous contestant's answer.
    Kokkos::deep_copy(answer, std::numeric_limits<double>::quiet_NaN());
    call();
    Kokkos::fence("suan::bench::first call");
    compare(answer, result);
    time(call, result);
  } catch (const std::exception& error) {
    result.error = error.what();
  }
  print(result);
  results_.push_back(result);
}

void Contest::note(const std::string& contestant, const std::string& detail, double seconds) {
  GpuResult result;
  result.shape = shape_;
  result.operation = operation_;
  result.contestant = contestant;
  result.detail = detail;
  result.seconds = result.least_seconds = seconds;
  print(result);
  results_.push_back(result);
}

void Contest::time(const std::function<void()>& call, GpuResult& result) const {
  const auto of_calls = [&](int calls) {
    Kokkos::fence("suan::bench::before");
    const Timer timer;
    for (int i = 0; i < calls; ++i) call();
    Kokkos::fence("suan::bench::after");
    return timer.seconds() / calls;
  };
  const double once = of_calls(1);
  const int calls = static_cast<int>(std::clamp(seconds_ / once, 1.0, 1000.0));
  std::vector<double> times(static_cast<std::size_t>(repetitions_));
  for (double& one : times) one = of_calls(calls);
  std::ranges::sort(times);
  result.seconds = times[times.size() / 2];
  result.least_seconds = times.front();
}

void Contest::compare(const DeviceView<double>& answer, GpuResult& result) {
  if (answer.size() == 0) return;
  std::vector<double> mine(answer.size());
  Kokkos::deep_copy(HostView<double>(mine.data(), mine.size()), answer);
  if (first_answer_.size() != mine.size()) {
    first_answer_ = std::move(mine);
    return;
  }
  double greatest = 0;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    greatest = std::max(greatest, std::abs(first_answer_[i]));
    const double difference = std::abs(mine[i] - first_answer_[i]);
    // Written so that a NaN is detected and kept.
    if (!std::isnan(result.difference) && !(difference <= result.difference)) {
      result.difference = difference;
    }
  }
  if (greatest > 0) result.difference /= greatest;
  // Sums of 10^5 terms in a different order.
  if (!(result.difference <= 1e-12)) {
    throw InternalError(message("the answer differs by ", result.difference, " of its greatest"));
  }
}

void Contest::print(const GpuResult& result) const {
  out_ << std::left << std::setw(13) << result.shape << ' ' << std::setw(9) << result.operation
       << ' ' << std::setw(20) << result.contestant << std::right;
  if (!result.error.empty()) {
    out_ << " failed: " << result.error << std::endl;
    return;
  }
  out_ << std::fixed << std::setprecision(4) << std::setw(10) << 1e3 * result.seconds << " ms"
       << std::setw(10) << 1e3 * result.least_seconds << std::setprecision(0) << std::setw(7)
       << 1e-9 * result.bytes / result.seconds << " GB/s " << std::scientific
       << std::setprecision(0) << result.difference << "  " << result.detail << std::endl;
}

void write_json(std::ostream& out, const std::vector<GpuResult>& results,
                const std::string& environment) {
  nlohmann::ordered_json all;
  all["environment"] = environment;
  for (const auto& r : results) {
    nlohmann::ordered_json one{{"shape", r.shape},
                               {"operation", r.operation},
                               {"contestant", r.contestant},
                               {"detail", r.detail}};
    if (r.error.empty()) {
      one["seconds"] = r.seconds;
      one["least_seconds"] = r.least_seconds;
      one["bytes"] = r.bytes;
      one["difference"] = r.difference;
    } else {
      one["error"] = r.error;
    }
    all["results"].push_back(std::move(one));
  }
  out << all.dump(1) << "\n";
}

}  // namespace suan::bench
