// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/idr.hpp.
#pragma once

#include "suan/solvers/idr.hpp"

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/solvers/detail/krylov_space.hpp"
#include "suan/solvers/detail/residual_polynomial.hpp"
#include "suan/solvers/detail/shadow.hpp"
#include "suan/vector/detail/powers_of_two.hpp"

namespace suan {

namespace detail {

/// The inner products of a cycle: the lower triangle m = P^H G, f = P^H r, and coefficients.
template <Scalar T>
struct IdrProducts {
  using Number = Wide<T>;
  using R = kernels::WideReal<T>;

  explicit IdrProducts(std::size_t size)
      : s(size), m(size * size), f(size), c(size), sums(size + 1) {
    rounded.resize(size);
  }
  Number& at(std::size_t i, std::size_t k) { return m[k * s + i]; }

  /// c_k ... c_(s-1) so that r - G c is orthogonal to the shadow vectors k, ..., s - 1.
  void solve(std::size_t k) {
    for (std::size_t i = k; i < s; ++i) {
      Number sum = f[i];
      for (std::size_t j = k; j < i; ++j) sum -= at(i, j) * c[j];
      c[i] = sum / at(i, i);
    }
  }
  /// Given P^H g in `sums` for the next vector g: c_0 ... c_(k-1) so that g - G c is orthogonal to
  /// the shadow vectors 0, ..., k - 1, and column k of m. False if that has a zero on the diagonal.
  bool add_column(std::size_t k) {
    R largest = 0;
    for (std::size_t i = 0; i < s; ++i) {
      Number sum = sums[i];
      largest = std::max(largest, magnitude(sum));
      for (std::size_t j = 0; j < std::min(i, k); ++j) sum -= at(i, j) * c[j];
      if (i < k) {
        c[i] = sum / at(i, i);
      } else {
        at(i, k) = sum;
      }
    }
    constexpr R eps = std::numeric_limits<Real<T>>::epsilon();
    return magnitude(at(k, k)) > eps * largest;
  }
  bool sums_are_finite() const {
    return std::all_of(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(s),
                       [](const T& sum) { return is_finite(sum); });
  }
  /// c_first ... c_(last-1) in T, times a sign.
  std::span<const T> coefficients(std::size_t first, std::size_t last, int sign) {
    for (std::size_t i = first; i < last; ++i) {
      rounded[i] = scalar_cast<T>(sign < 0 ? -c[i] : c[i]);
    }
    return {rounded.data() + first, last - first};
  }

  std::size_t s;
  std::vector<Number> m;
  std::vector<Number> f;
  std::vector<Number> c;
  std::vector<T> sums;  ///< what ranks add up: s inner products and a square
  std::vector<T> rounded;
};

/// Pseudo-random orthonormal columns; other ones for another seed. w is overwritten. Collective.
template <Scalar T>
void fill_shadow_space(std::uint64_t seed, const KrylovBasis<T>& p, IdrProducts<T>& products,
                       Vector<T>& w) {
  for (std::size_t j = 0; j < products.s; ++j) {
    fill_random(seed * products.s + j, w);
    auto norm = static_cast<typename KrylovBasis<T>::Number>(norm2(w));
    if (j > 0) {
      std::fill(products.c.begin(), products.c.end(), Wide<T>(0));
      std::int64_t traffic = 0;
      typename KrylovBasis<T>::Number before = 0;
      norm = p.orthogonalize(w, std::span(products.c.data(), j), products.rounded, before, traffic);
    }
    p.set(j, w, norm);
  }
}

}  // namespace detail

template <Scalar T>
Idr<T>::Idr(const IdrOptions& options) : Solver<T>(options.krylov), s_(options.s) {
  IdrOptions::table().check(options);
}

template <Scalar T>
std::string Idr<T>::told() const {
  return Solver<T>::told() + message("s = ", s_, "\n");
}

// Per row and cycle, besides the products, summed over its s steps k: r copied and s - k columns of
// G subtracted; u_k and s - k - 1 others combined; P^H g; k columns of G and of U subtracted; r and
// x updated; then t, r read; z, x read, x written; t, r read, r written; P^H r: 3 s^2 + 20 s + 5
// values, 133 for s = 4.
//
// The products with all shadow vectors are formed in one reduction, and the vector that is
// orthogonal to some of them from these (T. P. Collignon and M. B. van Gijzen, Numer. Linear
// Algebra Appl. 18 (2011), 805-825).
template <Scalar T>
void Idr<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = detail::Wide<T>;
  const ExecutionSpace space;
  // No more shadow vectors than there are rows.
  const auto s = static_cast<std::size_t>(std::min<std::int64_t>(s_, x.global_size()));
  const auto s_signed = static_cast<std::int64_t>(s);
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes = (s_signed + 1) * (run.a.bytes_per_apply() + run.m.bytes_per_apply()) +
                             (3 * s_signed * s_signed + 20 * s_signed + 5) *
                                 static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto& comm = x.layout().comm();
  auto& workspace = run.workspace();
  detail::IdrProducts<T>* kept_products = nullptr;
  together(comm, [&] { kept_products = &workspace.template kept<detail::IdrProducts<T>>(s); });
  auto& products = *kept_products;
  const detail::KrylovBasis<T> p(x.layout(), workspace.basis(0, x.layout(), s));
  const detail::KrylovBasis<T> g(x.layout(), workspace.basis(1, x.layout(), s));
  const detail::KrylovBasis<T> u(x.layout(), workspace.basis(2, x.layout(), s));
  const auto kept = run.vectors(plain ? 2 : 3);
  Vector<T>& v = kept[0];
  Vector<T>& t = kept[1];
  const std::span<T> sums(products.sums);
  // P^H w, of all ranks, and what else the last of the sums is.
  const auto multiply_shadow = [&](const Vector<T>& w) {
    kernels::multi_dot<T>(space, p.columns(0, s), w.view(), sums.first(s));
    comm.sum(sums);
  };
  const auto set_f = [&] {
    for (std::size_t i = 0; i < s; ++i) products.f[i] = Number(sums[i]);
  };

