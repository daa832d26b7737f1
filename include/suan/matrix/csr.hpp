// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Compressed sparse rows (CSR) on one rank: 64-bit row offsets, 32-bit column indices.
#pragma once

#include <span>

#include "suan/core/arrays.hpp"
#include "suan/kernels/spmv_plan.hpp"
#include "suan/matrix/operator.hpp"

namespace suan {

/// A sparse matrix on one rank. The parts of a distributed matrix are such matrices, too.
///
/// If sorted(), the columns increase strictly in each row; products do not need that. Copies share
/// the arrays.
template <Scalar T>
class Csr final : public Operator<T> {
 public:
  /// 0 x 0
  Csr() = default;
  /// Uses arrays in device memory without copying them.
  /// @throws DimensionMismatch when an array has the wrong size; InvalidArgument when offsets
  /// decrease or a column is outside [0, columns), naming the row; NotSupported for the path.
  Csr(LocalIndex rows, LocalIndex columns, DeviceView<const Offset> offsets,
      DeviceView<const LocalIndex> indices, DeviceView<const T> values,
      KernelPath path = KernelPath::automatic);
  /// Copies arrays from host memory; errors as above.
  static Csr from_host(LocalIndex rows, LocalIndex columns, std::span<const Offset> offsets,
                       std::span<const LocalIndex> indices, std::span<const T> values,
                       KernelPath path = KernelPath::automatic);
  /// The same from arrays of other types: offsets and columns of any integer type, values that T
  /// can represent (std::complex<double> for Complex, float for double).
  /// @throws also InvalidArgument for a number that does not fit, naming its position.
  template <detail::Array Offsets, detail::Array Indices, detail::Array Values>
  static Csr from_host(LocalIndex rows, LocalIndex columns, const Offsets& offsets,
                       const Indices& indices, const Values& values,
                       KernelPath path = KernelPath::automatic) {
    const detail::Integers<Offset> all_offsets("Csr: row offsets", offsets);
    const detail::Integers<LocalIndex> all_indices("Csr: columns", indices);
    const detail::Scalars<T> all_values(values);
    return from_host(rows, columns, all_offsets.span(), all_indices.span(), all_values.span(),
                     path);
  }

  LocalIndex rows() const noexcept { return a_.rows; }
  LocalIndex columns() const noexcept { return a_.columns; }
  Offset entries() const noexcept { return a_.entries(); }
  const kernels::CsrView<T>& view() const noexcept { return a_; }
  const kernels::SpmvPlan<T>& plan() const noexcept { return plan_; }
  /// The same matrix with another plan for its products; the arrays are shared.
  /// @throws InvalidArgument unless the plan was made from the arrays of this very matrix, with its
  /// current values.
  Csr with_plan(kernels::SpmvPlan<T> plan) const;
  /// Sets new values for the existing entries, and prepares products in the same way as before.
  /// Uses `values` without copying. Earlier copies of this object keep the old values. After
  /// changing the array of this matrix in place, pass that array:
  /// `a.update_values(a.view().values)`.
  /// @throws DimensionMismatch unless there are entries() of them.
  void update_values(DeviceView<const T> values);
  /// The same, copying them from host memory.
  void update_values(std::span<const T> values);
  /// How often the values have been updated.
  std::int64_t version() const noexcept { return version_; }
  /// @throws InvalidArgument when products use a copy of the values (sell, bsr) and the values have
  /// changed since. With a copy this takes one pass over the values, without one it is free.
  void require_current() const override;
  /// Whether each row's columns increase strictly, hence without duplicates.
  bool sorted() const noexcept { return sorted_; }
  /// The diagonal, with zeros where no entry is stored; duplicates are summed. The matrix must be
  /// square.
  DeviceView<T> diagonal() const;
  /// Bytes of its three arrays.
  std::int64_t memory_bytes() const noexcept;

  /// The format in which products read it.
  std::string name() const override { return plan_.format(); }
  std::string path() const override { return std::string(to_string(plan_.path())); }
  /// Products with several vectors use the native kernels, whatever the path for one;
  /// MultiVectorProduct has others.
  std::string multi_path() const override { return "native"; }
  std::int64_t bytes_per_apply() const override;
  Access<T> access() const override { return Access<T>::to_matrix(*this); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  T do_apply_dot(const Vector<T>& x, Vector<T>& y) const override;
  Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const override;

  kernels::CsrView<T> a_;
  kernels::SpmvPlan<T> plan_;
  bool sorted_ = true;
  std::int64_t version_ = 0;
};

}  // namespace suan
