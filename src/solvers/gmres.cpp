// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/gmres.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include "core/memory.hpp"
#include "suan/kernels/multivector.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

template <Scalar T>
Real<T> magnitude(const T& x) {
  return std::sqrt(abs_squared(x));
}

/// The small least-squares problem of one cycle: the Hessenberg matrix, kept triangular by plane
/// rotations, and the rotated right-hand side.
template <Scalar T>
class LeastSquares {
 public:
  explicit LeastSquares(std::size_t size) : columns_(size), rotations_(size), g_(size + 1) {}

  void start(Real<T> beta) {
    used_ = 0;
    std::fill(g_.begin(), g_.end(), T(0));
    g_[0] = T(beta);
  }
  std::size_t size() const { return used_; }

  /// Adds column h (size() + 1 numbers) with `below` under the diagonal; returns the residual
  /// norm. Only columns with a nonzero diagonal can be kept.
  Real<T> add(std::vector<T> h, Real<T> below) {
    const std::size_t j = used_;
    for (std::size_t k = 0; k < j; ++k) {
      const auto& [c, s] = rotations_[k];
      const T upper = c * h[k] + s * h[k + 1];
      h[k + 1] = -conjugate(s) * h[k] + c * h[k + 1];
      h[k] = upper;
    }
    // c real and s chosen so that [c s; -s^H c] maps (h_j, below) to (r, 0).
    const Real<T> size = std::hypot(magnitude(h[j]), below);
    Rotation rotation{Real<T>(1), T(0)};
    if (size > 0 && magnitude(h[j]) > 0) {
      const T phase = h[j] / T(magnitude(h[j]));
      rotation = {magnitude(h[j]) / size, phase * T(below / size)};
      h[j] = phase * T(size);
    } else if (size > 0) {
      rotation = {Real<T>(0), T(1)};
      h[j] = T(size);
    }
    g_[j + 1] = -conjugate(rotation.s) * g_[j];
    g_[j] = rotation.c * g_[j];
    rotations_[j] = rotation;
    columns_[j] = std::move(h);
    ++used_;
    return magnitude(g_[used_]);
  }

  /// Whether the last column can be divided by.
  bool regular() const { return magnitude(columns_[used_ - 1][used_ - 1]) > 0; }
  void drop_last() { --used_; }

  /// The coefficients of the basis.
  std::vector<T> solve() const {
    std::vector<T> y(g_.begin(), g_.begin() + static_cast<std::ptrdiff_t>(used_));
    for (std::size_t i = used_; i-- > 0;) {
      for (std::size_t k = i + 1; k < used_; ++k) y[i] -= columns_[k][i] * y[k];
      y[i] /= columns_[i][i];
    }
    return y;
  }

 private:
  struct Rotation {
    Real<T> c = 1;
    T s{};
  };
  std::vector<std::vector<T>> columns_;
  std::vector<Rotation> rotations_;
  std::vector<T> g_;
  std::size_t used_ = 0;
};

/// The orthonormal basis, and the two vectors that go with it.
template <Scalar T>
class KrylovBasis {
 public:
  KrylovBasis(const Layout& layout, std::size_t columns)
      : layout_(layout),
        v_(detail::on_large_pages(
            kernels::Basis<T>(Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Gmres::basis"),
                              static_cast<std::size_t>(layout.local_size()), columns))) {}

  Vector<T> column(std::size_t j) const {
    const auto rows = static_cast<std::size_t>(layout_.local_size());
    return Vector<T>(layout_, DeviceView<T>(v_.data() + j * rows, rows));
  }
  void set(std::size_t j, const Vector<T>& w, Real<T> norm) const {
    auto target = column(j);
    axpby(T(1) / T(norm), w, T(0), target);
  }

