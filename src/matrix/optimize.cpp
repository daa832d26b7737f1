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
  const ExecutionSpace space;
  const auto& layout = a.column_layout();
  const DeviceView<T> x("suan::optimize x", static_cast<std::size_t>(layout.local_size()));
  const DeviceView<T> y("suan::optimize y", static_cast<std::size_t>(a.row_layout().local_size()));
  const Timer all;
  double best = std::numeric_limits<double>::infinity();
  for (int k = 0; k < most && (k < least || all.seconds() < budget); ++k) {
    const Timer timer;
    plan.apply(space, T(1), x, T(0), y);
    space.fence("suan::optimize");
    best = std::min(best, timer.seconds());
  }
  return a.comm().max(best);
}

std::string percent(double part, double whole) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(0) << 100 * part / std::max(whole, 1e-300) << " %";
  return out.str();
}

template <Scalar T>
std::string explain(const Candidate<T>& csr, const Candidate<T>& other, bool takes_other,
                    const std::string& wanted, bool measured) {
  if (wanted == "csr") return "csr was asked for";
  const std::string bytes =
      percent(static_cast<double>(other.bytes), static_cast<double>(csr.bytes));
  const std::string facts =
      message("sell (", other.description, ") moves ", bytes, " of the bytes of csr");
  if (wanted == "sell") return facts + "; it was asked for";
  const std::string verdict = takes_other ? "sell" : "csr";
  if (!measured) {
    return message(facts, "; chosen by bytes: ", verdict);
  }
  return message(facts, " and takes ", percent(other.seconds, csr.seconds),
                 " of its time; chosen: ", verdict);
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
                  "Time that the measurement may take, about.");
  return table;
}

template <Scalar T>
DistributedMatrix<T> optimize(const DistributedMatrix<T>& a, const OptimizeOptions& options,
                              FormatChoice* choice) {
  OptimizeOptions::table().check(options);
  const auto& comm = a.comm();
  const auto storage = kernels::value_storage_from_string(options.storage);
  const auto& view = a.local().view();
  const auto vectors =
      static_cast<std::int64_t>(sizeof(T)) * (a.local().rows() + std::int64_t{a.local().columns()});

  Candidate<T> csr{"csr", {}, "", 0, 0};
  Candidate<T> sell{"sell", {}, "", 0, 0};
  together(comm, [&] {
    const auto& present = a.local().plan();
    csr.plan = present.format() == "csr"
                   ? present
                   : kernels::SpmvPlan<T>(ExecutionSpace(), view, KernelPath::automatic);
    csr.bytes = csr.plan.bytes() + vectors;
    if (options.format == "csr") return;
    const auto prepared = kernels::make_sell<T>(ExecutionSpace(), view, storage);
    sell.plan = kernels::SpmvPlan<T>(prepared);
    sell.description = prepared->description();
    sell.bytes = sell.plan.bytes() + vectors;
  });
  csr.bytes = comm.sum(csr.bytes);
  sell.bytes = comm.sum(sell.bytes);
  const bool chooses = options.format == "auto";
  const bool measured = chooses && options.measure;
  if (measured) {
    csr.seconds = measure(csr.plan, a, options.seconds / 2);
    sell.seconds = measure(sell.plan, a, options.seconds / 2);
  }
  bool takes_sell = options.format == "sell";
  if (chooses) {
    takes_sell =
        measured ? sell.seconds < csr.seconds
                 : static_cast<double>(sell.bytes) < worthwhile * static_cast<double>(csr.bytes);
  }
  const auto& taken = takes_sell ? sell : csr;
  DistributedMatrix<T> result(a.row_layout(), a.column_layout(), a.local().with_plan(taken.plan),
                              a.remote());
  if (choice != nullptr) {
    *choice = {options,     explain(csr, sell, takes_sell, options.format, measured),
               csr.bytes,   taken.bytes,
               csr.seconds, taken.seconds};
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
