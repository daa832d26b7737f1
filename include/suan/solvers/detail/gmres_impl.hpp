// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/gmres.hpp.
#pragma once

#include "suan/solvers/gmres.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/krylov_space.hpp"

namespace suan {

namespace detail {

/// The small arrays of a cycle of `size` iterations.
template <Scalar T>
struct GmresCycle {
  explicit GmresCycle(std::size_t size) : problem(size), coefficients(size) {}
  LeastSquares<Wide<T>> problem;
  std::vector<T> coefficients;  ///< of orthogonalize() and combine()
};

}  // namespace detail

template <Scalar T>
Gmres<T>::Gmres(const GmresOptions& options)
    : Solver<T>(options.krylov), restart_(options.restart) {
  GmresOptions::table().check(options);
}

template <Scalar T>
std::string Gmres<T>::told() const {
  return Solver<T>::told() + message("restart = ", restart_, "\n");
}

// Per row and iteration j of a cycle, besides the products, in each of one or two passes: 2 (j + 1)
// values of the basis, and w read twice and written once. (On a GPU w is read once per group of
// four columns, about j + 1 values more.)
//
// If M varies, or is linear to a lower precision only, its product with each basis vector is kept,
// and the correction is a combination of these (Saad, SIAM J. Sci. Comput. 14 (1993), 461-469).
template <Scalar T>
void Gmres<T>::iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) {
  const auto size = static_cast<std::size_t>(restart_);
  using Number = Real<detail::Wide<T>>;
  const bool plain = run.m.access().is_identity();
  const bool is_flexible = run.m.varies() || run.m.rounds();
  auto& workspace = run.workspace();
  detail::GmresCycle<T>* cycle = nullptr;
  together(x.layout().comm(),
           [&] { cycle = &workspace.template kept<detail::GmresCycle<T>>(size); });
  auto& problem = cycle->problem;
  auto& coefficients = cycle->coefficients;
  const detail::KrylovBasis<T> basis(x.layout(), workspace.basis(0, x.layout(), size + 1));
  detail::KrylovBasis<T> directions;  // M V, if flexible
  if (is_flexible) directions = {x.layout(), workspace.basis(1, x.layout(), size)};
  const bool needs_z = !plain && !is_flexible;
  const auto kept = run.vectors(needs_z ? 2 : 1);
  Vector<T>& w = kept[0];
  Vector<T>& z = needs_z ? kept[1] : w;
  const auto row_bytes = static_cast<std::int64_t>(sizeof(T)) * x.global_size();

  // x = x + M V y
  const auto update = [&] {
    if (problem.size() == 0) return;
    (is_flexible ? directions : basis).combine(problem.solve(), coefficients, w);
    if (plain || is_flexible) {
      axpy(T(1), w, x);
    } else {
      run.m.apply(w, z);
      axpy(T(1), z, x);
    }
  };

  Number beta = norm2(r);
  bool is_first = true;
  while (true) {
    problem.start(beta);
    basis.set(0, r, beta);
    bool done = false;
    for (std::size_t j = 0; j < size && !done; ++j) {
      if (run.limit_reached()) {
        update();
        return;
      }
      const Vector<T> v = basis.column(j);
      Vector<T> own;  // a new object each time: assignment writes through to what one refers to
      if (is_flexible) own = directions.column(j);
      Vector<T>& image = is_flexible ? own : z;
      const Vector<T>& direction = plain ? v : image;
      if (!plain) run.m.apply(v, image);
      run.a.apply(direction, w);
      auto h = problem.next_column();
      Number before = 0;
      std::int64_t traffic = 0;
      Number next = basis.orthogonalize(w, h, coefficients, before, traffic);
      if (is_first && run.leaves_range(static_cast<double>(before), 1)) {
        run.a.apply(direction, w);
        if (run.rescale(static_cast<double>(norm2(direction)), static_cast<double>(norm2(w))))
          return;
        h = problem.next_column();
        next = basis.orthogonalize(w, h, coefficients, before, traffic);
      }
      is_first = false;
      run.count_bytes(run.a.bytes_per_apply() + run.m.bytes_per_apply() + traffic * row_bytes);
      if (!std::isfinite(next)) {
        run.end(Reason::not_finite, "a vector of the Krylov space is not finite");
        update();
        return;
      }
      constexpr Number eps = std::numeric_limits<Real<T>>::epsilon();
      const bool invariant = next <= 10 * eps * before;
      const Number residual = problem.add_column(invariant ? Number(0) : next);
      if (invariant && !problem.regular()) {
        problem.drop_last();
        run.end(Reason::breakdown, "the Krylov space is invariant and A is singular on it");
        update();
        return;
      }
      done = run.finished(static_cast<double>(residual));
      if (invariant) {
        run.end(Reason::happy_breakdown);
        done = true;
      }
      if (!done) basis.set(j + 1, w, next);
    }
    update();
    if (done) return;
    const Number after = run.a.residual(b, x, r);
    run.count_bytes(run.a.bytes_per_apply() + 2 * row_bytes);
    if (!(after < Number(1 - 1e-5) * beta)) {
      run.end(
          Reason::stagnated,
          message("a cycle of ", restart_, " iterations brought the residual ", "from ",
                  run.in_users_units(static_cast<double>(beta)), " to ",
                  run.in_users_units(static_cast<double>(after)), "; a larger restart may help"));
      return;
    }
    beta = after;
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Gmres<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
