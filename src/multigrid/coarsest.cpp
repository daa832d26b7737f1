// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/coarsest.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

std::vector<GlobalIndex> all_numbers(const Layout& layout) {
  std::vector<GlobalIndex> numbers(static_cast<std::size_t>(layout.global_size()));
  std::iota(numbers.begin(), numbers.end(), GlobalIndex{0});
  return numbers;
}

/// A pivot below this times the largest one is rounding.
template <Scalar T>
double negligible(LocalIndex size) {
  return 10 * static_cast<double>(std::numeric_limits<Real<T>>::epsilon()) *
         std::sqrt(static_cast<double>(size));
}

}  // namespace

template <Scalar T>
Coarsest<T>::Coarsest(const DistributedMatrix<T>& a, bool hermitian) : hermitian_(hermitian) {
  size_ = static_cast<LocalIndex>(a.global_rows());
  exchange_ = Exchange(IndexMap::make(a.row_layout(), all_numbers(a.row_layout())));
  exchange_.reserve(sizeof(T));
  fetch(a);
  together(a.comm(), [&] {
    all_ = suan::detail::allocate<T>("suan::multigrid::coarsest", static_cast<std::size_t>(size_));
    host_ = Kokkos::create_mirror_view(Kokkos::HostSpace(), all_);
    rows_.resize(static_cast<std::size_t>(size_));
    std::iota(rows_.begin(), rows_.end(), 0);
    columns_ = rows_;
    work_.resize(2 * static_cast<std::size_t>(size_));
    if (hermitian_) {
      factorise_hermitian();
    } else {
      gauss();
    }
  });
}

template <Scalar T>
void Coarsest<T>::fetch(const DistributedMatrix<T>& a) {
  const auto rows = fetch_rows(a, std::span<const GlobalIndex>(all_numbers(a.row_layout())));
  together(a.comm(), [&] {
    const auto n = static_cast<std::size_t>(size_);
    factor_.assign(n * n, Wide(0));
    const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows.offsets);
    const auto columns = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows.columns);
    const auto values = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows.values);
    for (std::size_t i = 0; i < n; ++i) {
      for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
        factor_[i * n + static_cast<std::size_t>(columns(k))] = Wide(values(k));
      }
    }
  });
}

// L D L^H, right-looking, in the lower triangle. First the diagonal is brought to about one by
// powers of two, so that units neither matter nor round.
template <Scalar T>
void Coarsest<T>::factorise_hermitian() {
  const auto n = static_cast<std::size_t>(size_);
  const auto at = [&](std::size_t i, std::size_t j) -> Wide& { return factor_[i * n + j]; };
  scales_.assign(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    if (real_part(at(i, i)) > 0) scales_[i] = std::exp2(-std::ilogb(real_part(at(i, i))) / 2);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) at(i, j) *= scales_[i] * scales_[j];
  }
  const double least = negligible<T>(size_);
  std::vector<Wide> column(n);
  std::size_t k = 0;
  for (; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (real_part(at(i, i)) > real_part(at(pivot, pivot))) pivot = i;
    }
    const double diagonal = real_part(at(pivot, pivot));
    if (!(diagonal > least)) break;
    if (pivot != k) exchange_rows(k, pivot);
    for (std::size_t i = k + 1; i < n; ++i) {
      column[i] = conjugate(at(i, k));
      at(i, k) /= diagonal;
    }
    for (std::size_t i = k + 1; i < n; ++i) {
      const Wide factor = at(i, k);
      if (factor == Wide(0)) continue;
      Wide* const row = &at(i, 0);
      for (std::size_t j = k + 1; j <= i; ++j) row[j] -= factor * column[j];
    }
  }
  rank_ = static_cast<LocalIndex>(k);
  require_nothing_left(std::sqrt(least));
  transposed_.assign(n * n, Wide(0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) transposed_[j * n + i] = at(i, j);
  }
}

/// What is left after `rank_` pivots is zero for a semidefinite matrix: the diagonal, whose entries
/// are no pivots, and what is beside it, which they bound.
template <Scalar T>
void Coarsest<T>::require_nothing_left(double rounding) const {
  const auto n = static_cast<std::size_t>(size_);
  for (std::size_t i = static_cast<std::size_t>(rank_); i < n; ++i) {
    for (std::size_t j = static_cast<std::size_t>(rank_); j <= i; ++j) {
      const Wide rest = factor_[i * n + j];
      if (i == j ? real_part(rest) >= -rounding : Kokkos::abs(rest) <= rounding) continue;
      throw InvalidArgument(message(
          "amg: the coarsest level, scaled to a diagonal of about one, has ",
          i == j ? message("the pivot ", real_part(rest))
                 : message("the entry ", rest, " beside pivots that vanish"),
          ", so the matrix is indefinite; multigrid of this kind is for positive definite ones: ",
          "use another preconditioner"));
    }
  }
}

/// Of rows and columns k < p in the lower triangle.
template <Scalar T>
void Coarsest<T>::exchange_rows(std::size_t k, std::size_t p) {
  const auto n = static_cast<std::size_t>(size_);
  const auto at = [&](std::size_t i, std::size_t j) -> Wide& { return factor_[i * n + j]; };
  std::swap(rows_[k], rows_[p]);
  for (std::size_t j = 0; j < k; ++j) std::swap(at(k, j), at(p, j));
  for (std::size_t j = k + 1; j < p; ++j) {
    const Wide moved = conjugate(at(j, k));
    at(j, k) = conjugate(at(p, j));
    at(p, j) = moved;
  }
  at(p, k) = conjugate(at(p, k));
  for (std::size_t i = p + 1; i < n; ++i) std::swap(at(i, k), at(i, p));
  std::swap(at(k, k), at(p, p));
}