  /// w = w - V V^H w for the first h.size() columns, adding V^H w to h; returns ||w||, and in
  /// `before` the norm that w had. Classical Gram-Schmidt, once more when w lost more than half
  /// of its square (Daniel, Gragg, Kaufman and Stewart, Math. Comp. 30 (1976), 772-795). Adds the
  /// values per row that it read and wrote to `traffic`.
  Real<T> orthogonalize(Vector<T>& w, std::vector<T>& h, Real<T>& before,
                        std::int64_t& traffic) const {
    const auto& comm = layout_.comm();
    before = 0;
    Real<T> after = 0;
    for (int pass = 0; pass < 2; ++pass) {
      traffic += 3 * static_cast<std::int64_t>(h.size());
      std::vector<T> c(h.size());
      kernels::multi_dot<T>(ExecutionSpace(), v_, w.view(), c);
      comm.sum(std::span<T>(c));
      after = static_cast<Real<T>>(
          comm.sum(kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(c), w.view())));
      Real<T> removed = 0;
      for (std::size_t j = 0; j < h.size(); ++j) {
        h[j] += c[j];
        removed += abs_squared(c[j]);
      }
      if (pass == 0) before = std::sqrt(after + removed);
      if (!(after < Real<T>(0.5) * (after + removed))) break;
    }
    return std::sqrt(after);
  }

  /// w = V y
  void combine(std::vector<T> y, Vector<T>& w) const {
    for (T& c : y) c = -c;
    fill(w, T(0));
    kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(y), w.view());
  }

 private:
  Layout layout_;
  kernels::Basis<T> v_;
};

}  // namespace

const OptionTable<GmresOptions>& GmresOptions::table() {
  static const auto table =
      OptionTable<GmresOptions>()
          .include(&GmresOptions::krylov)
          .number(
              "restart", &GmresOptions::restart, 1, 1000,
              "Basis vectors of gmres before it restarts; more converge faster and cost memory.");
  return table;
}

template <Scalar T>
Gmres<T>::Gmres(const GmresOptions& options)
    : Solver<T>(options.krylov), restart_(options.restart) {
  GmresOptions::table().check(options);
}

// Per row and iteration j of a cycle, beside the products, in each of one or two passes: 2 (j + 1)
// values of the basis and about (j + 1) of w, which is read once per group of four columns.
template <Scalar T>
void Gmres<T>::iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) {
  const auto size = static_cast<std::size_t>(restart_);
  const bool plain = run.m.is_identity();
  KrylovBasis<T> basis(x.layout(), size + 1);
  LeastSquares<T> problem(size);
  Vector<T> w(x.layout());
  Vector<T> z(plain ? Layout() : x.layout());
  const auto row_bytes = static_cast<std::int64_t>(sizeof(T)) * x.global_size();

  // x = x + M V y
  const auto update = [&] {
    if (problem.size() == 0) return;
    basis.combine(problem.solve(), w);
    if (plain) {
      axpy(T(1), w, x);
    } else {
      run.m.apply(w, z);
      axpy(T(1), z, x);
    }
  };

  Real<T> beta = norm2(r);
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
      if (plain) {
        run.a.apply(v, w);
      } else {
        run.m.apply(v, z);
        run.a.apply(z, w);
      }
      std::vector<T> h(j + 1);
      Real<T> before = 0;
      std::int64_t traffic = 0;
      const Real<T> next = basis.orthogonalize(w, h, before, traffic);
      run.count_bytes(run.a.bytes_per_apply() + run.m.bytes_per_apply() + traffic * row_bytes);
      if (!std::isfinite(next)) {
        run.end(Reason::not_finite, "a vector of the Krylov space is not finite");
        update();
        return;
      }
      constexpr Real<T> eps = std::numeric_limits<Real<T>>::epsilon();
      const bool invariant = next <= 10 * eps * before;
      const Real<T> residual = problem.add(std::move(h), invariant ? Real<T>(0) : next);
      if (invariant && !problem.regular()) {
        problem.drop_last();
        run.end(Reason::breakdown, "the Krylov space is invariant and A is singular on it");
        update();
        return;
      }
      done = run.finished(residual);
      if (invariant) {
        run.end(Reason::happy_breakdown);
        done = true;
      }
      if (!done) basis.set(j + 1, w, next);
    }
    update();
    if (done) return;
    const Real<T> after = run.a.residual(b, x, r);
    run.count_bytes(run.a.bytes_per_apply() + 2 * row_bytes);
    if (!(after < (1 - Real<T>(1e-5)) * beta)) {
      run.end(Reason::stagnated,
              message("a cycle of ", restart_, " iterations brought the residual ", "from ", beta,
                      " to ", after, "; a larger restart may help"));
      return;
    }
    beta = after;
  }
}

template class Gmres<float>;
template class Gmres<double>;
template class Gmres<Complex>;

}  // namespace suan
