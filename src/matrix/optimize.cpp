// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/optimize.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "kernels/common/caches.hpp"
#include "matrix/formats.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"

namespace suan {

namespace {

/// A format's own arrays pay off if it moves fewer bytes than this fraction of CSR's.
constexpr double worthwhile = 0.95;

/// A format that would move more than this many times the bytes of the best one is not tried:
/// making it costs more than its small chance is worth. On a GPU bytes predict the time less well,
/// and arrays are made quickly; in the caches they predict nothing.
constexpr double hopeless = SUAN_HAVE_CUDA ? 1.5 : 1.1;

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
  constexpr int most = 100;  // for small matrices, whose first products are slower than later ones
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
          .choice("format", &OptimizeOptions::format, {"auto", "csr", "sell", "sell_sorted", "bsr"},
                  "Format in which products read the matrix; auto takes the fastest.")
          .number("block", &OptimizeOptions::block, 0, kernels::largest_block,
                  "Block size of bsr, 2 to 8; 0 chooses the one that needs the fewest bytes.")
          .choice(
              "storage", &OptimizeOptions::storage, kernels::value_storage_names(),
              "How sell and bsr store values: lossless changes no bit of a result, the last three "
              "round, which changes the matrix.")
          .value("measure", &OptimizeOptions::measure,
                 "Time the formats; otherwise their bytes decide.")
          .number("seconds", &OptimizeOptions::seconds, 0, 1e6, "Approximate time for measuring.")
          .number("memory", &OptimizeOptions::memory, 0, 1e6,
                  "With auto, additional arrays are made if they need at most this times the "
                  "bytes of csr's.");
  return table;
}

namespace {

/// Creates the arrays of a format. Collective.
template <Scalar T>
void make(const DistributedMatrix<T>& a, Candidate<T>& candidate) {
  std::int64_t bytes = 0;
  together(a.comm(), [&] {
    const auto prepared = candidate.format.layout->make(ExecutionSpace(), candidate.format.storage);
    candidate.plan = kernels::SpmvPlan<T>(ExecutionSpace(), a.local().view(), prepared);
    candidate.description = prepared->description();
    bytes = candidate.plan.bytes();
  });
  candidate.format.bytes = a.comm().sum(bytes);
}

/// Csr, its alternatives, and the choice among them. Functions that may wait for other ranks are
/// collective.
template <Scalar T>
class Chooser {
 public:
  Chooser(const DistributedMatrix<T>& a, const OptimizeOptions& options)
      : a_(a), options_(options) {
    std::int64_t vectors = static_cast<std::int64_t>(sizeof(T)) *
                           (a.local().rows() + std::int64_t{a.local().columns()});
    csr_.format.name = "csr";
    together(a.comm(), [&] {
      const auto& present = a.local().plan();
      csr_.plan =
          present.format() == "csr"
              ? present
              : kernels::SpmvPlan<T>(ExecutionSpace(), a.local().view(), KernelPath::automatic);
    });
    csr_.format.bytes = a.comm().sum(csr_.plan.bytes());
    vectors_ = a.comm().sum(vectors);
    // A requested storage is tried all the same.
    const bool free =
        options.format == "auto" && (options.storage == "lossless" || options.storage == "same");
    measured_in_caches_ = SUAN_HAVE_CUDA == 0 && free && options.measure &&
                          kernels::stays_in_caches(a.comm().max(csr_.plan.bytes()));
    scattered_ = free && a.comm().max(csr_.plan.scattered() ? 1.0 : 0.0) > 0;
    if (scattered_) return;
    for (auto& format :
         detail::format_layouts(a, options, csr_.format.bytes, measured_in_caches_)) {
      others_.push_back({std::move(format), {}, {}, 0});
    }
  }

  void choose() {
    if (options_.format != "auto") {
      reason_ = options_.format + " was requested";
      if (options_.format != "csr") taken_ = &others_.front();
    } else {
      if (scattered_) {
        reason_ = "columns are scattered over a large vector, and only csr prefetches its elements";
      }
      take_fewest_bytes();
      if (options_.measure) take_fastest();
      reason_ += message("; chosen: ", taken_->format.name);
    }
    if (taken_ == &csr_) return;
    if (taken_->seconds == 0) make(a_, *taken_);
    reason_ += message(" (", taken_->description, ")");
  }

