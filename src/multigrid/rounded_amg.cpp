// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/rounded_amg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "multigrid/memory_plan.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/cast.hpp"
#include "suan/matrix/cast_operator.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/matrix/norms.hpp"

namespace suan::multigrid {

namespace {

/// The exponent of the largest entry; 0 where that is as good, and where there is none.
template <Scalar T>
int exponent_of(const DistributedMatrix<T>& a) {
  constexpr std::int64_t harmless = 30;  // products of a few entries stay in the range of float
  constexpr std::int64_t most = 1000;    // with its power of two, and the inverse of that, in T
  std::int64_t own = std::numeric_limits<std::int64_t>::min();
  together(a.comm(), [&] {
    const double largest = std::max(norm_max(a.local()), norm_max(a.remote().matrix));
    if (largest > 0 && std::isfinite(largest)) own = std::ilogb(largest);
  });
  const auto all = a.comm().max(own);
  const bool is_known = all != std::numeric_limits<std::int64_t>::min();
  if (!is_known || std::abs(all) <= harmless) return 0;
  return static_cast<int>(std::clamp(all, -most, most));
}

/// Bytes of the values and of two vectors, on this rank.
template <Scalar Low>
std::int64_t value_bytes(const DistributedMatrix<Low>& a) {
  return std::int64_t{sizeof(Low)} * (a.local_entries() + 2 * a.row_layout().local_size());
}

/// For the hierarchy of the rounded matrix, whose values count as the hierarchy's memory. The
/// options stay the same on all ranks. Collective. @throws OverBudget on all ranks.
template <Scalar Low>
AmgOptions for_rounded(const DistributedMatrix<Low>& a, AmgOptions options) {
  options.precision = "single";  // and no other one will do
  options.relaxed_vectors = 0;   // they are among those that are given
  if (options.memory > 0) {
    const auto taken = a.comm().max(a.comm().node().sum(value_bytes(a)));
    if (taken >= options.memory) {
      throw OverBudget(message("amg: the set-up would need about ",
                               suan::detail::in_units(static_cast<double>(taken)),
                               " on a node for the rounded values alone, but memory allows ",
                               suan::detail::in_units(static_cast<double>(options.memory)),
                               "; use more nodes, or allow more memory"));
    }
    options.memory -= taken;
  }
  return options;
}

template <Scalar T>
std::shared_ptr<Amg<Low<T>>> made_inner(const DistributedMatrix<Low<T>>& a,
                                        const MultiVector<T>& near_null, const AmgOptions& asked) {
  const auto options = for_rounded(a, asked);
  if (near_null.columns() == 0) return std::make_shared<Amg<Low<T>>>(a, options);
  return std::make_shared<Amg<Low<T>>>(a, cast<Low<T>>(near_null), options);
}

template <Scalar T>
class RoundedAmg final : public Rounded<T> {
 public:
  RoundedAmg(std::shared_ptr<Amg<Low<T>>> inner, int exponent)
      : Rounded<T>(inner->row_layout(), inner->column_layout()),
        inner_(std::move(inner)),
        cast_(inner_),
        exponent_(exponent) {}

  std::string name() const override { return cast_.name(); }
  bool varies() const noexcept override { return cast_.varies(); }
  bool rounds() const noexcept override { return true; }
  void note_iterations(std::int64_t iterations) override { inner_->note_iterations(iterations); }
  std::int64_t bytes_per_apply() const override { return cast_.bytes_per_apply(); }
  const AmgReport& report() const override { return inner_->report(); }
  std::string scalar() const override { return inner_->scalar(); }
  std::vector<GlobalIndex> aggregates() const override { return inner_->aggregates(); }
  AmgCheck check() const override { return inner_->check(); }
  std::int64_t copied_bytes() const override {
    const AmgLevel& finest = report().levels.front();
    return std::int64_t{sizeof(Low<T>)} * (finest.entries + 2 * finest.rows);
  }
  const Amg<Low<T>>& inner() const override { return *inner_; }
  int exponent() const override { return exponent_; }

 private:
  std::string do_update(const Operator<T>& a) override {
    const auto low = rounded(*a.access().distributed);
    auto done = inner_->update(low.matrix);
    exponent_ = low.exponent;
    return done;
  }
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override {
    cast_.apply(scaled(alpha), x, beta, y);
  }
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override {
    cast_.apply(scaled(alpha), x, beta, y);
  }
  T scaled(T alpha) const { return alpha * T(std::ldexp(Real<T>(1), -exponent_)); }

  std::shared_ptr<Amg<Low<T>>> inner_;
  CastOperator<T, Low<T>> cast_;
  int exponent_ = 0;
};

}  // namespace

template <Scalar T>
RoundedMatrix<T> rounded(const DistributedMatrix<T>& a) {
  const int exponent = exponent_of(a);
  if (exponent == 0) return {cast<Low<T>>(a), 0};
  Vector<T> factor;
  together(a.comm(), [&] { factor = Vector<T>(a.row_layout()); });
  fill(factor, T(std::ldexp(Real<T>(1), -exponent)));
  return {cast<Low<T>>(scale_rows(factor, a)), exponent};
}

template <Scalar T>
std::unique_ptr<Rounded<T>> make_rounded(const DistributedMatrix<T>& a,
                                         const MultiVector<T>& near_null,
                                         const AmgOptions& options) {
  if constexpr (sizeof(Real<T>) <= sizeof(float)) {
    return nullptr;
  } else {
    const auto low = rounded(a);
    return std::make_unique<RoundedAmg<T>>(made_inner(low.matrix, near_null, options),
                                           low.exponent);
  }
}

template <Scalar T>
std::unique_ptr<Rounded<T>> make_rounded(Amg<Low<T>> inner, int exponent) {
  return std::make_unique<RoundedAmg<T>>(std::make_shared<Amg<Low<T>>>(std::move(inner)), exponent);
}

#define SUAN_INSTANTIATE(T)                                                      \
  template std::unique_ptr<Rounded<T>> make_rounded(const DistributedMatrix<T>&, \
                                                    const MultiVector<T>&, const AmgOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

#define SUAN_INSTANTIATE(T)                                       \
  template RoundedMatrix<T> rounded(const DistributedMatrix<T>&); \
  template std::unique_ptr<Rounded<T>> make_rounded(Amg<Low<T>>, int);
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
