// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "bandwidth.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <vector>

#include "suan/core/timer.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace suan::bench {

namespace {

constexpr bool on_host = std::is_same_v<ExecutionSpace, HostExecutionSpace>;

std::shared_ptr<void> allocate_large(std::size_t bytes) {
  constexpr std::size_t page = std::size_t{1} << 21;
  const std::size_t whole = (bytes + page - 1) / page * page;
  void* memory = std::aligned_alloc(page, whole);
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  madvise(memory, whole, MADV_HUGEPAGE);
#endif
  return {memory, [](void* p) { std::free(p); }};
}

/// On a CPU: 32 sums, which are 8 vectors of 4, so that additions overlap.
double read_dot_host(const double* b, const double* c, std::int64_t n) {
  constexpr std::int64_t width = 32;
  constexpr std::int64_t chunk = 1024 * width;
  const std::int64_t chunks = n / chunk;
  double total = 0;
  Kokkos::parallel_reduce(
      "suan::bench::read_dot", Kokkos::RangePolicy<HostExecutionSpace>(0, chunks),
      [=](std::int64_t k, double& partial) {
        double sums[width] = {};
        for (std::int64_t i = k * chunk; i < (k + 1) * chunk; i += width) {
#pragma GCC unroll 32
          for (std::int64_t j = 0; j < width; ++j) sums[j] += b[i + j] * c[i + j];
        }
        for (const double s : sums) partial += s;
      },
      total);
  for (std::int64_t i = chunks * chunk; i < n; ++i) total += b[i] * c[i];
  return total;
}

/// On a GPU the number of threads hides the latency of additions. A separate function, because CUDA
/// does not let a device lambda capture inside `if constexpr`.
double read_dot_device(const DeviceView<const double>& b, const DeviceView<const double>& c) {
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::bench::read_dot",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(b.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, double& partial) { partial += b(i) * c(i); }, sum);
  return sum;
}

}  // namespace

void triad(const DeviceView<double>& a, const DeviceView<const double>& b,
           const DeviceView<const double>& c) {
  Kokkos::parallel_for(
      "suan::bench::triad",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(a.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i) { a(i) = b(i) + 3.0 * c(i); });
}

namespace {

/// The median of several calls of rate().
template <class Rate>
double median_of_calls(const Rate& rate) {
  std::vector<double> rates(15);
  for (double& one : rates) one = rate();
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

}  // namespace

LargeArray::LargeArray(const std::string& label, std::size_t elements, double value) {
  if constexpr (on_host) {
    memory_ = allocate_large(elements * sizeof(double));
    view_ = DeviceView<double>(static_cast<double*>(memory_.get()), elements);
  } else {
    view_ = DeviceView<double>(Kokkos::view_alloc(label, Kokkos::WithoutInitializing), elements);
  }
  Kokkos::deep_copy(view_, value);
}

double read_dot(const DeviceView<const double>& b, const DeviceView<const double>& c) {
  if constexpr (on_host) {
    return read_dot_host(b.data(), c.data(), static_cast<std::int64_t>(b.extent(0)));
  } else {
    return read_dot_device(b, c);
  }
}

ReadMeter::ReadMeter(const Communicator& comm, std::int64_t elements)
    : comm_(comm),
      b_("suan::bench::b", static_cast<std::size_t>(elements), 1.0),
      c_("suan::bench::c", static_cast<std::size_t>(elements), 2.0) {
  for (int i = 0; i < 2; ++i) gigabytes_per_second();
}

double ReadMeter::gigabytes_per_second() const {
  const auto elements = static_cast<double>(b_.view().extent(0));
  comm_.barrier();
  const Timer timer;
  const double sum = read_dot(b_.view(), c_.view());
  const double seconds = comm_.max(timer.seconds());
  if (sum != 2.0 * elements) {
    throw InternalError(
        message("the sum that measures the bandwidth is ", sum, ", not ", 2.0 * elements));
  }
  return 16.0 * elements * comm_.size() / seconds * 1e-9;
}

double ReadMeter::median() const {
  return median_of_calls([this] { return gigabytes_per_second(); });
}

TriadMeter::TriadMeter(const Communicator& comm, std::int64_t elements)
    : comm_(comm),
      a_("suan::bench::a", static_cast<std::size_t>(elements), 0.0),
      b_("suan::bench::b", static_cast<std::size_t>(elements), 1.0),
      c_("suan::bench::c", static_cast<std::size_t>(elements), 2.0) {
  for (int i = 0; i < 2; ++i) gigabytes_per_second();
}

double TriadMeter::gigabytes_per_second() const {
  comm_.barrier();
  const Timer timer;
  triad(a_.view(), b_.view(), c_.view());
  Kokkos::fence("suan::bench::triad");
  const double seconds = comm_.max(timer.seconds());
  return 24.0 * static_cast<double>(a_.view().extent(0)) * comm_.size() / seconds * 1e-9;
}

double TriadMeter::median() const {
  return median_of_calls([this] { return gigabytes_per_second(); });
}

}  // namespace suan::bench