template <Scalar T>
void Coarsest<T>::gauss() {
  const auto n = static_cast<std::size_t>(size_);
  const auto at = [&](std::size_t i, std::size_t j) -> Wide& { return factor_[i * n + j]; };
  double largest = 0;
  std::size_t k = 0;
  for (; k < n; ++k) {
    std::size_t row = k;
    std::size_t column = k;
    double most = 0;
    for (std::size_t i = k; i < n; ++i) {
      for (std::size_t j = k; j < n; ++j) {
        const double size = abs_squared(at(i, j));
        if (size > most) {
          most = size;
          row = i;
          column = j;
        }
      }
    }
    most = std::sqrt(most);
    largest = std::max(largest, most);
    if (!(most > negligible<T>(size_) * largest)) break;
    std::swap(rows_[k], rows_[row]);
    std::swap(columns_[k], columns_[column]);
    if (row != k) std::swap_ranges(&at(k, 0), &at(k, 0) + n, &at(row, 0));
    for (std::size_t i = 0; column != k && i < n; ++i) std::swap(at(i, k), at(i, column));
    for (std::size_t i = k + 1; i < n; ++i) {
      const Wide factor = at(i, k) / at(k, k);
      at(i, k) = factor;
      if (factor == Wide(0)) continue;
      for (std::size_t j = k + 1; j < n; ++j) at(i, j) -= factor * at(k, j);
    }
  }
  rank_ = static_cast<LocalIndex>(k);
}

// work_ has b, permuted, in its first half.
template <Scalar T>
void Coarsest<T>::solve_hermitian() const {
  const auto n = static_cast<std::size_t>(size_);
  const auto r = static_cast<std::size_t>(rank_);
  Wide* const y = work_.data();
  for (std::size_t j = 0; j < r; ++j) {
    const Wide* const column = transposed_.data() + j * n;
    const Wide value = y[j];
    for (std::size_t i = j + 1; i < r; ++i) y[i] -= column[i] * value;
  }
  for (std::size_t i = 0; i < r; ++i) y[i] /= real_part(factor_[i * n + i]);
  for (std::size_t i = r; i-- > 0;) {
    const Wide* const row = factor_.data() + i * n;
    const Wide value = y[i];
    for (std::size_t j = 0; j < i; ++j) y[j] -= conjugate(row[j]) * value;
  }
}

template <Scalar T>
void Coarsest<T>::solve_gauss() const {
  const auto n = static_cast<std::size_t>(size_);
  const auto r = static_cast<std::size_t>(rank_);
  Wide* const y = work_.data();
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t j = 0; j < i; ++j) y[i] -= factor_[i * n + j] * y[j];
  }
  for (std::size_t i = r; i-- > 0;) {
    for (std::size_t j = i + 1; j < r; ++j) y[i] -= factor_[i * n + j] * y[j];
    y[i] /= factor_[i * n + i];
  }
}

// Allocates nothing, because memory may run out on one rank alone.
template <Scalar T>
template <class From, class To>
void Coarsest<T>::solve_column(const From& b, const To& x) const {
  const auto& map = *exchange_.map();
  const auto owned = static_cast<std::size_t>(map.owned());
  const auto n = static_cast<std::size_t>(size_);
  const DeviceView<T> own(all_.data(), owned);
  Kokkos::deep_copy(own, b);
  refresh(exchange_, all_);
  Kokkos::deep_copy(host_, all_);
  const auto first = static_cast<std::size_t>(map.layout().first());
  // Own elements stand first.
  const auto place = [&](LocalIndex row) {
    const auto i = static_cast<std::size_t>(row);
    return i < first ? owned + i : (i < first + owned ? i - first : i);
  };
  for (std::size_t k = 0; k < n; ++k) work_[k] = Wide(host_(place(rows_[k])));
  if (hermitian_) {
    for (std::size_t k = 0; k < n; ++k) work_[k] *= scales_[static_cast<std::size_t>(rows_[k])];
    solve_hermitian();
    for (std::size_t k = 0; k < n; ++k) work_[k] *= scales_[static_cast<std::size_t>(rows_[k])];
  } else {
    solve_gauss();
  }
  const auto& to = hermitian_ ? rows_ : columns_;
  for (std::size_t k = 0; k < n; ++k) {
    work_[n + static_cast<std::size_t>(to[k])] =
        k < static_cast<std::size_t>(rank_) ? work_[k] : Wide(0);
  }
  for (std::size_t i = 0; i < owned; ++i) {
    if constexpr (is_complex<T>) {
      const Wide value = work_[n + first + i];
      host_(i) = T(static_cast<Real<T>>(value.real()), static_cast<Real<T>>(value.imag()));
    } else {
      host_(i) = static_cast<T>(work_[n + first + i]);
    }
  }
  Kokkos::deep_copy(own, Kokkos::subview(host_, Kokkos::make_pair(std::size_t(0), owned)));
  Kokkos::deep_copy(x, own);
}

template <Scalar T>
void Coarsest<T>::solve(const Vector<T>& b, Vector<T>& x) const {
  solve_column(b.view(), x.view());
}

template <Scalar T>
void Coarsest<T>::solve(const MultiVector<T>& b, MultiVector<T>& x) const {
  for (LocalIndex j = 0; j < b.columns(); ++j) {
    solve_column(Kokkos::subview(b.view(), Kokkos::ALL, j),
                 Kokkos::subview(x.view(), Kokkos::ALL, j));
  }
}

template <Scalar T>
std::string Coarsest<T>::described() const {
  const std::string kind = hermitian_ ? "ldl" : "gauss";
  return rank_ == size_ ? kind : message(kind, ", rank ", rank_);
}

#define SUAN_INSTANTIATE(T) template class Coarsest<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
