// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors, operators and methods for scalars that the library is not compiled for.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <suan/definitions.hpp>
#include <suan/suan.hpp>

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Vector;
using Extended = long double;
using ComplexExtended = Kokkos::complex<long double>;

static_assert(!suan::is_compiled<Extended> && !suan::is_compiled<ComplexExtended>);

/// No type with more digits than double: then nothing here can be seen.
bool is_double() {
  return std::numeric_limits<Extended>::digits == std::numeric_limits<double>::digits;
}

template <suan::Scalar T>
T number(long double real, long double imaginary) {
  if constexpr (suan::is_complex<T>) {
    return T(static_cast<suan::Real<T>>(real), static_cast<suan::Real<T>>(imaginary));
  } else {
    return static_cast<T>(real);
  }
}

/// A function of a program: row i is lower, diagonal, upper at i - 1, i, i + 1; diagonal grows from
/// 3 to 5, so that no preconditioner is a multiple of the identity.
template <suan::Scalar T>
suan::FunctionOperator<T> tridiagonal(const Layout& layout, const T& lower, const T& upper) {
  std::vector<GlobalIndex> needed;
  if (layout.local_size() > 0) {
    if (layout.first() > 0) needed.push_back(layout.first() - 1);
    if (layout.last() < layout.global_size()) needed.push_back(layout.last());
  }
  const auto map = suan::IndexMap::make(layout, needed);
  const suan::Exchange exchange(map);
  return suan::FunctionOperator<T>(
      layout, layout,
      [=](const Vector<T>& x, Vector<T>& y) {
        auto under_way = exchange.forward<T>(x.view());
        const auto ghosts = under_way.finish();
        const auto at = [&](GlobalIndex i) {
          const LocalIndex local = map->local(i);
          return local < map->owned() ? x.view()(local) : ghosts(local - map->owned(), 0);
        };
        for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
          T sum = T(suan::Real<T>(3 + i % 3)) * at(i);
          if (i > 0) sum += lower * at(i - 1);
          if (i + 1 < layout.global_size()) sum += upper * at(i + 1);
          y.view()(static_cast<LocalIndex>(i - layout.first())) = sum;
        }
      },
      "tridiagonal");
}

/// A program's preconditioner: the inverse of that diagonal.
template <suan::Scalar T>
class Diagonal final : public suan::Operator<T> {
 public:
  explicit Diagonal(const Layout& layout) : suan::Operator<T>(layout, layout) {}
  std::string name() const override { return "diagonal"; }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override {
    for (LocalIndex i = 0; i < x.local_size(); ++i) {
      const T own = alpha * x.view()(i) / suan::Real<T>(3 + (x.layout().first() + i) % 3);
      y.view()(i) = beta == T(0) ? own : own + beta * y.view()(i);
    }
  }
};

/// A program's method: x = x + M (b - A x) / 2.
template <suan::Scalar T>
class Richardson final : public suan::Solver<T> {
 public:
  explicit Richardson(const suan::KrylovOptions& options) : suan::Solver<T>(options) {}
  std::string name() const override { return "richardson"; }

 private:
  using typename suan::Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override {
    Vector<T>& z = run.vectors(1)[0];
    while (!run.limit_reached()) {
      run.m.apply(r, z);
      suan::axpy(T(1) / T(2), z, x);
      if (run.finished(static_cast<double>(run.a.residual(b, x, r)))) return;
    }
  }
};

/// Of numbers that double has not.
template <suan::Scalar T>
Vector<T> thirds(const Layout& layout) {
  return suan::generate<T>(layout, [](GlobalIndex i) {
    return number<T>(1.0L / static_cast<long double>(i + 3), 1.0L / 3);
  });
}

template <suan::Scalar T>
double distance(const Vector<T>& x, const Vector<T>& y) {
  Vector<T> difference = x;
  suan::axpy(T(-1), y, difference);
  return static_cast<double>(suan::norm2(difference) / suan::norm2(y));
}

/// Below what a residual in double reaches: its rounding errors are about 1e-16.
constexpr double tiny = 5e-18;

