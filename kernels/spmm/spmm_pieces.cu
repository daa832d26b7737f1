// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// SpMM where a few rows are far longer than most: one thread per element of Y, except that long
// rows are cut into pieces of equal length, whose sums are added in order. No atomics.
#include "kernels/cuda/cuda.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// Entries in a piece, and in the longest row that is not cut.
constexpr Offset piece = 128;
constexpr Offset longest_whole = 2 * piece;

/// Rows of more than longest_whole entries, and the number of pieces before each, and in all.
struct LongRowsOnDevice {
  DeviceView<const LocalIndex> rows;
  DeviceView<const Offset> first_pieces;
  Offset pieces = 0;
};

LongRowsOnDevice find_long_rows(const ExecutionSpace& space, LocalIndex rows,
                                const DeviceView<const Offset>& offsets) {
  LongRowsOnDevice result;
  LocalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::spmm count long rows", Range(space, 0, rows),
      KOKKOS_LAMBDA(std::int64_t i, LocalIndex & sum) {
        if (offsets(i + 1) - offsets(i) > longest_whole) ++sum;
      },
      count);
  if (count == 0) return result;
  const auto size = static_cast<std::size_t>(count);
  const auto found = detail::allocate<LocalIndex>("suan::spmm long rows", size);
  const DeviceView<Offset> first("suan::spmm first pieces", size + 1);
  Kokkos::parallel_scan(
      "suan::spmm list long rows", Range(space, 0, rows),
      KOKKOS_LAMBDA(std::int64_t i, LocalIndex & place, bool last) {
        if (offsets(i + 1) - offsets(i) <= longest_whole) return;
        if (last) found(place) = static_cast<LocalIndex>(i);
        ++place;
      });
  Kokkos::parallel_scan(
      "suan::spmm pieces", Range(space, 0, count),
      KOKKOS_LAMBDA(std::int64_t l, Offset & sum, bool last) {
        const Offset length = offsets(found(l) + 1) - offsets(found(l));
        sum += (length + piece - 1) / piece;
        if (last) first(l + 1) = sum;
      },
      result.pieces);
  result.rows = found;
  result.first_pieces = first;
  return result;
}

/// The index of the last of `size` increasing numbers that is not above `value`; the first is not.
KOKKOS_INLINE_FUNCTION std::int64_t last_not_beyond(const Offset* numbers, std::int64_t size,
                                                    Offset value) {
  std::int64_t low = 0;
  std::int64_t high = size;
  while (high - low > 1) {
    const std::int64_t middle = (low + high) / 2;
    if (numbers[middle] <= value) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

template <Scalar T>
KOKKOS_INLINE_FUNCTION T sum_of_entries(const CsrView<T>& a, const RowMajor<const T>& x,
                                        Offset begin, Offset end, std::int64_t c) {
  T sum{};
  for (Offset e = begin; e < end; ++e) sum += a.values(e) * x(a.indices(e), c);
  return sum;
}

/// y = alpha sum + beta y; y is not read when beta is zero.
template <Scalar T>
KOKKOS_INLINE_FUNCTION void put(T& y, T alpha, const T& sum, T beta) {
  y = beta == T(0) ? alpha * sum : alpha * sum + beta * y;
}

template <Scalar T>
class PiecesSpmm final : public PreparedSpmm<T> {
 public:
  PiecesSpmm(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors)
      : a_(a), long_(find_long_rows(space, a.rows, a.offsets)) {
    sums_ = detail::allocate<T>("suan::spmm sums of pieces",
                                static_cast<std::size_t>(long_.pieces * vectors));
    space.fence("suan::spmm prepared");
  }

  KernelPath path() const override { return KernelPath::cuda; }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    multiply_whole_rows(space, alpha, x, beta, y);
    if (long_.pieces == 0) return;
    sum_pieces(space, x);
    add_pieces(space, alpha, beta, y);
  }

  // Public because nvcc allows device lambdas in public member functions only.
  void multiply_whole_rows(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                           const RowMajor<T>& y) const {
    const auto k = static_cast<std::int64_t>(y.extent(1));
    const auto a = a_;
    Kokkos::parallel_for(
        "suan::spmm whole rows", Range(space, 0, a.rows * k), KOKKOS_LAMBDA(std::int64_t element) {
          const std::int64_t i = element / k;
          const std::int64_t c = element % k;
          const Offset begin = a.offsets(i);
          const Offset end = a.offsets(i + 1);
          if (end - begin > longest_whole) return;
          put(y(i, c), alpha, sum_of_entries(a, x, begin, end, c), beta);
        });
  }
  void sum_pieces(const ExecutionSpace& space, const RowMajor<const T>& x) const {
    const auto k = static_cast<std::int64_t>(x.extent(1));
    const auto a = a_;
    const auto rows = long_.rows;
    const auto first = long_.first_pieces;
    const auto sums = sums_;
    Kokkos::parallel_for(
        "suan::spmm pieces", Range(space, 0, long_.pieces * k),
        KOKKOS_LAMBDA(std::int64_t element) {
          const std::int64_t p = element / k;
          const std::int64_t l =
              last_not_beyond(first.data(), static_cast<std::int64_t>(rows.extent(0)), p);
          const Offset begin = a.offsets(rows(l)) + (p - first(l)) * piece;
          const Offset end = Kokkos::min(begin + piece, a.offsets(rows(l) + 1));
          sums(element) = sum_of_entries(a, x, begin, end, element % k);
        });
  }
  void add_pieces(const ExecutionSpace& space, T alpha, T beta, const RowMajor<T>& y) const {
    const auto k = static_cast<std::int64_t>(y.extent(1));
    const auto rows = long_.rows;
    const auto first = long_.first_pieces;
    const auto sums = sums_;
    Kokkos::parallel_for(
        "suan::spmm add pieces", Range(space, 0, static_cast<std::int64_t>(rows.extent(0)) * k),
        KOKKOS_LAMBDA(std::int64_t element) {
          const std::int64_t l = element / k;
          const std::int64_t c = element % k;
          T sum{};
          for (Offset p = first(l); p < first(l + 1); ++p) sum += sums(p * k + c);
          put(y(rows(l), c), alpha, sum, beta);
        });
  }

 private:
  CsrView<T> a_;
  LongRowsOnDevice long_;
  DeviceView<T> sums_;
};

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpmm<T>> make_pieces_spmm(const ExecutionSpace& space,
                                                        const CsrView<T>& a, LocalIndex vectors) {
  return std::make_unique<const PiecesSpmm<T>>(space, a, vectors);
}

#define SUAN_INSTANTIATE(T)                                                               \
  template std::unique_ptr<const PreparedSpmm<T>> make_pieces_spmm(const ExecutionSpace&, \
                                                                   const CsrView<T>&, LocalIndex);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