  auto norm = static_cast<double>(norm2(r));
  detail::Starts starts;
  std::uint64_t seed = 0;
  Number omega(1);
  bool is_first = true;
  bool is_fresh = true;  // G and U are zero
  const char* lost = nullptr;
  while (!run.limit_reached()) {
    if (is_first || lost != nullptr) {
      if (starts.next(norm) < 0) {
        detail::end_breakdown(run, lost);
        return;
      }
      lost = nullptr;
      is_fresh = true;
      omega = Number(1);
      detail::fill_shadow_space(seed++, p, products, v);
      sums[s] = T(0);
      multiply_shadow(r);
      set_f();
    }
    std::size_t k = 0;
    for (; k < s; ++k) {
      Vector<T> g_k = g.column(k);
      Vector<T> u_k = u.column(k);
      Vector<T>& from = is_fresh ? r : v;
      if (!is_fresh) {
        products.solve(k);
        copy(r, v);
        kernels::multi_axpy<T>(space, g.columns(k, s), products.coefficients(k, s, 1),
                               v.view());  // v = r - G c
      }
      Vector<T>& image = plain ? from : kept[2];
      if (!plain) run.m.apply(from, image);
      const T own = is_fresh ? T(0) : scalar_cast<T>(products.c[k]);
      axpby(scalar_cast<T>(omega), std::as_const(image), own, u_k);  // u = U c + omega M v
      if (!is_fresh) {
        kernels::multi_axpy<T>(space, u.columns(k + 1, s), products.coefficients(k + 1, s, -1),
                               u_k.view());
      }
      run.a.apply(u_k, g_k);
      if (is_first && detail::needs_other_units(run, norm, u_k, g_k, 1)) return;
      is_first = false;
      sums[s] = T(0);
      multiply_shadow(g_k);
      if (!products.sums_are_finite()) {
        run.end(Reason::not_finite,
                "the product of the matrix and a search direction is not finite");
        return;
      }
      if (!products.add_column(k)) break;
      const auto before = products.coefficients(0, k, 1);
      kernels::multi_axpy<T>(space, g.columns(0, k), before, g_k.view());
      kernels::multi_axpy<T>(space, u.columns(0, k), before, u_k.view());
      const Number beta = products.f[k] / products.at(k, k);
      axpy(scalar_cast<T>(-beta), g_k, r);
      axpy(scalar_cast<T>(beta), u_k, x);
      for (std::size_t i = k; i < s; ++i) products.f[i] -= beta * products.at(i, k);
    }
    if (k < s) {
      lost = "P^H A M r vanishes, with the shadow space P";
      if (k == 0) continue;
      norm = static_cast<double>(norm2(r));
      run.count_bytes(bytes);
      if (run.finished(norm)) return;
      continue;
    }
    is_fresh = false;
    Vector<T>& image = plain ? r : kept[2];
    if (!plain) run.m.apply(r, image);
    run.a.apply(image, t);
    const auto last = detail::pair_sums(t, r);
    if (!detail::are_finite(last)) {
      run.end(Reason::not_finite, "the product of the matrix and a residual is not finite");
      return;
    }
    if (last.xx == 0) {
      lost = "A M r vanishes";
      omega = Number(0);
    } else {
      omega = detail::safe_omega<Number>(last.xy, std::sqrt(last.xx), std::sqrt(last.yy));
    }
    const T turn = scalar_cast<T>(omega);
    axpy(turn, std::as_const(image), x);  // before r, which it may be
    const auto squares = kernels::cg_update_residual<T>(space, turn, t.view(), {}, r.view()).rr;
    // Relative to the norm before, of which the square may be beyond the range of T.
    const int exponent = detail::exponent_of(norm);
    sums[s] = T(static_cast<Real<T>>(std::ldexp(squares, -2 * exponent)));
    multiply_shadow(r);
    set_f();
    norm = std::ldexp(std::sqrt(static_cast<double>(real_part(sums[s]))), exponent);
    run.count_bytes(bytes);
    if (run.finished(norm)) return;
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Idr<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
