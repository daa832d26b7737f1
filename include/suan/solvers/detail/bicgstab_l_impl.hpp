// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/bicgstab_l.hpp.
#pragma once

#include "suan/solvers/bicgstab_l.hpp"

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/krylov_space.hpp"
#include "suan/solvers/detail/residual_polynomial.hpp"
#include "suan/solvers/detail/shadow.hpp"

namespace suan {

namespace detail {

/// The vectors of a cycle: r_j = (A M)^j r, and u_j likewise for the direction. The flexible method
/// keeps M r_j and M u_j for j < l, too.
template <Scalar T>
struct BicgstabLSpace {
  BicgstabLSpace(Workspace<T>& workspace, const Layout& layout, std::size_t degree,
                 bool is_flexible)
      : ell(degree),
        flexible(is_flexible),
        r(layout, workspace.basis(0, layout, ell + 1)),
        u(layout, workspace.basis(1, layout, ell + 1)) {
    if (!flexible) return;
    m_r = {layout, workspace.basis(2, layout, ell)};
    m_u = {layout, workspace.basis(3, layout, ell)};
  }

  /// u_i = r_i - beta u_i for i <= j
  void turn(std::size_t j, T beta) const {
    const auto turn_one = [&](const KrylovBasis<T>& from, const KrylovBasis<T>& to, std::size_t i) {
      auto target = to.column(i);
      axpby(T(1), from.column(i), -beta, target);
    };
    for (std::size_t i = 0; i <= j; ++i) turn_one(r, u, i);
    for (std::size_t i = 0; flexible && i < j; ++i) turn_one(m_r, m_u, i);
  }
  /// r_i = r_i - alpha u_(i+1) for i <= j
  void step(std::size_t j, T alpha) const {
    const auto step_one = [&](const KrylovBasis<T>& by, const KrylovBasis<T>& from, std::size_t i) {
      auto target = from.column(i);
      axpy(-alpha, by.column(i + 1), target);
    };
    for (std::size_t i = 0; i <= j; ++i) step_one(u, r, i);
    for (std::size_t i = 0; flexible && i < j; ++i) step_one(m_u, m_r, i);
  }
  /// The inner products of all r_j; false if one is not finite. Collective: one reduction.
  bool fill_gram(ResidualPolynomial<Wide<T>>& polynomial, const Communicator& comm) const {
    std::fill(polynomial.all().begin(), polynomial.all().end(), Wide<T>(0));
    for (std::size_t i = 0; i < ell; ++i) {
      const Vector<T> left = r.column(i);
      for (std::size_t j = i + 1; j <= ell; ++j) {
        const Vector<T> right = r.column(j);
        const auto sums = kernels::pair_sums<T>(ExecutionSpace(), left.view(), right.view());
        polynomial.gram(i, j) = sums.xy;
        polynomial.gram(i, i) = Wide<T>(sums.xx);
        polynomial.gram(j, j) = Wide<T>(sums.yy);
      }
    }
    comm.sum(polynomial.all());
    return std::all_of(polynomial.all().begin(), polynomial.all().end(),
                       [](const Wide<T>& z) { return is_finite(z); });
  }
  /// y = y + c_1 r_0 + ... + c_l r_(l-1), of M r_j if flexible; u_0 = u_0 - c_1 u_1 - ... - c_l
  /// u_l, and r_0 likewise.
  void minimise(std::vector<T>& c, Vector<T>& y) const {
    const ExecutionSpace space;
    const std::span<const T> all(c);
    for (T& factor : c) factor = -factor;
    kernels::multi_axpy<T>(space, (flexible ? m_r : r).columns(0, ell), all, y.view());
    for (T& factor : c) factor = -factor;
    for (const auto* v : {&u, &r}) {
      kernels::multi_axpy<T>(space, v->columns(1, ell + 1), all, v->column(0).view());
    }
  }

