// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Stationary iterations that smooth errors, for multigrid and as preconditioners.
#pragma once

#include <array>

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

/// Whether a smoother starts from the x that it is given, or from zero without reading x, which
/// saves it a product and all messages before the first one.
enum class Guess { zero, given };

/// One step of a stationary iteration, x = x + M (b - A x), with a fixed matrix M that approximates
/// the inverse of A: linear in b and x, and the same map in each call.
///
/// smooth_adjoint() is the same with M^H, for Hermitian A. The error of smooth() is multiplied by
/// I - M A, that of smooth_adjoint() by I - M^H A, its adjoint in the energy product x^H A y; so a
/// multigrid cycle with the one before the coarse correction and the other after it is Hermitian.
/// Every smoother of the library reduces the energy norm of every error if A is Hermitian positive
/// definite, by its construction and not by luck: then such a cycle is positive definite, too.
///
/// As an operator (`apply`) it is a preconditioner for CG: M itself where M is Hermitian, and else
/// what smooth() from zero and smooth_adjoint() after it make of b, which is
/// M + M^H - M^H A M.
///
/// A smoother keeps a copy of the matrix, which shares its arrays, and some vectors for its work:
/// one host thread at a time may use it. Where a function is given the same vector, or parts of it,
/// twice, it throws InvalidArgument; where layouts differ, DimensionMismatch. All are collective;
/// they exchange ghosts and reduce nothing. The guess must be the same on all ranks.
template <Scalar T>
class Smoother : public Preconditioner<T> {
 public:
  const DistributedMatrix<T>& matrix() const noexcept { return a_; }

  /// Improves x as a solution of A x = b. x is not read when the guess is zero.
  void smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const;
  /// The same, and r = b - A x, which is cheaper than to compute it apart.
  void smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r, Guess guess) const;
  /// The adjoint step.
  void smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const;

  /// The same for several vectors, with the matrix read once for all.
  /// @throws also DimensionMismatch unless all have the same number of vectors.
  void smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const;
  void smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x, MultiVector<T>& r,
                           Guess guess) const;
  void smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const;

  /// Whether M is Hermitian when A is; smooth_adjoint() is then smooth().
  virtual bool is_self_adjoint() const noexcept { return true; }
  /// Bytes that one smooth() moves on all ranks together, by formula.
  virtual std::int64_t bytes_per_smooth(Guess guess) const = 0;
  /// Those of smooth() from zero, and of smooth_adjoint() unless is_self_adjoint().
  std::int64_t bytes_per_apply() const override;

 protected:
  /// Collective. @throws DimensionMismatch unless rows and columns are distributed alike.
  Smoother(const char* name, const DistributedMatrix<T>& a);

  /// Vectors for work, with whatever they hold, `which` being 0 or 1; allocated by the first call,
  /// on all ranks or on none. Several vectors are as many as those of `shape`.
  Vector<T>& kept(const Vector<T>& shape, std::size_t which) const;
  MultiVector<T>& kept(const MultiVector<T>& shape, std::size_t which) const;

 private:
  /// Sets up for `a`, in update(); constructors call it themselves. Returns what was kept and what
  /// was computed anew. Changes nothing if it throws, and it throws on all ranks.
  virtual std::string set_up(const DistributedMatrix<T>& a) = 0;
  // Operands match and share no elements. With a zero guess x must not be read: it may hold NaN.
  virtual void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const = 0;
  virtual void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const = 0;
  // Unless overridden: do_smooth(), and the residual by a pass over the matrix.
  virtual void do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                                      Guess guess) const;
  virtual void do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x, MultiVector<T>& r,
                                      Guess guess) const;
  // To be overridden unless is_self_adjoint().
  virtual void do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const;
  virtual void do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const;
  /// What smooth() from zero and smooth_adjoint() after it make of b.
  virtual void do_smooth_both(const Vector<T>& b, Vector<T>& x) const;
  virtual void do_smooth_both(const MultiVector<T>& b, MultiVector<T>& x) const;

  std::string do_update(const Operator<T>& a) final;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  template <class V>
  void apply_any(T alpha, const V& x, T beta, V& y) const;

  DistributedMatrix<T> a_;
  mutable std::array<Vector<T>, 2> kept_;
  mutable std::array<MultiVector<T>, 2> kept_multi_;
};

}  // namespace suan
