// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/optimize.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "suan/core/timer.hpp"

namespace suan {

namespace {

/// Fewer bytes than this fraction of CSR's are worth a format's own arrays.
constexpr double worthwhile = 0.95;

/// The narrowest storage that loses nothing on any rank. Collective.
template <Scalar T>
kernels::ValueStorage common_storage(const DistributedMatrix<T>& a) {
  using kernels::ValueStorage;
  std::int64_t mine = 0;
  together(a.comm(), [&] {
    const auto& view = a.local().view();
    // A rank without entries leaves the choice to the others: the first one.
    if (view.entries() == 0) return;
    const auto storage = kernels::lossless_storage(ExecutionSpace(), view);
    mine = storage == ValueStorage::bfloat16  ? 1
           : storage == ValueStorage::float16 ? 2
           : storage == ValueStorage::float32 ? 4
                                              : 8;
  });
  std::int64_t present = 0;
  for (const std::int64_t storage : a.comm().all_gather(mine)) present |= storage;
  if (present <= 1) return is_complex<T> ? ValueStorage::float32 : ValueStorage::bfloat16;
  if (present == 2) return ValueStorage::float16;
  return present < 8 ? ValueStorage::float32 : ValueStorage::same;
}

template <Scalar T>
struct Candidate {
  std::string name;  ///< "csr", "sell"
  kernels::SpmvPlan<T> plan;
  std::string description;
  std::int64_t bytes = 0;
  double seconds = 0;
};

/// Seconds of the fastest of several products on the slowest rank. Collective.
template <Scalar T>
double measure(const kernels::SpmvPlan<T>& plan, const DistributedMatrix<T>& a, double budget) {
  constexpr int most = 20;
  constexpr int least = 3;
  double best = std::numeric_limits<double>::infinity();
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const Vector<T> x(Layout::serial(a.local().columns()));
    Vector<T> y(Layout::serial(a.local().rows()));
    const Timer all;
    for (int k = 0; k < most && (k < least || all.seconds() < budget); ++k) {
      const Timer timer;
      plan.apply(space, T(1), x.view(), T(0), y.view());
      space.fence("suan::optimize");
      best = std::min(best, timer.seconds());
    }
  });
  return a.comm().max(best);
}

std::string percent(double part, double whole) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(0) << 100 * part / std::max(whole, 1e-300) << " %";
  return out.str();
}
std::string percent(std::int64_t part, std::int64_t whole) {
  return percent(static_cast<double>(part), static_cast<double>(whole));
}

}  // namespace

const OptionTable<OptimizeOptions>& OptimizeOptions::table() {
  static const auto table =
      OptionTable<OptimizeOptions>()
          .choice("format", &OptimizeOptions::format, {"auto", "csr", "sell"},
                  "Format in which products read the matrix; auto takes the fastest.")
          .choice("storage", &OptimizeOptions::storage,
                  {"lossless", "same", "float32", "bfloat16", "float16"},
                  "How sell keeps values: lossless changes no bit of a result, the last three "
                  "round and make it another matrix.")
          .value("measure", &OptimizeOptions::measure,
                 "Time the formats; otherwise their bytes decide.")
          .number("seconds", &OptimizeOptions::seconds, 0, 1e6,
                  "Time that the measurement may take, about.")
          .number("memory", &OptimizeOptions::memory, 0, 1e6,
                  "With auto, arrays beside csr's are made when they need at most this times the "
                  "bytes of csr's.");
  return table;
}

template <Scalar T>
DistributedMatrix<T> optimize(const DistributedMatrix<T>& a, const OptimizeOptions& options,
                              FormatChoice* choice) {
  OptimizeOptions::table().check(options);
  const auto& comm = a.comm();
  auto storage = kernels::value_storage_from_string(options.storage);
  if (storage == kernels::ValueStorage::lossless && options.format != "csr") {
    storage = common_storage(a);
  }
  const auto& view = a.local().view();
  auto vectors =
      static_cast<std::int64_t>(sizeof(T)) * (a.local().rows() + std::int64_t{a.local().columns()});

  Candidate<T> csr{"csr", {}, "", 0, 0};
  Candidate<T> sell{"sell", {}, "", 0, 0};
  std::int64_t csr_arrays = 0;
  std::int64_t sell_arrays = 0;
  together(comm, [&] {
    const auto& present = a.local().plan();
    csr.plan = present.format() == "csr"
                   ? present
                   : kernels::SpmvPlan<T>(ExecutionSpace(), view, KernelPath::automatic);
    csr_arrays = csr.plan.bytes();
    if (options.format == "auto")
      sell_arrays = kernels::sell_bytes(ExecutionSpace(), view, storage);
  });
  csr_arrays = comm.sum(csr_arrays);
  sell_arrays = comm.sum(sell_arrays);
  vectors = comm.sum(vectors);
  csr.bytes = csr_arrays + vectors;
  sell.bytes = sell_arrays + vectors;

  bool makes_sell = options.format == "sell";
  std::string reason = options.format + " was asked for";
  if (options.format == "auto") {
    const auto limit = options.memory * static_cast<double>(csr_arrays);
    const bool fits = static_cast<double>(sell_arrays) <= limit;
    const bool pays = static_cast<double>(sell.bytes) < worthwhile * static_cast<double>(csr.bytes);
    makes_sell = fits && (pays || options.measure);
    reason = message("sell would move ", percent(sell.bytes, csr.bytes),
                     " of the bytes of csr and ", "need ", percent(sell_arrays, csr_arrays),
                     " of its memory beside it; chosen: ", makes_sell ? "sell" : "csr");
  }
  if (makes_sell) {
    together(comm, [&] {
      const auto prepared = kernels::make_sell<T>(ExecutionSpace(), view, storage);
      sell.plan = kernels::SpmvPlan<T>(prepared);
      sell.description = prepared->description();
      sell.bytes = sell.plan.bytes();
    });
    sell.bytes = comm.sum(sell.bytes) + vectors;
  }
  bool takes_sell = makes_sell;
  if (makes_sell && options.format == "auto" && options.measure) {
    csr.seconds = measure(csr.plan, a, options.seconds / 2);
    sell.seconds = measure(sell.plan, a, options.seconds / 2);
    takes_sell = sell.seconds < csr.seconds;
    reason = message("sell moves ", percent(sell.bytes, csr.bytes),
                     " of the bytes of csr and takes ", percent(sell.seconds, csr.seconds),
                     " of its time; chosen: ", takes_sell ? "sell" : "csr");
  }
  if (takes_sell) reason += message(" (", sell.description, ")");

  const auto& taken = takes_sell ? sell : csr;
  auto result = a.with_plan(taken.plan);
  if (choice != nullptr) {
    *choice = {options, reason, csr.bytes, taken.bytes, csr.seconds, taken.seconds};
    choice->options.format = taken.name;
    choice->options.measure = false;
  }
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template DistributedMatrix<T> optimize(const DistributedMatrix<T>&, const OptimizeOptions&, \
                                         FormatChoice*);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan
