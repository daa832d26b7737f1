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
  const auto access = a.access();
  if (access.distributed != nullptr) return inner_->update(cast<Inner>(*access.distributed));
  // The square block of an operator on several ranks is not all of it.
  if (access.local != nullptr && a.comm().size() == 1) {
    return inner_->update(cast<Inner>(*access.local));
  }
  throw NotSupported(message(this->name(), ": needs the entries of the matrix, and ", a.name(),
                             " has none to look at"));
}

template class CastPreconditioner<double, float>;
template class CastPreconditioner<float, double>;
template class CastPreconditioner<Complex, ComplexFloat>;
template class CastPreconditioner<ComplexFloat, Complex>;

}  // namespace suan
