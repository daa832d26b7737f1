// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What every smoother promises, on matrices that are the same on any number of ranks.
#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "suan/matrix/assembly.hpp"
#include "suan/preconditioners/smoother.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"

namespace suan::test {

/// Even, and nothing on odd ranks.
inline std::vector<Layout> smoother_layouts(GlobalIndex size) {
  const auto world = Communicator::world();
  const int even_ranks = (world.size() + 1) / 2;
  const GlobalIndex each = size / even_ranks;
  const GlobalIndex mine =
      world.rank() % 2 == 1 ? 0 : (world.rank() == 0 ? size - each * (even_ranks - 1) : each);
  return {Layout::even(size, world), Layout::from_local_size(mine, world)};
}

/// A number in [-1, 1) that depends on the position.
inline double hashed(GlobalIndex i, GlobalIndex j, int salt) {
  std::uint64_t x = static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15u +
                    static_cast<std::uint64_t>(j) * 0xBF58476D1CE4E5B9u +
                    static_cast<std::uint64_t>(salt) * 0x94D049BB133111EBu;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-52 - 1;
}

template <Scalar T>
T number(double real, double imaginary) {
  if constexpr (is_complex<T>) {
    return T(static_cast<Real<T>>(real), static_cast<Real<T>>(imaginary));
  } else {
    return static_cast<T>(real);
  }
}

/// G^H G / 4 + shift with a sparse G: Hermitian positive definite, entries of all signs, rows that
/// no diagonal dominates, and rows in different units.
template <Scalar T>
DistributedMatrix<T> definite(const Layout& layout, int salt, double shift = 0.02) {
  const GlobalIndex n = layout.global_size();
  const auto g = [=](GlobalIndex k, GlobalIndex i) {
    const bool is_stored = k == i || hashed(k, i, salt) > 0.85;
    return is_stored ? number<T>(hashed(k, i, salt + 1), hashed(k, i, salt + 2)) : T(0);
  };
  const auto unit = [=](GlobalIndex i) { return static_cast<Real<T>>(std::exp2(i % 5 - 2)); };
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex j = 0; j < n; ++j) {
      T sum = i == j ? number<T>(shift, 0) : T(0);
      for (GlobalIndex k = 0; k < n; ++k) sum += conjugate(g(k, i)) * g(k, j) * number<T>(0.25, 0);
      if (sum != T(0)) row.add(j, sum * unit(i) * unit(j));
    }
  });
}

template <Scalar T>
Vector<T> difference(Vector<T> x, const Vector<T>& y) {
  axpy(T(-1), y, x);
  return x;
}

template <Scalar T>
Vector<T> spoiled(const Layout& layout) {
  Vector<T> x(layout);
  fill(x, T(std::numeric_limits<Real<T>>::quiet_NaN()));
  return x;
}

template <Scalar T>
double energy(const DistributedMatrix<T>& a, const Vector<T>& e) {
  Vector<T> image(e.layout());
  return static_cast<double>(real_part(a.apply_dot(e, image)));
}

template <Scalar T>
void expect_close(const Vector<T>& x, const Vector<T>& y, double tolerance = 2e3) {
  const auto size = std::max(norm2(y), Real<T>(1e-3));
  EXPECT_LE(norm2(difference(x, y)) / size,
            static_cast<Real<T>>(tolerance) * std::numeric_limits<Real<T>>::epsilon());
}

template <Scalar T>
using MakeSmoother = std::function<std::unique_ptr<Smoother<T>>(const DistributedMatrix<T>& a)>;

