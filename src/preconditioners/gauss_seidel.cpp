// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/gauss_seidel.hpp"

#include <algorithm>
#include <array>

#include "kernels/relaxation/gauss_seidel.hpp"
#include "preconditioners/diagonal.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/transform.hpp"

namespace suan {

namespace detail {

template <Scalar T>
struct GaussSeidelParts {
  Csr<T> sorted;  ///< this rank's block
  kernels::GaussSeidelRows<T> rows;
  Offset lower = 0;          ///< entries below the diagonal of blocks, on all ranks
  std::int64_t entries = 0;  ///< on all ranks
  bool copies_x = false;     ///< several blocks on any rank
};

}  // namespace detail

namespace {

using detail::GaussSeidelParts;
using detail::rows_of;

/// Few enough that most of a matrix is inside of them, and enough for the threads of a socket.
LocalIndex rows_of_blocks(LocalIndex rows, std::int64_t given) {
  constexpr LocalIndex most_blocks = 64;
  constexpr LocalIndex fewest_rows = 512;
  const LocalIndex automatic = std::max(fewest_rows, rows / most_blocks + 1);
  const auto limit = std::max<std::int64_t>(1, rows);
  return static_cast<LocalIndex>(std::min<std::int64_t>(limit, given > 0 ? given : automatic));
}

/// The first of the remote rows in each block, and their number.
template <class T>
DeviceView<const LocalIndex> first_remote_rows(const DeviceView<const LocalIndex>& row_numbers,
                                               const kernels::GaussSeidelRows<T>& rows) {
  const auto numbers = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), row_numbers);
  const auto count = static_cast<std::size_t>(rows.blocks()) + 1;
  const auto first = detail::allocate<LocalIndex>("suan::GaussSeidel::remote_first", count);
  const auto host = Kokkos::create_mirror_view(first);
  const LocalIndex* const begin = numbers.data();
  const LocalIndex* const end = begin + numbers.extent(0);
  for (std::size_t block = 0; block < count; ++block) {
    const auto row = static_cast<GlobalIndex>(block) * rows.block_rows;
    host(block) = static_cast<LocalIndex>(std::lower_bound(begin, end, row) - begin);
  }
  Kokkos::deep_copy(first, host);
  return first;
}

template <Scalar T>
bool has_pattern_of(const kernels::CsrView<T>& a, const kernels::CsrView<T>& b) {
  return a.rows == b.rows && a.offsets.data() == b.offsets.data() &&
         a.indices.data() == b.indices.data() && a.entries() == b.entries();
}

/// Entries below the diagonal within blocks.
template <Scalar T>
Offset count_lower(const kernels::GaussSeidelRows<T>& rows) {
  Offset lower = 0;
  Kokkos::parallel_reduce(
      "suan::gauss_seidel_lower",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, rows.a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Offset & sum) {
        const LocalIndex first = i - i % rows.block_rows;
        const Offset begin = rows.a.offsets(i);
        for (Offset k = begin; k < begin + rows.diagonal(i); ++k) {
          if (rows.a.indices(k) >= first) ++sum;
        }
      },
      lower);
  return lower;
}

template <Scalar T>
DeviceView<T> as_scalars(const DeviceView<const Real<T>>& numbers,
                         const DeviceView<const T>& inverse) {
  const auto result = detail::allocate<T>("suan::GaussSeidel::extra", numbers.extent(0));
  Kokkos::parallel_for(
      "suan::gauss_seidel_extra",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          0, static_cast<LocalIndex>(numbers.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        // In the direction of the diagonal entry, as its sum with it.
        const T direction = Kokkos::abs(inverse(i)) / inverse(i);
        result(i) = direction * numbers(i);
      });
  return result;
}

kernels::Sweep sweep_of(bool forward) {
  return forward ? kernels::Sweep::forward : kernels::Sweep::backward;
}

}  // namespace

const OptionTable<GaussSeidelOptions>& GaussSeidelOptions::table() {
  static const auto table = OptionTable<GaussSeidelOptions>().number(
      "block_rows", &GaussSeidelOptions::block_rows, 0, 2147483647,
      "Rows that one thread sweeps with new values; more converge better and employ fewer threads. "
      "0 makes up to 64 blocks.");
  return table;
}

template <Scalar T>
GaussSeidel<T>::GaussSeidel(const DistributedMatrix<T>& a, const GaussSeidelOptions& options)
    : Smoother<T>("gauss_seidel", a), options_(options) {
  require_agreement(a.comm(), "GaussSeidel", GaussSeidelOptions::table().write(options));
  GaussSeidelOptions::table().check(options);
  set_up(a);
}

