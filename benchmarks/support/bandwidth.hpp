// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory bandwidth, with which every product is compared.
#pragma once

#include <memory>
#include <string>

#include "suan/comm/communicator.hpp"
#include "suan/core/types.hpp"

namespace suan::bench {

/// A device array in pages of 2 MiB if the system grants them: reading through 4 KiB pages misses
/// the limit of the memory by 10 to 20 %.
class LargeArray {
 public:
  LargeArray(const std::string& label, std::size_t elements, double value);
  const DeviceView<double>& view() const noexcept { return view_; }

 private:
  std::shared_ptr<void> memory_;
  DeviceView<double> view_;
};

/// Sum of b_i c_i with enough independent sums per thread that it waits for memory and not for its
/// own additions. Reads 16 bytes per element. Unlike the library's dot, which must give the same
/// bits in each run, this one may add in any order.
double read_dot(const DeviceView<const double>& b, const DeviceView<const double>& c);

/// a_i = b_i + 3 c_i. Counted as 24 bytes per element, which leaves out that a CPU's caches read
/// `a` before it is written.
void triad(const DeviceView<double>& a, const DeviceView<const double>& b,
           const DeviceView<const double>& c);

/// Measures the read bandwidth repeatedly, because the speed of a shared machine changes from one
/// second to the next: measure what is compared with it between two calls.
class ReadMeter {
 public:
  /// `elements` per array and rank: far more than the caches hold. Collective, like the calls.
  ReadMeter(const Communicator& comm, std::int64_t elements);
  /// GB/s of one read_dot on all ranks together.
  double gigabytes_per_second() const;
  /// The median of several.
  double median() const;

 private:
  Communicator comm_;
  LargeArray b_;
  LargeArray c_;
};

/// The same of the triad, for passes that write.
class TriadMeter {
 public:
  TriadMeter(const Communicator& comm, std::int64_t elements);
  /// The median of several, in GB/s.
  double median() const;

 private:
  double gigabytes_per_second() const;
  Communicator comm_;
  LargeArray a_;
  LargeArray b_;
  LargeArray c_;
};

}  // namespace suan::bench
