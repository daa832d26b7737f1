// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The same operation by several contestants on one GPU, one after the other. Vectors that they
// compute are compared.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "suan/core/types.hpp"

namespace suan::bench {

/// One result.
struct GpuResult {
  std::string shape;
  std::string operation;
  std::string contestant;
  std::string detail;        ///< its own description
  double seconds = 0;        ///< median
  double least_seconds = 0;  ///< minimum
  double bytes = 0;          ///< the least that must move; 0 if not counted
  double difference =
      0;              ///< the largest from the first contestant, relative to its largest element
  std::string error;  ///< why there is no time
};

/// The contestants, by name, and their results.
class Contest {
 public:
  /// `repetitions` results of `seconds` each. With an empty `only`, all take part.
  Contest(double seconds, int repetitions, std::string only, std::ostream& out);

  /// The following results are of this shape and operation; answers are compared anew.
  void begin(const std::string& shape, const std::string& operation);
  /// Times `call` after one call that is not counted, and compares the `answer` of that call, which
  /// may be empty and must equal the first contestant's to 10^-12 of its largest element. `make`
  /// returns the call and may fill in details; an exception in it becomes this contestant's error.
  void run(const std::string& contestant, const DeviceView<double>& answer,
           const std::function<std::function<void()>(GpuResult&)>& make);
  /// A figure that is not a time of a call: the set-up.
  void note(const std::string& contestant, const std::string& detail, double seconds);

  const std::vector<GpuResult>& results() const { return results_; }

 private:
  void time(const std::function<void()>& call, GpuResult& result) const;
  void compare(const DeviceView<double>& answer, GpuResult& result);
  void print(const GpuResult& result) const;

  double seconds_;
  int repetitions_;
  std::string only_;
  std::ostream& out_;
  std::string shape_, operation_;
  std::vector<double> first_answer_;
  std::vector<GpuResult> results_;
};

/// `results` and what is known of the machine, as JSON.
void write_json(std::ostream& out, const std::vector<GpuResult>& results,
                const std::string& environment);

}  // namespace suan::bench