/// smooth() is x + M (b - A x) with one M, residuals are residuals, and the adjoint is the adjoint.
template <Scalar T>
void expect_one_linear_map(const Smoother<T>& s) {
  const auto& a = s.matrix();
  const auto& layout = a.row_layout();
  const auto b = random_vector<T>(layout, 2);
  const auto c = random_vector<T>(layout, 3);
  const auto guess = random_vector<T>(layout, 4);
  Vector<T> r(layout);
  auto from_zero = spoiled<T>(layout);
  s.smooth(b, from_zero, Guess::zero);
  // x + M (b - A x)
  auto x = guess;
  s.smooth(b, x, Guess::given);
  a.residual(b, guess, r);
  auto expected = spoiled<T>(layout);
  s.smooth(r, expected, Guess::zero);
  axpy(T(1), guess, expected);
  expect_close(x, expected);
  // The residual, and the same x beside it.
  for (const Guess from : {Guess::zero, Guess::given}) {
    auto y = from == Guess::zero ? spoiled<T>(layout) : guess;
    auto rest = spoiled<T>(layout);
    s.smooth_and_residual(b, y, rest, from);
    expect_close(y, from == Guess::zero ? from_zero : x);
    a.residual(b, y, r);
    expect_close(rest, r);
  }
  // c^H M b = (M^H c)^H b, from zero and from a guess.
  auto adjoint = spoiled<T>(layout);
  s.smooth_adjoint(c, adjoint, Guess::zero);
  const T left = dot(c, from_zero);
  const T right = dot(adjoint, b);
  const auto size = norm2(adjoint) * norm2(b);
  EXPECT_LE(Kokkos::abs(left - right) / size, 200 * std::numeric_limits<Real<T>>::epsilon());
  x = guess;
  s.smooth_adjoint(b, x, Guess::given);
  a.residual(b, guess, r);
  s.smooth_adjoint(r, expected, Guess::zero);
  axpy(T(1), guess, expected);
  expect_close(x, expected);
  // The preconditioner is the two after each other, where they differ.
  auto both = from_zero;
  if (!s.is_self_adjoint()) s.smooth_adjoint(b, both, Guess::given);
  auto applied = spoiled<T>(layout);
  s.apply(b, applied);
  expect_close(applied, both);
}

