// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// IDR(s), induced dimension reduction, in the variant with biorthogonality, preconditioned from the
// right.
// M. B. van Gijzen and P. Sonneveld, "Algorithm 913: an elegant IDR(s) variant that efficiently
// exploits biorthogonality properties", ACM Trans. Math. Software 38 (2011), 5:1-5:19.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct IdrOptions {
  KrylovOptions krylov{};
  std::int64_t s = 4;
  static const OptionTable<IdrOptions>& table();
};

/// For any nonsingular A. With s = 1 it is close to Bicgstab; with more it nears full GMRES in
/// numbers of products, with a memory that does not grow. An iteration is a cycle with s + 1
/// products with A and with M, and s + 2 reductions.
///
/// The shadow space is pseudo-random and orthonormal, the same on any number of ranks up to
/// rounding. If it is orthogonal to a product, the method starts again with another one; it ends
/// with Reason::breakdown when that does not help. M may vary: x moves along the products with it
/// that were made.
///
/// Memory: 3 s + 3 vectors besides b and x, 3 s + 4 with a preconditioner.
template <Scalar T>
class Idr final : public Solver<T> {
 public:
  explicit Idr(const IdrOptions& options = {});
  std::string name() const override { return "idr"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::int64_t s_;
};

}  // namespace suan
