// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Chebyshev polynomials of the matrix as smoothers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suan/preconditioners/smoother.hpp"
#include "suan/preconditioners/spectral_bound.hpp"

namespace suan {

struct ChebyshevOptions {
  std::int64_t degree = 2;
  std::string kind = "fourth";
  double ratio = 10;  ///< of the ends of the interval of the first kind
  SpectralBoundOptions bound{};
  static const OptionTable<ChebyshevOptions>& table();
};

/// x = x + p(D^-1 A) D^-1 (b - A x) with a polynomial p of degree - 1 and D = diag(A). Nothing but
/// products and passes over vectors: the smoother of choice on GPUs, and the same on any number of
/// ranks, up to rounding.
///
/// The fourth kind needs only an upper bound of the spectrum of D^-1 A, and has the weights that
/// make the bound of a V-cycle's convergence smallest (J. Lottes, "Optimal polynomial smoothers for
/// multigrid V-cycles", Numer. Linear Algebra Appl. 30 (2023), e2518; M. Phillips, P. Fischer,
/// "Optimal Chebyshev smoothers and one-sided V-cycles", arXiv:2210.03179). The first kind is least
/// on [bound / ratio, bound] and reduces what is below, too, but less.
///
/// Memory: a vector for D^-1, two for work, and those of the bound's set-up.
template <Scalar T>
class Chebyshev final : public Smoother<T> {
 public:
  /// Collective. @throws as L1Jacobi.
  explicit Chebyshev(const DistributedMatrix<T>& a, const ChebyshevOptions& options = {});
  std::string name() const override { return "chebyshev"; }
  std::int64_t bytes_per_smooth(Guess guess) const override;
  /// What it uses as bound of the spectral radius of D^-1 A: the estimate of spectral_bound().
  double bound() const noexcept { return *bound_; }

  /// d = keep * d + add * D^-1 r, and then x = x + weight * d.
  struct Step {
    double keep = 0;
    double add = 0;
    double weight = 1;
  };

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  template <class V>
  void iterate(const V& b, V& x, Guess guess) const;

  ChebyshevOptions options_;
  DeviceView<const T> inverse_;
  std::optional<double> bound_;
  std::vector<Step> steps_;
};

}  // namespace suan