  std::size_t ell;
  bool flexible;
  KrylovBasis<T> r;
  KrylovBasis<T> u;
  KrylovBasis<T> m_r;
  KrylovBasis<T> m_u;
};

/// The small arrays of a cycle.
template <Scalar T>
struct BicgstabLCoefficients {
  explicit BicgstabLCoefficients(std::size_t ell) : polynomial(ell), c(ell) {}
  ResidualPolynomial<Wide<T>> polynomial;
  std::vector<T> c;
};

}  // namespace detail

template <Scalar T>
BicgstabL<T>::BicgstabL(const BicgstabLOptions& options)
    : Solver<T>(options.krylov), ell_(options.ell), shadow_(options.shadow) {
  BicgstabLOptions::table().check(options);
}

template <Scalar T>
std::string BicgstabL<T>::told() const {
  return Solver<T>::told() + message("ell = ", ell_, "\nshadow = ", shadow_, "\n");
}

// Per row and cycle, besides the products, with l = ell: the shadow and a vector read for each of
// 2 l inner products; u_i and r_i updated, 3 l (l + 1); x or y updated, 3 l; the inner products of
// all r_j, l (l + 1); the polynomial applied to x or y, u_0 and r_0, 3 (l + 2): 4 l^2 + 14 l + 6
// values, 50 for l = 2; 3 l (l - 1) more if flexible.
//
// A fixed M is applied to the sum y of all steps at the end. If M varies, or is linear to a lower
// precision only, x is updated with the products that were made.
template <Scalar T>
void BicgstabL<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = detail::Wide<T>;
  const auto ell = static_cast<std::size_t>(ell_);
  const bool plain = run.m.access().is_identity();
  const bool is_flexible = !plain && (run.m.varies() || run.m.rounds());
  const bool is_fixed = !plain && !is_flexible;
  const std::int64_t values =
      4 * ell_ * ell_ + 14 * ell_ + 6 + (is_flexible ? 3 : 0) * ell_ * (ell_ - 1);
  const std::int64_t bytes = 2 * ell_ * (run.a.bytes_per_apply() + run.m.bytes_per_apply()) +
                             values * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  auto& workspace = run.workspace();
  detail::BicgstabLCoefficients<T>* small = nullptr;
  together(x.layout().comm(),
           [&] { small = &workspace.template kept<detail::BicgstabLCoefficients<T>>(ell); });
  const detail::BicgstabLSpace<T> space(workspace, x.layout(), ell, is_flexible);
  const auto kept = run.vectors(is_fixed ? 3 : 1);
  detail::Shadow<T> shadow(kept[0], shadow_ == "residual");
  Vector<T>& y = is_fixed ? kept[1] : x;
  if (is_fixed) fill(y, T(0));
  Vector<T>& z = is_fixed ? kept[2] : kept[0];  // M times a vector, if that is not kept
  // v_(j+1) = A M v_j
  const auto apply = [&](const detail::KrylovBasis<T>& v, const detail::KrylovBasis<T>& images,
                         std::size_t j) {
    const Vector<T> from = v.column(j);
    Vector<T> to = v.column(j + 1);
    Vector<T> own;
    if (is_flexible) own = images.column(j);
    Vector<T>& image = is_flexible ? own : z;
    if (!plain) run.m.apply(from, image);
    run.a.apply(plain ? from : image, to);
  };
  const auto leave = [&] {
    if (!is_fixed) return;
    run.m.apply(y, z);
    axpy(T(1), z, x);
  };

  auto norm = static_cast<double>(norm2(r));
  Vector<T> r_0 = space.r.column(0);
  copy(r, r_0);
  const Vector<T> direction = (is_flexible ? space.m_u : space.u).column(0);
  kernels::PairSums<T> next;  // of the shadow and r_j
  Number rho{};
  Number alpha{};
  Number omega{};
  bool is_first = true;
  const char* lost = nullptr;  // what vanished, so that the method must start again
  while (!run.limit_reached()) {
    if (is_first || lost != nullptr) {
      if (!shadow.choose(r_0, norm)) {
        detail::end_breakdown(run, message(lost, " vanishes"));
        break;
      }
      lost = nullptr;
      next = detail::pair_sums(shadow.vector(), r_0);
      rho = Number(1);
      omega = Number(-1);
      alpha = Number(0);
    }
    rho *= -omega;
    std::size_t j = 0;
    for (; j < ell; ++j) {
      if (j > 0) next = detail::pair_sums(shadow.vector(), space.r.column(j));
      if (!detail::are_finite(next)) {
        run.end(Reason::not_finite, "a vector of the Krylov space is not finite");
        leave();
        return;
      }
      const T beta = scalar_cast<T>(alpha * (next.xy / rho));
      if (detail::vanishes(next) || !is_finite(beta)) {
        lost = "s^H r, with the shadow residual s and a residual r,";
        break;
      }
      rho = next.xy;
      space.turn(j, beta);
      apply(space.u, space.m_u, j);
      if (is_first && detail::needs_other_units(run, norm, is_fixed ? z : direction,
                                                space.u.column(1), static_cast<int>(ell_))) {
        return;
      }
      is_first = false;
      const auto sums = detail::pair_sums(shadow.vector(), space.u.column(j + 1));
      if (!detail::are_finite(sums)) {
        run.end(Reason::not_finite,
                "the product of the matrix and a search direction is not finite");
        leave();
        return;
      }
      alpha = detail::step_length(rho, sums);
      if (alpha == Number(0)) {
        lost = "s^H A M p, with the shadow residual s and a search direction p,";
        break;
      }
      space.step(j, scalar_cast<T>(alpha));
      axpy(scalar_cast<T>(alpha), direction, y);
      apply(space.r, space.m_r, j);
    }
    if (lost != nullptr && j == 0) continue;
    if (lost == nullptr) {
      if (!space.fill_gram(small->polynomial, x.layout().comm())) {
        run.end(Reason::not_finite, "a vector of the Krylov space is not finite");
        break;
      }
      const auto c = small->polynomial.solve();
      for (std::size_t i = 0; i < ell; ++i) small->c[i] = scalar_cast<T>(c[i]);
      omega = c.back();
      if (omega == Number(0)) lost = "the last coefficient of the residual polynomial";
      space.minimise(small->c, y);
      next = detail::pair_sums(shadow.vector(), r_0);
      norm = static_cast<double>(std::sqrt(next.yy));
    } else {
      norm = static_cast<double>(norm2(r_0));
    }
    run.count_bytes(bytes);
    if (run.finished(norm)) break;
  }
  leave();
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class BicgstabL<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
