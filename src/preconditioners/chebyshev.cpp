// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/chebyshev.hpp"

#include "preconditioners/diagonal.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

constexpr std::int64_t most_degrees = 6;

/// The weights of the fourth kind, by degree, as Lottes and Phillips and Fischer tabulate them.
constexpr double optimal_weights[most_degrees][most_degrees] = {
    {1.12500000000000},
    {1.02387287570313, 1.26408905371085},
    {1.00842544782028, 1.08867839208730, 1.33753125909618},
    {1.00391310427285, 1.04035811188593, 1.14863498546254, 1.38268869241000},
    {1.00212930146164, 1.02173711549260, 1.07872433192603, 1.19810065292663, 1.41322542791682},
    {1.00128517255940, 1.01304293035233, 1.04678215124113, 1.11616489419675, 1.23829020218444,
     1.43524297106744}};

template <class Step>
std::vector<Step> fourth_kind(std::int64_t degree, double bound) {
  std::vector<Step> steps;
  for (std::int64_t k = 0; k < degree; ++k) {
    const auto j = static_cast<double>(2 * k);
    steps.push_back(
        {(j - 1) / (j + 3), (4 * j + 4) / (j + 3) / bound, optimal_weights[degree - 1][k]});
  }
  return steps;
}

template <class Step>
std::vector<Step> first_kind(std::int64_t degree, double bound, double ratio) {
  const double middle = (bound + bound / ratio) / 2;
  const double half = (bound - bound / ratio) / 2;
  std::vector<Step> steps = {{0, 1 / middle, 1}};
  double rho = half / middle;
  for (std::int64_t k = 1; k < degree; ++k) {
    const double next = 1 / (2 * middle / half - rho);
    steps.push_back({next * rho, 2 * next / half, 1});
    rho = next;
  }
  return steps;
}

}  // namespace

const OptionTable<ChebyshevOptions>& ChebyshevOptions::table() {
  static const auto table =
      OptionTable<ChebyshevOptions>()
          .number("degree", &ChebyshevOptions::degree, 1, most_degrees,
                  "Products of a step, one less from a zero guess; more smooth better and cost as "
                  "much more.")
          .choice("kind", &ChebyshevOptions::kind, {"fourth", "first"},
                  "fourth needs no lower end of the spectrum; first is least on an interval.")
          .number("ratio", &ChebyshevOptions::ratio, 1.5, 1e6,
                  "Upper by lower end of the interval of the first kind; more smooth less, and "
                  "reduce more of what is smooth.")
          .include(&ChebyshevOptions::bound);
  return table;
}

template <Scalar T>
Chebyshev<T>::Chebyshev(const DistributedMatrix<T>& a, const ChebyshevOptions& options)
    : Smoother<T>("chebyshev", a), options_(options) {
  require_agreement(a.comm(), "Chebyshev", ChebyshevOptions::table().write(options));
  ChebyshevOptions::table().check(options);
  set_up(a);
}

template <Scalar T>
std::string Chebyshev<T>::set_up(const DistributedMatrix<T>& a) {
  DeviceView<T> inverse;
  together(a.comm(), [&] {
    inverse = detail::inverse_diagonal<T>("chebyshev", a.local(), a.row_layout().first());
  });
  const bool is_kept = options_.bound.reuse_bound && bound_.has_value();
  if (!is_kept) bound_ = spectral_bound<T>(a, inverse, options_.bound.lanczos_steps);
  inverse_ = inverse;
  steps_ = options_.kind == "fourth" ? fourth_kind<Step>(options_.degree, *bound_)
                                     : first_kind<Step>(options_.degree, *bound_, options_.ratio);
  return is_kept ? "the bound of the spectrum was kept, the diagonal inverted anew"
                 : "the bound of the spectrum and the diagonal were computed anew";
}

// Per row and step, beside the product with its b, the inverse, r and d read, d written; d and x
// read, x written. The first of these steps does not read d, nor does it read x from zero. From
// zero, the first has no product.
template <Scalar T>
std::int64_t Chebyshev<T>::bytes_per_smooth(Guess guess) const {
  const auto vector = static_cast<std::int64_t>(sizeof(T)) * this->row_layout().global_size();
  const auto product = this->matrix().bytes_per_apply() + vector;
  const std::int64_t steps = options_.degree;
  return steps * (product + 7 * vector) - (guess == Guess::zero ? product + 2 * vector : vector);
}

template <Scalar T>
template <class V>
void Chebyshev<T>::iterate(const V& b, V& x, Guess guess) const {
  const auto scalar = [](double number) { return static_cast<T>(static_cast<Real<T>>(number)); };
  const auto& a = this->matrix();
  const bool from_zero = guess == Guess::zero;
  V& d = this->kept(x, 0);
  V& r = this->kept(x, 1);
  if (!from_zero) detail::residual_alone<T>(a, b, x, r);
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    const Step& step = steps_[k];
    if (k == 1 && from_zero) detail::residual_alone<T>(a, b, d, r);
    if (k > 1 || (k == 1 && !from_zero)) a.apply(T(-1), d, T(1), r);  // r = r - A d
    const V& rest = k == 0 && from_zero ? b : r;
    const T keep = k == 0 ? T(0) : scalar(step.keep);
    detail::add_scaled(scalar(step.add), inverse_, rest, keep, d);
    detail::add(scalar(step.weight), std::as_const(d), k == 0 && from_zero ? T(0) : T(1), x);
  }
}

template <Scalar T>
void Chebyshev<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  iterate(b, x, guess);
}

template <Scalar T>
void Chebyshev<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  iterate(b, x, guess);
}

#define SUAN_INSTANTIATE(T) template class Chebyshev<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