/// Several vectors are smoothed as each of them.
template <Scalar T>
void expect_as_each(const Smoother<T>& s) {
  const auto& layout = s.row_layout();
  for (const LocalIndex columns : {0, 1, 3, 6}) {
    const auto b = random_vectors<T>(layout, columns, 20);
    const auto guess = random_vectors<T>(layout, columns, 40);
    for (const Guess from : {Guess::zero, Guess::given}) {
      auto x = guess;
      auto y = guess;
      auto z = guess;
      if (from == Guess::zero) {
        for (auto* each : {&x, &y, &z}) {
          Kokkos::deep_copy(each->view(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
        }
      }
      MultiVector<T> r(layout, columns);
      s.smooth(b, x, from);
      s.smooth_and_residual(b, y, r, from);
      s.smooth_adjoint(b, z, from);
      for (LocalIndex j = 0; j < columns; ++j) {
        auto one = guess.column(j);
        Vector<T> rest(layout);
        s.smooth_and_residual(b.column(j), one, rest, from);
        expect_close(x.column(j), one);
        expect_close(y.column(j), one);
        expect_close(r.column(j), rest);
        one = guess.column(j);
        s.smooth_adjoint(b.column(j), one, from);
        expect_close(z.column(j), one);
      }
    }
    MultiVector<T> applied(layout, columns);
    s.apply(b, applied);
    for (LocalIndex j = 0; j < columns; ++j) {
      Vector<T> one(layout);
      s.apply(b.column(j), one);
      expect_close(applied.column(j), one);
    }
  }
}

/// Every step of any error reduces its energy norm, whichever way.
template <Scalar T>
void expect_convergent(const Smoother<T>& s) {
  const auto& a = s.matrix();
  const Vector<T> zero(a.row_layout());
  auto error = random_vector<T>(a.row_layout(), 7);
  double before = energy(a, error);
  // Late errors are those that a smoother is worst at.
  for (int step = 0; step < 30; ++step) {
    scale(static_cast<T>(static_cast<Real<T>>(1 / std::sqrt(before))), error);
    before = energy(a, error);
    if (step % 2 == 0) s.smooth(zero, error, Guess::given);
    if (step % 2 == 1) s.smooth_adjoint(zero, error, Guess::given);
    const double after = energy(a, error);
    EXPECT_LT(after, before * (1 + 50 * std::numeric_limits<Real<T>>::epsilon())) << step;
    before = after;
  }
}

/// All of the above on several matrices, and updates.
template <Scalar T>
void expect_smoother(const MakeSmoother<T>& make) {
  for (const auto& layout : smoother_layouts(61)) {
    const auto s = make(definite<T>(layout, 1));
    SCOPED_TRACE(s->name());
    expect_one_linear_map(*s);
    expect_as_each(*s);
  }
  for (int salt = 0; salt < 3; ++salt) {
    SCOPED_TRACE(salt);
    const auto layout = smoother_layouts(40)[static_cast<std::size_t>(salt % 2)];
    expect_convergent(*make(definite<T>(layout, 10 * salt)));
  }
  const auto layout = smoother_layouts(40)[1];
  const auto other = definite<T>(layout, 80);
  const auto s = make(definite<T>(layout, 70));
  EXPECT_FALSE(s->update(other).empty());
  const auto b = random_vector<T>(layout, 2);
  Vector<T> x(layout);
  Vector<T> y(layout);
  s->smooth(b, x, Guess::zero);
  make(other)->smooth(b, y, Guess::zero);
  EXPECT_EQ(x.gather(), y.gather());
}

/// Refusals, on all ranks, by a smoother and by its constructor.
inline void expect_refusals(const MakeSmoother<double>& make) {
  using testing::HasSubstr;
  using testing::ThrowsMessage;
  const auto layout = Layout::even(40, Communicator::world());
  const auto bad = [&](double entry) {
    return generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
      if (i > 0) row.add(i - 1, -1);
      row.add(i, i == 33 ? entry : 3);
      if (i < 39) row.add(i + 1, -1);
    });
  };
  EXPECT_THAT([&] { make(bad(0)); }, ThrowsMessage<InvalidArgument>(HasSubstr("row 33")));
  EXPECT_THAT([&] { make(bad(std::nan(""))); },
              ThrowsMessage<InvalidArgument>(HasSubstr("row 33")));
  const auto s = make(bad(3));
  EXPECT_THAT([&] { s->update(bad(0)); }, ThrowsMessage<InvalidArgument>(HasSubstr("row 33")));
  const FunctionOperator<double> no_entries(
      layout, layout, [](const Vector<double>& x, Vector<double>& y) { copy(x, y); });
  EXPECT_THAT([&] { s->update(no_entries); },
              ThrowsMessage<NotSupported>(HasSubstr("no accessible entries")));
  const auto b = ones<double>(layout);
  Vector<double> x(layout);
  Vector<double> r(layout);
  Vector<double> longer(Layout::even(41, Communicator::world()));
  EXPECT_THROW(s->smooth(b, longer, Guess::zero), DimensionMismatch);
  EXPECT_THROW(s->smooth(longer, x, Guess::given), DimensionMismatch);
  EXPECT_THROW(s->smooth_adjoint(longer, x, Guess::given), DimensionMismatch);
  EXPECT_THROW(s->smooth_and_residual(b, x, longer, Guess::given), DimensionMismatch);
  EXPECT_THROW(s->smooth(x, x, Guess::given), InvalidArgument);
  EXPECT_THROW(s->smooth_and_residual(b, x, x, Guess::given), InvalidArgument);
  // Elements shared on one rank alone: all come back, this one with an error.
  const bool first = Communicator::world().is_root();
  const DeviceView<double> array("suan::test", static_cast<std::size_t>(layout.local_size()));
  Vector<double> one(layout, array);
  Vector<double> same(layout, first ? array : x.view());
  if (first && layout.local_size() > 0) {
    EXPECT_THROW(s->smooth(one, same, Guess::given), InvalidArgument);
  } else {
    EXPECT_NO_THROW(s->smooth(one, same, Guess::given));
  }
  MultiVector<double> two(layout, 2);
  MultiVector<double> three(layout, 3);
  EXPECT_THROW(s->smooth(two, three, Guess::zero), DimensionMismatch);
}

}  // namespace suan::test