template <Scalar T>
std::string GaussSeidel<T>::set_up(const DistributedMatrix<T>& a) {
  auto next = std::make_shared<GaussSeidelParts<T>>();
  auto& rows = next->rows;
  bool is_kept = false;
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const auto& remote = a.remote();
    next->sorted = sort_rows(a.local());
    rows.a = next->sorted.view();
    rows.remote = remote.matrix.view();
    rows.row_numbers = remote.row_numbers;
    rows.block_rows = rows_of_blocks(rows.a.rows, options_.block_rows);
    const bool has_outside = rows.blocks() > 1 || remote.matrix.rows() > 0;
    DeviceView<Real<T>> weights;
    if (has_outside) weights = detail::weights_outside<T>(a, rows.block_rows, Real<T>(0.5));
    rows.inverse =
        detail::inverse_diagonal<T>("gauss_seidel", next->sorted, a.row_layout().first(), weights);
    if (has_outside) rows.extra = as_scalars<T>(weights, rows.inverse);
    is_kept = parts_ && has_pattern_of(parts_->rows.a, rows.a) &&
              parts_->rows.row_numbers.data() == rows.row_numbers.data();
    if (is_kept) {
      rows.diagonal = parts_->rows.diagonal;
      rows.remote_first = parts_->rows.remote_first;
      return;
    }
    const auto places = detail::allocate<LocalIndex>("suan::GaussSeidel::diagonal",
                                                     static_cast<std::size_t>(rows.a.rows));
    kernels::find_diagonals(space, rows.a.offsets, rows.a.indices, places);
    rows.diagonal = places;
    rows.remote_first = first_remote_rows<T>(remote.row_numbers, rows);
  });
  std::array<std::int64_t, 3> sums = {count_lower(rows), rows.blocks() > 1 ? 1 : 0,
                                      is_kept ? 0 : 1};
  a.comm().sum(std::span<std::int64_t>(sums));
  next->lower = sums[0];
  next->copies_x = sums[1] > 0;
  const bool all_kept = sums[2] == 0;
  next->entries = a.global_entries();
  parts_ = std::move(next);
  return all_kept
             ? "the blocks and the places of the diagonal were kept, the diagonal was inverted "
               "anew"
             : "the blocks and the diagonal were made anew";
}

// See kernels/relaxation/gauss_seidel.hpp.
template <Scalar T>
std::int64_t GaussSeidel<T>::bytes_per_smooth(Guess guess) const {
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = this->row_layout().global_size();
  if (guess == Guess::zero) return parts_->lower * (value + 4) + rows * (12 + 3 * value);
  return parts_->entries * (value + 4) + rows * (12 + 5 * value);
}

template <Scalar T>
std::int64_t GaussSeidel<T>::bytes_per_apply() const {
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = this->row_layout().global_size();
  const std::int64_t rest = parts_->entries - rows - parts_->lower;
  return bytes_per_smooth(Guess::zero) + rest * (value + 4) + rows * (12 + 4 * value);
}

/// The values of x before a sweep: x itself where nothing but the sweep of its own block reads it.
template <Scalar T>
template <class V>
const V& GaussSeidel<T>::old_values(const V& x) const {
  if (!parts_->copies_x) return x;
  V& old = this->kept(x, 0);
  Kokkos::deep_copy(old.view(), x.view());
  return old;
}

template <Scalar T>
template <class V>
void GaussSeidel<T>::sweep(bool forward, const V& b, V& x, Guess guess) const {
  const ExecutionSpace space;
  if (guess == Guess::zero) {
    kernels::sweep_from_zero<T>(space, parts_->rows, sweep_of(forward), rows_of(b), rows_of(x));
    return;
  }
  const V& same = x;
  auto pending = this->matrix().exchange().template forward<T>(same.view());
  const V& old = old_values(same);
  const auto ghosts = pending.finish();
  kernels::sweep_from_guess<T>(space, parts_->rows, sweep_of(forward), rows_of(b), rows_of(old),
                               ghosts, rows_of(x));
}

template <Scalar T>
template <class V>
void GaussSeidel<T>::sweep_and_residual(const V& b, V& x, V& r, Guess guess) const {
  sweep(true, b, x, guess);
  if (guess == Guess::given) return detail::residual_alone<T>(this->matrix(), b, x, r);
  auto pending = this->matrix().exchange().template forward<T>(std::as_const(x).view());
  const auto ghosts = pending.finish();
  kernels::residual_after_forward<T>(ExecutionSpace(), parts_->rows, rows_of(x), ghosts,
                                     rows_of(r));
}

template <Scalar T>
template <class V>
void GaussSeidel<T>::sweep_both(const V& b, V& x) const {
  sweep(true, b, x, Guess::zero);
  const V& same = x;
  auto pending = this->matrix().exchange().template forward<T>(same.view());
  const V& old = old_values(same);
  const auto ghosts = pending.finish();
  kernels::backward_after_forward<T>(ExecutionSpace(), parts_->rows, rows_of(old), ghosts,
                                     rows_of(x));
}

template <Scalar T>
void GaussSeidel<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  sweep(true, b, x, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  sweep(true, b, x, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                                            Guess guess) const {
  sweep_and_residual(b, x, r, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x,
                                            MultiVector<T>& r, Guess guess) const {
  sweep_and_residual(b, x, r, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  sweep(false, b, x, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x,
                                       Guess guess) const {
  sweep(false, b, x, guess);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_both(const Vector<T>& b, Vector<T>& x) const {
  sweep_both(b, x);
}

template <Scalar T>
void GaussSeidel<T>::do_smooth_both(const MultiVector<T>& b, MultiVector<T>& x) const {
  sweep_both(b, x);
}

#define SUAN_INSTANTIATE(T) template class GaussSeidel<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
