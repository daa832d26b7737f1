// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory bandwidth, with which every product is compared. The arrays are far larger than any
// cache. Read: a dot product, 16 bytes per element. Triad: a = b + s c, 24 bytes per element by the
// usual count, which ignores that the caches read `a` before it is written.
//
// A dot product with one vector accumulator waits for its additions, not for memory, so the read
// figure uses eight. Large pages matter, too. The highest figure is the limit; all are printed.
#include <omp.h>
#include <sys/mman.h>

#include "common.hpp"

namespace {

constexpr std::size_t page = std::size_t{1} << 21;

/// Sum of b_i c_i over a multiple of 32 elements, with 32 independent sums.
double dot(const double* b, const double* c, std::size_t first, std::size_t last) {
  double sums[32] = {};
  for (std::size_t i = first; i < last; i += 32) {
#pragma GCC unroll 32
    for (std::size_t k = 0; k < 32; ++k) sums[k] += b[i + k] * c[i + k];
  }
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

/// In pages of 2 MiB if requested and granted by the system.
double* allocate(std::size_t n, bool huge) {
  const std::size_t bytes = (n * sizeof(double) + page - 1) / page * page;
  void* memory = std::aligned_alloc(page, bytes);
  if (memory == nullptr) std::exit(1);
  madvise(memory, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  return static_cast<double*>(memory);
}

void report(const std::string& name, double bytes, const std::vector<double>& seconds) {
  peers::Line()
      .text("contestant", name)
      .text("operation", "stream")
      .number("seconds_min", peers::minimum(seconds))
      .number("seconds_median", peers::median(seconds))
      .number("gigabytes_per_second", bytes / peers::median(seconds) * 1e-9)
      .number("gigabytes_per_second_best", bytes / peers::minimum(seconds) * 1e-9)
      .print();
}

void run(std::size_t n, int repetitions, bool huge) {
  double* a = allocate(n, huge);
  double* b = allocate(n, huge);
  double* c = allocate(n, huge);
#pragma omp parallel for
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = 0.0;
    b[i] = 1.0;
    c[i] = 2.0;
  }
  volatile double sink = 0;
  const auto simple = peers::measure(2, repetitions, [&] {
    double sum = 0;
#pragma omp parallel for simd reduction(+ : sum) schedule(static)
    for (std::size_t i = 0; i < n; ++i) sum += b[i] * c[i];
    sink = sum;
  });
  const auto read = peers::measure(2, repetitions, [&] {
    double sum = 0;
#pragma omp parallel reduction(+ : sum)
    {
      const auto threads = static_cast<std::size_t>(omp_get_num_threads());
      const auto thread = static_cast<std::size_t>(omp_get_thread_num());
      const std::size_t blocks = n / 32;
      sum += dot(b, c, blocks * thread / threads * 32, blocks * (thread + 1) / threads * 32);
    }
    sink = sum;
  });
  if (sink != 2.0 * static_cast<double>(n)) std::exit(1);
  const auto triad = peers::measure(2, repetitions, [&] {
#pragma omp parallel for simd schedule(static)
    for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + 3.0 * c[i];
  });
  if (a[n - 1] != 7.0) std::exit(1);
  const auto count = static_cast<double>(n);
  const std::string pages = huge ? ", 2 MiB pages" : "";
  report("read" + pages, 16 * count, read);
  report("read, one accumulator" + pages, 16 * count, simple);
  report("triad" + pages, 24 * count, triad);
  std::free(a);
  std::free(b);
  std::free(c);
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  const auto n = static_cast<std::size_t>(arguments.integer("--elements", 32 << 20)) / 32 * 32;
  const int repetitions = arguments.integer("--repetitions", 10);
  run(n, repetitions, false);
  run(n, repetitions, true);
}