template <class T>
class ForeignScalar : public testing::Test {
 protected:
  void SetUp() override {
    if (is_double()) GTEST_SKIP() << "long double is double here";
  }
  /// Sizes that leave ranks without rows, and more.
  static std::vector<Layout> layouts() {
    const auto world = suan::Communicator::world();
    return {Layout::even(2, world), Layout::even(150, world)};
  }
};
using Types = testing::Types<Extended, ComplexExtended>;
TYPED_TEST_SUITE(ForeignScalar, Types);

TYPED_TEST(ForeignScalar, CgReachesResidualsBelowThoseOfDouble) {
  using T = TypeParam;
  for (const auto& layout : this->layouts()) {
    const auto a = tridiagonal<T>(layout, number<T>(-1, 0.5L), number<T>(-1, -0.5L));
    const auto exact = thirds<T>(layout);
    Vector<T> b(layout);
    a.apply(exact, b);
    for (const bool preconditioned : {false, true}) {
      Vector<T> x(layout);
      suan::Cg<T> cg({.rtol = tiny});
      const auto report =
          preconditioned ? cg.solve(a, Diagonal<T>(layout), b, x) : cg.solve(a, b, x);
      EXPECT_TRUE(report.converged()) << report;
      EXPECT_LE(report.true_residual_norm, tiny * report.right_hand_side_norm);
      EXPECT_LE(distance(x, exact), 10 * tiny);  // times the condition number
      EXPECT_EQ(report.scalar, suan::is_complex<T> ? "clongdouble" : "longdouble");
    }
  }
}

TYPED_TEST(ForeignScalar, MethodsForHermitianMatricesReachThemToo) {
  using T = TypeParam;
  suan::Minres<T> minres({.rtol = tiny});
  suan::Symmlq<T> symmlq({.rtol = tiny});
  suan::Cr<T> cr({.rtol = tiny});
  suan::ChebyshevIteration<T> chebyshev(suan::ChebyshevIterationOptions{.krylov = {.rtol = tiny}});
  suan::CgSingle<T> single({.rtol = tiny});
  suan::CgPipelined<T> pipelined(suan::CgPipelinedOptions{.krylov = {.rtol = tiny}});
  for (const auto& layout : this->layouts()) {
    const auto a = tridiagonal<T>(layout, number<T>(-1, 0.5L), number<T>(-1, -0.5L));
    Vector<T> b(layout);
    a.apply(thirds<T>(layout), b);
    for (suan::Solver<T>* method : std::initializer_list<suan::Solver<T>*>{
             &minres, &symmlq, &cr, &chebyshev, &single, &pipelined}) {
      Vector<T> x(layout);
      const auto report = method->solve(a, Diagonal<T>(layout), b, x);
      EXPECT_TRUE(report.converged()) << report;
      EXPECT_LE(report.true_residual_norm, tiny * report.right_hand_side_norm);
    }
  }
}

TYPED_TEST(ForeignScalar, GmresRestartsAndTakesAPreconditionerThatVaries) {
  using T = TypeParam;
  for (const auto& layout : this->layouts()) {
    const auto a = std::make_shared<suan::FunctionOperator<T>>(
        tridiagonal<T>(layout, number<T>(-0.5L, 0.25L), number<T>(1.25L, 0)));
    const auto exact = thirds<T>(layout);
    Vector<T> b(layout);
    a->apply(exact, b);
    const auto inner = std::make_shared<suan::Gmres<T>>(
        suan::GmresOptions{.krylov = {.rtol = 1e-3}, .restart = 8});
    const suan::SolverOperator<T> varying(inner, a, nullptr);
    const Diagonal<T> diagonal(layout);
    for (const suan::Operator<T>* m :
         {(const suan::Operator<T>*)&diagonal, (const suan::Operator<T>*)&varying}) {
      Vector<T> x(layout);
      suan::Gmres<T> gmres({.krylov = {.rtol = tiny}, .restart = 12});
      const auto report = gmres.solve(*a, *m, b, x);
      EXPECT_TRUE(report.converged()) << report;
      EXPECT_LE(report.true_residual_norm, tiny * report.right_hand_side_norm);
      EXPECT_LE(distance(x, exact), 10 * tiny);
    }
  }
}

