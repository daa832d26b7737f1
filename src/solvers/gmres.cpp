// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/gmres.hpp"

#include <cmath>

#include "core/memory.hpp"
#include "kernels/vector/krylov_basis.hpp"
#include "solvers/least_squares.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

template <Scalar T>
std::vector<T> narrowed(const std::vector<detail::Wide<T>>& values, double factor = 1) {
  std::vector<T> result;
  result.reserve(values.size());
  for (const auto& value : values) result.push_back(static_cast<T>(factor * value));
  return result;
}

/// A set of vectors: the orthonormal basis V, or M V.
template <Scalar T>
class KrylovBasis {
 public:
  KrylovBasis() = default;
  KrylovBasis(const Layout& layout, std::size_t columns)
      : layout_(layout),
        v_(detail::on_large_pages(
            kernels::Basis<T>(Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Gmres::basis"),
                              static_cast<std::size_t>(layout.local_size()), columns))) {}

  Vector<T> column(std::size_t j) const {
    const auto rows = static_cast<std::size_t>(layout_.local_size());
    return Vector<T>::over(layout_, DeviceView<T>(v_.data() + j * rows, rows));
  }
  void set(std::size_t j, const Vector<T>& w, double norm) const {
    auto target = column(j);
    axpby(static_cast<T>(static_cast<Real<T>>(1 / norm)), w, T(0), target);
  }

  /// w = w - V V^H w for the first h.size() columns, adding V^H w to h; returns ||w||, and in
  /// `before` the original norm of w. Classical Gram-Schmidt, repeated when w lost more than half
  /// of its square (Daniel, Gragg, Kaufman and Stewart, Math. Comp. 30 (1976), 772-795). Adds the
  /// values per row that it read and wrote to `traffic`.
  double orthogonalize(Vector<T>& w, std::vector<detail::Wide<T>>& h, double& before,
                       std::int64_t& traffic) const {
    const auto& comm = layout_.comm();
    before = 0;
    double after = 0;
    for (int pass = 0; pass < 2; ++pass) {
      traffic += 2 * static_cast<std::int64_t>(h.size()) + 3;
      std::vector<T> c(h.size());
      kernels::multi_dot<T>(ExecutionSpace(), v_, w.view(), c);
      comm.sum(std::span<T>(c));
      after = static_cast<double>(
          comm.sum(kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(c), w.view())));
      double removed = 0;
      for (std::size_t j = 0; j < h.size(); ++j) {
        const detail::Wide<T> wide = c[j];
        h[j] += wide;
        removed += abs_squared(wide);
      }
      if (pass == 0) before = std::sqrt(after + removed);
      if (!(after < 0.5 * (after + removed))) break;
    }
    return std::sqrt(after);
  }

  /// w = V y
  void combine(const std::vector<detail::Wide<T>>& y, Vector<T>& w) const {
    const auto c = narrowed<T>(y, -1);
    fill(w, T(0));
    kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(c), w.view());
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

template <Scalar T>
std::string Gmres<T>::told() const {
  return Solver<T>::told() + message("restart = ", restart_, "\n");
}

// Per row and iteration j of a cycle, besides the products, in each of one or two passes: 2 (j + 1)
// values of the basis, and w read twice and written once. (On a GPU w is read once per group of
// four columns, about j + 1 values more.)
//
// If M varies, its product with each basis vector is kept, and the correction is a combination of
// these (Saad, SIAM J. Sci. Comput. 14 (1993), 461-469).
template <Scalar T>
void Gmres<T>::iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) {
  const auto size = static_cast<std::size_t>(restart_);
  const bool plain = run.m.is_identity();
  const bool varies = run.m.varies();
  detail::LeastSquares<detail::Wide<T>> problem(size);
  KrylovBasis<T> basis;
  KrylovBasis<T> directions;  // M V, if M varies
  Vector<T> w;
  Vector<T> z;
  together(x.layout().comm(), [&] {
    with_typed_errors([&] {
      basis = KrylovBasis<T>(x.layout(), size + 1);
      if (varies) directions = KrylovBasis<T>(x.layout(), size);
    });
    w = Vector<T>(x.layout());
    if (!plain && !varies) z = Vector<T>(x.layout());
  });
  const auto row_bytes = static_cast<std::int64_t>(sizeof(T)) * x.global_size();

  // x = x + M V y
  const auto update = [&] {
    if (problem.size() == 0) return;
    (varies ? directions : basis).combine(problem.solve(), w);
    if (plain || varies) {
      axpy(T(1), w, x);
    } else {
      run.m.apply(w, z);
      axpy(T(1), z, x);
    }
  };

  double beta = norm2(r);
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
      Vector<T> kept;  // a new object each time: assignment writes through to what one refers to
      if (varies) kept = directions.column(j);
      Vector<T>& image = varies ? kept : z;
      const Vector<T>& direction = plain ? v : image;
      if (!plain) run.m.apply(v, image);
      run.a.apply(direction, w);
      std::vector<detail::Wide<T>> h(j + 1);
      double before = 0;
      std::int64_t traffic = 0;
      double next = basis.orthogonalize(w, h, before, traffic);
      if (is_first && run.leaves_range(before, 1)) {
        run.a.apply(direction, w);
        if (run.rescale(norm2(direction), norm2(w))) return;
        next = basis.orthogonalize(w, h = {detail::Wide<T>(0)}, before, traffic);
      }
      is_first = false;
      run.count_bytes(run.a.bytes_per_apply() + run.m.bytes_per_apply() + traffic * row_bytes);
      if (!std::isfinite(next)) {
        run.end(Reason::not_finite, "a vector of the Krylov space is not finite");
        update();
        return;
      }
      constexpr double eps = std::numeric_limits<Real<T>>::epsilon();
      const bool invariant = next <= 10 * eps * before;
      const double residual = problem.add(std::move(h), invariant ? 0 : next);
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
    const double after = run.a.residual(b, x, r);
    run.count_bytes(run.a.bytes_per_apply() + 2 * row_bytes);
    if (!(after < (1 - 1e-5) * beta)) {
      run.end(Reason::stagnated,
              message("a cycle of ", restart_, " iterations brought the residual ", "from ",
                      run.in_users_units(beta), " to ", run.in_users_units(after),
                      "; a larger restart may help"));
      return;
    }
    beta = after;
  }
}

template class Gmres<float>;
template class Gmres<double>;
template class Gmres<Complex>;

}  // namespace suan
