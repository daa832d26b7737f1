// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything that maps a vector to a vector: a matrix in any format, a preconditioner, a solver, a
// user's function. Solvers see a matrix only through this interface.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "suan/vector/multi_vector.hpp"

namespace suan {

template <Scalar T>
class Csr;
template <Scalar T>
class DistributedMatrix;

/// What an operator shows of its entries. Its kind is the same on all ranks; the rest is this
/// rank's, and belongs to the operator.
template <Scalar T>
struct Access {
  enum class Kind { none, identity, diagonal, matrix };
  Kind kind = Kind::none;
  DeviceView<const T> diagonal{};                     ///< of a diagonal operator
  const Csr<T>* local = nullptr;                      ///< of a matrix: this rank's rows and columns
  const DistributedMatrix<T>* distributed = nullptr;  ///< the whole matrix, if it is of this class

  bool is_identity() const noexcept { return kind == Kind::identity; }
  bool is_diagonal() const noexcept { return kind == Kind::diagonal; }

  static Access to_identity() { return {Kind::identity}; }
  static Access to_diagonal(DeviceView<const T> d) { return {Kind::diagonal, std::move(d)}; }
  static Access to_matrix(const Csr<T>& local, const DistributedMatrix<T>* distributed = nullptr) {
    return {Kind::matrix, {}, &local, distributed};
  }
};

/// A linear map from vectors with column_layout() to vectors with row_layout().
///
/// The public functions check their arguments and call the private virtual ones, which need not.
/// If one of those throws on one rank in the middle of a solve, the solve ends on all ranks and
/// then throws on all: the exception itself on that rank, an Error with its text on the others. So
/// a function that computes and then reduces must reduce even if the computation failed.
///
/// Only one host thread at a time may use an operator and its copies: a product may use buffers
/// that copies share.
template <Scalar T>
class Operator {
 public:
  using value_type = T;
  virtual ~Operator() = default;

  const Layout& row_layout() const noexcept { return rows_; }
  const Layout& column_layout() const noexcept { return columns_; }
  const Communicator& comm() const noexcept { return rows_.comm(); }

  /// y = A x. @throws DimensionMismatch when a layout does not match, InvalidArgument when x and y
  /// share elements. Collective, like the functions below.
  void apply(const Vector<T>& x, Vector<T>& y) const { apply(T(1), x, T(0), y); }
  /// y = alpha A x + beta y; y is not read when beta is zero.
  void apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const;
  /// The same for several vectors. Matrices are read once for all of them; operators without
  /// support for several vectors (a function, a solver) apply to one after the other.
  /// @throws as above, and DimensionMismatch unless X and Y have the same number of vectors.
  void apply(const MultiVector<T>& x, MultiVector<T>& y) const { apply(T(1), x, T(0), y); }
  void apply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const;
  /// y = A x; returns x^H y. Needs equal layouts of rows and columns.
  T apply_dot(const Vector<T>& x, Vector<T>& y) const;
  /// r = b - A x; returns the Euclidean norm of r.
  Real<T> residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const;

  /// A name in a word or two: "csr", "jacobi".
  virtual std::string name() const = 0;
  /// The kernel path of its products: "native", "cuda", "cusparse", ...
  virtual std::string path() const { return "native"; }
  /// The same for products with several vectors.
  virtual std::string multi_path() const { return path(); }
  /// Bytes that one apply moves on all ranks together, by formula; 0 if unknown.
  virtual std::int64_t bytes_per_apply() const { return 0; }
  /// What can be seen of it beside its products: nothing, that it is the identity, which solvers
  /// skip, the entries of a diagonal, which they fuse with their own passes, or those of a matrix,
  /// from which preconditioners are made.
  virtual Access<T> access() const { return {}; }
  /// Whether two products with the same vector may differ, as with a solver that iterates to a
  /// tolerance: it is then not a linear map. With such a preconditioner, methods use their flexible
  /// forms; as a matrix they refuse it.
  virtual bool varies() const noexcept { return false; }
  /// Whether products are rounded to a lower precision than T: they are then linear to that
  /// precision only. With such a preconditioner GMRES, which would stall there, is flexible.
  virtual bool rounds() const noexcept { return false; }
  /// Collective. @throws InvalidArgument, on all ranks, when products would read outdated copies of
  /// values. Solvers call this before they start.
  virtual void require_current() const {}

 protected:
  Operator() = default;
  Operator(Layout rows, Layout columns) : rows_(std::move(rows)), columns_(std::move(columns)) {}
  Operator(const Operator&) = default;
  Operator& operator=(const Operator&) = default;
  Operator(Operator&&) noexcept = default;
  Operator& operator=(Operator&&) noexcept = default;

 private:
  virtual void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const = 0;
  virtual void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const;
  virtual T do_apply_dot(const Vector<T>& x, Vector<T>& y) const;
  virtual Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const;

  Layout rows_;
  Layout columns_;
};

/// y = x.
template <Scalar T>
class Identity final : public Operator<T> {
 public:
  explicit Identity(const Layout& layout) : Operator<T>(layout, layout) {}
  std::string name() const override { return "none"; }
  Access<T> access() const override { return Access<T>::to_identity(); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
};

/// A user's function y = f(x), for matrix-free products and preconditioners. It may throw, even on
/// one rank only, unless it communicates with other ranks after that point; the solve throws the
/// exception.
template <Scalar T>
class FunctionOperator final : public Operator<T> {
 public:
  using Function = std::function<void(const Vector<T>& x, Vector<T>& y)>;
  FunctionOperator(const Layout& rows, const Layout& columns, Function function,
                   std::string name = "function");
  std::string name() const override { return name_; }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  Function function_;
  std::string name_;
};

}  // namespace suan