  const Candidate<T>& taken() const { return *taken_; }
  FormatChoice choice() const {
    FormatChoice result{options_,       reason_,      moved(csr_),
                        moved(*taken_), csr_.seconds, taken_->seconds};
    result.options.format = taken_->format.name;
    result.options.block = taken_->format.block;
    result.options.measure = false;
    if (measured_in_caches_ && taken_ != &csr_) result.options.storage = "same";
    return result;
  }

 private:
  std::int64_t moved(const Candidate<T>& candidate) const {
    return candidate.format.bytes + vectors_;
  }
  void add_reason(const std::string& text) { reason_ += (reason_.empty() ? "" : ", ") + text; }

  /// Among those whose arrays fit in memory besides csr's; the others are dropped.
  void take_fewest_bytes() {
    double fewest = worthwhile * static_cast<double>(moved(csr_));
    const auto limit = options_.memory * static_cast<double>(csr_.format.bytes);
    for (const auto& other : others_) {
      add_reason(message(other.title(), " would move ", percent(moved(other), moved(csr_)),
                         " of the bytes of csr and need ",
                         percent(other.format.bytes, csr_.format.bytes),
                         " of its memory beside it"));
    }
    std::erase_if(others_, [&](const Candidate<T>& other) {
      return static_cast<double>(other.format.bytes) > limit;
    });
    for (auto& other : others_) {
      if (static_cast<double>(moved(other)) >= fewest) continue;
      taken_ = &other;
      fewest = static_cast<double>(moved(other));
    }
  }

  void take_fastest() {
    taken_ = &csr_;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const auto& other : others_) least = std::min(least, moved(other));
    std::erase_if(others_, [&](const Candidate<T>& other) {
      return !measured_in_caches_ &&
             static_cast<double>(moved(other)) > hopeless * static_cast<double>(least);
    });
    if (others_.empty()) return;
    const double budget = options_.seconds / static_cast<double>(1 + others_.size());
    reason_.clear();
    csr_.seconds = measure(csr_.plan, a_, budget);
    for (auto& other : others_) {
      make(a_, other);
      other.seconds = measure(other.plan, a_, budget);
      add_reason(message(other.title(), " moves ", percent(moved(other), moved(csr_)),
                         " of the bytes of csr and takes ", percent(other.seconds, csr_.seconds),
                         " of its time"));
      const bool wins = other.seconds < taken_->seconds;
      Candidate<T>& loser = wins ? *taken_ : other;
      if (wins) taken_ = &other;
      // One format's arrays at a time, in addition to csr's, which the matrix has anyway.
      if (&loser != &csr_) loser.plan = {};
    }
  }

  const DistributedMatrix<T>& a_;
  const OptimizeOptions& options_;
  Candidate<T> csr_;
  std::vector<Candidate<T>> others_;
  Candidate<T>* taken_ = &csr_;
  std::int64_t vectors_ = 0;
  bool scattered_ = false;
  bool measured_in_caches_ = false;
  std::string reason_;
};

}  // namespace

template <Scalar T>
DistributedMatrix<T> optimize(const DistributedMatrix<T>& a, const OptimizeOptions& options,
                              FormatChoice* choice) {
  std::string told;
  together(a.comm(), [&] { told = OptimizeOptions::table().write(options); });
  require_agreement(a.comm(), "optimize", told);
  OptimizeOptions::table().check(options);
  if (options.block == 1) {
    throw InvalidArgument("the option block is 1; blocks have 2 to 8 rows, and 0 finds the best");
  }
  Chooser<T> chooser(a, options);
  chooser.choose();
  auto result = a.with_plan(chooser.taken().plan);
  if (choice != nullptr) *choice = chooser.choice();
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template DistributedMatrix<T> optimize(const DistributedMatrix<T>&, const OptimizeOptions&, \
                                         FormatChoice*);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
