// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/optimize.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "matrix/formats.hpp"
#include "suan/core/timer.hpp"

namespace suan {

namespace {

/// Fewer bytes than this fraction of CSR's are worth a format's own arrays.
constexpr double worthwhile = 0.95;

/// A format that would move more than this many times the bytes of the best is not tried beside it:
/// making it costs more than its small chance is worth.
constexpr double hopeless = 1.1;

/// A format with its arrays.
template <Scalar T>
struct Candidate {
  detail::FormatLayout<T> format;
  kernels::SpmvPlan<T> plan;
  std::string description;
  double seconds = 0;

  std::string title() const {
    return format.block > 0 ? message(format.name, " with blocks of ", format.block) : format.name;
  }
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
          .choice("format", &OptimizeOptions::format, {"auto", "csr", "sell", "bsr"},
                  "Format in which products read the matrix; auto takes the fastest.")
          .number("block", &OptimizeOptions::block, 0, kernels::largest_block,
                  "Rows of a block of bsr, 2 to 8; 0 takes the size that needs the fewest bytes.")
          .choice(
              "storage", &OptimizeOptions::storage, kernels::value_storage_names(),
              "How sell and bsr keep values: lossless changes no bit of a result, the last three "
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

namespace {

/// Makes the arrays of a format. Collective.
template <Scalar T>
void make(const DistributedMatrix<T>& a, Candidate<T>& candidate) {
  std::int64_t bytes = 0;
  together(a.comm(), [&] {
    const auto prepared = candidate.format.layout->make(ExecutionSpace(), candidate.format.storage);
    candidate.plan = kernels::SpmvPlan<T>(prepared);
    candidate.description = prepared->description();
    bytes = candidate.plan.bytes();
  });
  candidate.format.bytes = a.comm().sum(bytes);
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> optimize(const DistributedMatrix<T>& a, const OptimizeOptions& options,
                              FormatChoice* choice) {
  OptimizeOptions::table().check(options);
  if (options.block == 1) {
    throw InvalidArgument("the option block is 1; blocks have 2 to 8 rows, and 0 finds the best");
  }
  const auto& comm = a.comm();
  auto vectors =
      static_cast<std::int64_t>(sizeof(T)) * (a.local().rows() + std::int64_t{a.local().columns()});
  Candidate<T> csr;
  csr.format.name = "csr";
  together(comm, [&] {
    const auto& present = a.local().plan();
    csr.plan = present.format() == "csr" ? present
                                         : kernels::SpmvPlan<T>(ExecutionSpace(), a.local().view(),
                                                                KernelPath::automatic);
  });
  csr.format.bytes = comm.sum(csr.plan.bytes());
  vectors = comm.sum(vectors);
  // A storage that was asked for is tried all the same.
  const bool free =
      options.format == "auto" && (options.storage == "lossless" || options.storage == "same");
  const bool scattered = free && comm.max(csr.plan.scattered() ? 1.0 : 0.0) > 0;
  std::vector<Candidate<T>> others;
  if (!scattered) {
    for (auto& format : detail::format_layouts(a, options, csr.format.bytes)) {
      others.push_back({std::move(format), {}, {}, 0});
    }
  }
  const auto moved = [&](const Candidate<T>& candidate) {
    return candidate.format.bytes + vectors;
  };

  // Each that is beside csr in memory must fit there, and more than one is only for measuring.
  std::string reason = options.format + " was asked for";
  Candidate<T>* taken = options.format == "csr" || others.empty() ? &csr : &others.front();
  if (options.format == "auto") {
    reason = scattered ? "columns are scattered over a large vector, and only csr asks for its "
                         "elements ahead"
                       : "";
    taken = &csr;
    double fewest = worthwhile * static_cast<double>(moved(csr));
    const auto limit = options.memory * static_cast<double>(csr.format.bytes);
    for (auto& other : others) {
      reason += message(reason.empty() ? "" : ", ", other.title(), " would move ",
                        percent(moved(other), moved(csr)), " of the bytes of csr and need ",
                        percent(other.format.bytes, csr.format.bytes), " of its memory beside it");
      if (static_cast<double>(other.format.bytes) > limit) continue;
      if (static_cast<double>(moved(other)) < fewest) {
        taken = &other;
        fewest = static_cast<double>(moved(other));
      }
    }
    if (options.measure) {
      std::erase_if(others, [&](const Candidate<T>& other) {
        return static_cast<double>(other.format.bytes) > limit;
      });
      std::int64_t least = std::numeric_limits<std::int64_t>::max();
      for (const auto& other : others) least = std::min(least, moved(other));
      std::erase_if(others, [&](const Candidate<T>& other) {
        return static_cast<double>(moved(other)) > hopeless * static_cast<double>(least);
      });
      taken = &csr;
      const double budget = options.seconds / static_cast<double>(1 + others.size());
      if (!others.empty()) {
        reason.clear();
        csr.seconds = measure(csr.plan, a, budget);
      }
      for (auto& other : others) {
        make(a, other);
        other.seconds = measure(other.plan, a, budget);
        reason += message(reason.empty() ? "" : ", ", other.title(), " moves ",
                          percent(moved(other), moved(csr)), " of the bytes of csr and takes ",
                          percent(other.seconds, csr.seconds), " of its time");
        const bool wins = other.seconds < taken->seconds;
        Candidate<T>& loser = wins ? *taken : other;
        if (wins) taken = &other;
        // One format's arrays at a time beside those of csr, which the matrix has anyway.
        if (&loser != &csr) loser.plan = {};
      }
    }
    reason += message("; chosen: ", taken->format.name);
  }
  if (taken != &csr && taken->seconds == 0) make(a, *taken);
  if (taken != &csr) reason += message(" (", taken->description, ")");

  auto result = a.with_plan(taken->plan);
  if (choice != nullptr) {
    *choice = {options, reason, moved(csr), moved(*taken), csr.seconds, taken->seconds};
    choice->options.format = taken->format.name;
    choice->options.block = taken->format.block;
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
