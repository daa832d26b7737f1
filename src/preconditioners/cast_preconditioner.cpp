// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/cast_preconditioner.hpp"

#include "suan/matrix/cast.hpp"

namespace suan {

template <Scalar Outer, Scalar Inner>
CastPreconditioner<Outer, Inner>::CastPreconditioner(std::shared_ptr<Preconditioner<Inner>> inner)
    : Preconditioner<Outer>(inner ? inner->row_layout() : Layout(),
                            inner ? inner->column_layout() : Layout()),
      inner_(std::move(inner)),
      cast_(inner_) {}

template <Scalar Outer, Scalar Inner>
std::string CastPreconditioner<Outer, Inner>::do_update(const Operator<Outer>& a) {
  if (const auto* matrix = dynamic_cast<const DistributedMatrix<Outer>*>(&a)) {
    return inner_->update(cast<Inner>(*matrix));
  }
  if (const auto* matrix = dynamic_cast<const Csr<Outer>*>(&a)) {
    return inner_->update(cast<Inner>(*matrix));
  }
  throw NotSupported(message(this->name(), ": needs the entries of the matrix, and ", a.name(),
                             " has none to look at"));
}

template class CastPreconditioner<double, float>;
template class CastPreconditioner<float, double>;
template class CastPreconditioner<Complex, ComplexFloat>;
template class CastPreconditioner<ComplexFloat, Complex>;

}  // namespace suan