TYPED_TEST(ForeignScalar, MethodsWithShortRecurrences) {
  using T = TypeParam;
  const suan::KrylovOptions stop{.rtol = tiny};
  suan::Bicgstab<T> bicgstab({.krylov = stop});
  suan::BicgstabL<T> bicgstab_l({.krylov = stop});
  suan::Idr<T> idr({.krylov = stop});
  suan::Tfqmr<T> tfqmr({.krylov = stop});
  suan::Cgs<T> cgs({.krylov = stop});
  suan::Richardson<T> richardson({.krylov = stop});
  for (const auto& layout : this->layouts()) {
    const auto a = tridiagonal<T>(layout, number<T>(-0.5L, 0.25L), number<T>(1.25L, 0));
    const auto exact = thirds<T>(layout);
    Vector<T> b(layout);
    a.apply(exact, b);
    for (suan::Solver<T>* solver : std::initializer_list<suan::Solver<T>*>{
             &bicgstab, &bicgstab_l, &idr, &tfqmr, &cgs, &richardson}) {
      Vector<T> x(layout);
      const auto report = solver->solve(a, Diagonal<T>(layout), b, x);
      EXPECT_TRUE(report.converged()) << report;
      EXPECT_LE(report.true_residual_norm, tiny * report.right_hand_side_norm) << report.solver;
      EXPECT_LE(distance(x, exact), 10 * tiny) << report.solver;
    }
  }
}

TYPED_TEST(ForeignScalar, MatricesOfRowsMultiplyAsTheFunctionDoes) {
  using T = TypeParam;
  const auto lower = number<T>(-1, 0.5L);
  const auto upper = number<T>(-1, -0.5L);
  for (const auto& layout : this->layouts()) {
    const auto function = tridiagonal<T>(layout, lower, upper);
    const auto a =
        suan::generate_rows<T>(layout, layout, [&](GlobalIndex i, suan::RowWriter<T>& row) {
          if (i > 0) row.add(i - 1, lower);
          row.add(i, T(suan::Real<T>(3 + i % 3)));
          if (i + 1 < layout.global_size()) row.add(i + 1, upper);
        });
    const auto x = thirds<T>(layout);
    Vector<T> expected(layout);
    Vector<T> y(layout);
    function.apply(x, expected);
    a.apply(x, y);
    EXPECT_LE(distance(y, expected), tiny);
    const T difference = a.apply_dot(x, y) - function.apply_dot(x, y);
    EXPECT_LE(static_cast<double>(Kokkos::abs(difference)), 1e-15);
    suan::MultiVector<T> two(layout, 2);
    suan::MultiVector<T> products(layout, 2);
    two.set_column(1, x);
    a.apply(two, products);
    EXPECT_LE(distance(products.column(1), expected), tiny);
    EXPECT_EQ(suan::norm2(products.column(0)), 0);

    y = Vector<T>(layout);
    const auto report = suan::Cg<T>({.rtol = tiny}).solve(a, expected, y);
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_LE(distance(y, x), 10 * tiny);
  }
}

TYPED_TEST(ForeignScalar, AMatrixOfArraysTakesOtherValues) {
  using T = TypeParam;
  const std::vector<int> offsets = {0, 2, 2, 3};
  const std::vector<int> columns = {2, 0, 1};
  auto a = suan::Csr<T>::from_host(3, 2 + 1, offsets, columns, std::vector<T>{T(1), T(2), T(3)});
  const auto x = Vector<T>::from_host(a.column_layout(), std::vector<T>{T(5), T(7), T(11)});
  Vector<T> y(a.row_layout());
  a.apply(x, y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(21), T(0), T(21)}));
  a.update_values(std::span<const T>(std::vector<T>{T(0), T(1), T(1)}));
  a.apply(T(2), x, T(1), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(31), T(0), T(35)}));
  EXPECT_EQ(a.diagonal()(0), T(1));
  EXPECT_THROW(suan::Csr<T>::from_host(3, 3, offsets, columns, std::vector<T>{T(1), T(2), T(3)},
                                       suan::KernelPath::cuda),
               suan::NotSupported);
}

TYPED_TEST(ForeignScalar, AMethodOfTheProgramRunsInTheFrame) {
  using T = TypeParam;
  const auto layout = this->layouts().back();
  const auto a = tridiagonal<T>(layout, number<T>(-1, 0.5L), number<T>(-1, -0.5L));
  const auto b = suan::ones<T>(layout);
  Vector<T> x(layout);
  Richardson<T> solver({.rtol = tiny});
  const auto report = solver.solve(a, Diagonal<T>(layout), b, x);
  EXPECT_TRUE(report.converged()) << report;
  Vector<T> zero(layout);
  EXPECT_EQ(solver.solve(a, zero, x).reason, suan::Reason::zero_right_hand_side);
}

TYPED_TEST(ForeignScalar, SeveralRightHandSidesTakeTheirStepsTogether) {
  using T = TypeParam;
  constexpr LocalIndex vectors = 5;
  for (const auto& layout : this->layouts()) {
    const auto a = tridiagonal<T>(layout, number<T>(-1, 0.5L), number<T>(-1, -0.5L));
    suan::MultiVector<T> b(layout, vectors);
    for (LocalIndex j = 0; j < vectors; ++j) {
      b.set_column(j, suan::random_vector<T>(layout, static_cast<std::uint64_t>(j)));
    }
    suan::MultiVector<T> x(layout, vectors);
    for (const auto& report : suan::Cg<T>({.rtol = tiny}).solve(a, b, x)) {
      EXPECT_TRUE(report.converged()) << report;
      EXPECT_LE(report.true_residual_norm, tiny * report.right_hand_side_norm);
    }
  }
}

TYPED_TEST(ForeignScalar, ReductionsKeepAllDigitsAndTheRange) {
  using T = TypeParam;
  using R = suan::Real<T>;
  const auto layout = this->layouts().back();
  const auto n = static_cast<R>(layout.global_size());
  // 1 + eps, where double has 1.
  const T x_i(R(1) + std::numeric_limits<R>::epsilon());
  Vector<T> x(layout);
  suan::fill(x, x_i);
  EXPECT_EQ(suan::dot(suan::ones<T>(layout), x), T(n) * x_i);
  // Elements whose squares even this type has not.
  suan::fill(x, T(std::ldexp(R(1), -12000)));
  EXPECT_NEAR(static_cast<double>(std::ldexp(suan::norm2(x), 12000)),
              std::sqrt(static_cast<double>(n)), 1e-14);
  EXPECT_EQ(suan::norm_inf(x), std::ldexp(R(1), -12000));
  EXPECT_EQ(suan::first_not_finite(x), -1);
  if (x.local_size() > 0 && layout.last() == layout.global_size()) {
    x.view()(x.local_size() - 1) = T(std::numeric_limits<R>::quiet_NaN());
  }
  EXPECT_TRUE(std::isnan(suan::norm_inf(x)));
  EXPECT_EQ(suan::first_not_finite(x), layout.global_size() - 1);
}

TYPED_TEST(ForeignScalar, RanksAddFewNumbersAndManyInTheirOrder) {
  using T = TypeParam;
  using R = suan::Real<T>;
  const auto world = suan::Communicator::world();
  const R small = std::numeric_limits<R>::epsilon();
  // The first rank has 1, the others parts of it that are lost unless their sum comes first.
  const T own = world.rank() == 0 ? T(1) : T(small / 4);
  EXPECT_EQ(world.sum(own), T(1));
  const std::size_t many = 70001;
  std::vector<T> numbers(many);
  for (std::size_t k = 0; k < many; ++k) numbers[k] = own + T(static_cast<R>(k));
  world.sum(std::span<T>(numbers));
  for (const std::size_t k : {std::size_t{0}, many / 2, many - 1}) {
    T expected = T(1) + T(static_cast<R>(k));
    for (int r = 1; r < world.size(); ++r) expected += T(small / 4) + T(static_cast<R>(k));
    EXPECT_EQ(numbers[k], expected) << k;
  }
}

}  // namespace
