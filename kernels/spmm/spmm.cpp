// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmm.hpp"

#include "kernels/common/streaming_stores.hpp"
#include "kernels/spmm/multi_sums.hpp"
#include "kernels/spmv/row_products.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

namespace suan::kernels {

namespace {

#if SUAN_HAVE_CUDA

/// One thread per element of Y, with coalesced reads. target(i) is the row of Y for row i of A.
template <Scalar T, class Target>
void multiply(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
              T beta, const RowMajor<T>& y, const Target& target) {
  const auto k = static_cast<std::int64_t>(y.extent(1));
  Kokkos::parallel_for(
      "suan::spmm",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, a.rows * k),
      KOKKOS_LAMBDA(std::int64_t element) {
        const std::int64_t i = element / k;
        const std::int64_t c = element % k;
        T sum{};
        for (Offset e = a.offsets(i); e < a.offsets(i + 1); ++e) {
          sum += a.values(e) * x(a.indices(e), c);
        }
        T& result = y(target(i), c);
        result = beta == T(0) ? alpha * sum : alpha * sum + beta * result;
      });
}

#else

// As in a product with one vector (row_products.cpp): hardware prefetching stops at page ends and
// does not follow scattered columns.
constexpr Offset prefetch_distance = 64;
constexpr Offset fetch_distance = 32;

// Longer rows have two sums per vector. A single one would wait for each of its additions to end.
constexpr Offset long_row = 16;

template <Scalar T>
struct Product {
  const Offset* begins;
  const Offset* ends;
  const LocalIndex* indices;
  const T* values;
  const T* x;
  std::size_t x_stride;
  MultiTarget<T> target;
  Offset fetched;  // all entries if elements of x are prefetched, else 0
  bool far;        // the matrix does not stay in the caches (caches.hpp)
  /// The row of Y for each row; null if it is the same.
  const LocalIndex* row_numbers = nullptr;
  /// Rows with at least this many entries are left out.
  Offset limit = std::numeric_limits<Offset>::max();

  template <int width, bool fetch>
  void add(MultiSums<T, width>& sums, Offset k, std::size_t c) const {
    if constexpr (fetch) {
      const T* const ahead = x_row(k + fetch_distance, c);
      for (std::size_t r = 0; r < width; r += line) __builtin_prefetch(ahead + r);
    }
    sums.add(values[k], x_row(k, c));
  }

  template <int width, bool fetch>
  MultiSums<T, width> row_sums(Offset begin, Offset end, std::size_t c) const {
    MultiSums<T, width> sums;
    Offset k = begin;
    if (end - begin >= long_row) {
      MultiSums<T, width> odd;
      for (; k + 2 <= end; k += 2) {
        add<width, fetch>(sums, k, c);
        add<width, fetch>(odd, k + 1, c);
      }
      sums.add(odd);
    }
    for (; k < end; ++k) add<width, fetch>(sums, k, c);
    return sums;
  }

  /// Vectors c to c + width - 1 of the rows [begin, end).
  template <int width>
  void rows(LocalIndex begin, LocalIndex end, std::size_t c) const {
    for (LocalIndex i = begin; i < end; ++i) {
      const Offset first = begins[i];
      const Offset last = ends[i];
      if (last - first >= limit) continue;
      if (far) {
        __builtin_prefetch(values + last + prefetch_distance, 0, 0);
        __builtin_prefetch(indices + last + prefetch_distance, 0, 0);
      }
      const auto sums = last + fetch_distance <= fetched ? row_sums<width, true>(first, last, c)
                                                         : row_sums<width, false>(first, last, c);
      target.put(sums, row_numbers == nullptr ? i : row_numbers[i], c);
    }
  }

 private:
  static constexpr std::size_t line = line_bytes / sizeof(T);
  const T* x_row(Offset k, std::size_t c) const {
    return x + static_cast<std::size_t>(indices[k]) * x_stride + c;
  }
};

/// All vectors of a few rows before the next few: their entries are cached the second time.
template <Scalar T>
void multiply_rows(const Product<T>& product, LocalIndex begin, LocalIndex end,
                   std::size_t vectors) {
  constexpr LocalIndex some_rows = 64;
  // 64 bits, because the last step may go beyond 2^31.
  for (Offset at = begin; at < end; at += some_rows) {
    const auto i = static_cast<LocalIndex>(at);
    const LocalIndex last = Kokkos::min(some_rows, end - i) + i;
    for_widths<16>(vectors,
                   [&]<int width>(std::size_t c) { product.template rows<width>(i, last, c); });
  }
}

/// Rows too long for one thread. Their pieces, which threads share, are the rows of a separate
/// product, whose sums are added in order.
template <Scalar T>
void multiply_long_rows(const ExecutionSpace& space, const Product<T>& product,
                        const LongRows<T>& long_rows, std::size_t vectors) {
  constexpr Offset piece = LongRows<T>::piece;
  std::vector<Offset> begins;
  std::vector<Offset> ends;
  std::vector<std::size_t> first_pieces{0};
  for (const LocalIndex i : long_rows.rows()) {
    for (Offset at = product.begins[i]; at < product.ends[i]; at += piece) {
      begins.push_back(at);
      ends.push_back(std::min(at + piece, product.ends[i]));
    }
    first_pieces.push_back(begins.size());
  }
  std::vector<T> sums(begins.size() * vectors);
  Product<T> of_pieces = product;
  of_pieces.begins = begins.data();
  of_pieces.ends = ends.data();
  of_pieces.target = MultiTarget<T>(T(1), T(0), RowMajor<T>(sums.data(), begins.size(), vectors));
  of_pieces.target.streams = false;  // they are read right away
  of_pieces.row_numbers = nullptr;
  of_pieces.limit = std::numeric_limits<Offset>::max();
  const auto pieces = static_cast<Offset>(begins.size());
  const int parts = detail::threads_of(space);
  for_parts("suan::spmm_long_rows", space, parts, [&](int part) {
    multiply_rows(of_pieces, static_cast<LocalIndex>(pieces * part / parts),
                  static_cast<LocalIndex>(pieces * (part + 1) / parts), vectors);
  });
  for (std::size_t row = 0; row + 1 < first_pieces.size(); ++row) {
    const LocalIndex i = long_rows.rows()[row];
    const LocalIndex at = product.row_numbers == nullptr ? i : product.row_numbers[i];
    for (std::size_t c = 0; c < vectors; ++c) {
      T sum{};
      for (std::size_t p = first_pieces[row]; p < first_pieces[row + 1]; ++p) {
        sum += sums[p * vectors + c];
      }
      product.target.put(sum, at, c);
    }
  }
}

template <Scalar T>
void multiply(const ExecutionSpace& space, const CsrView<T>& a, Product<T> product,
              std::size_t vectors, const LongRows<T>& long_rows) {
  if (!long_rows.empty()) {
    multiply_long_rows(space, product, long_rows, vectors);
    product.limit = LongRows<T>::shortest;
  }
  const int parts = parts_of_work(space, (a.entries() + a.rows) * static_cast<Offset>(vectors));
  for_parts("suan::spmm", space, parts, [&](int part) {
    multiply_rows(product, first_row_of_part(a, part, parts, long_rows),
                  first_row_of_part(a, part + 1, parts, long_rows), vectors);
    end_of_stream();
  });
}

template <Scalar T>
Product<T> product_of(const CsrView<T>& a, const RowMajor<const T>& x,
                      const MultiTarget<T>& target) {
  const bool far = !stays_in_caches(a.entries() * Offset(sizeof(T) + sizeof(LocalIndex)));
  return {a.offsets.data(),
          a.offsets.data() + 1,
          a.indices.data(),
          a.values.data(),
          x.data(),
          x.stride(0),
          target,
          0,
          far};
}

#endif

}  // namespace

template <Scalar T>
void spmm(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
          T beta, const RowMajor<T>& y, [[maybe_unused]] const SpmvHints<T>& hints) {
#if SUAN_HAVE_CUDA
  multiply<T>(
      space, alpha, a, x, beta, y, KOKKOS_LAMBDA(std::int64_t i) { return i; });
#else
  auto product = product_of<T>(a, x, MultiTarget<T>(alpha, beta, y));
  if (hints.scattered_multi) product.fetched = a.entries();
  multiply<T>(space, a, product, y.extent(1), hints.long_rows);
#endif
}

template <Scalar T>
void spmm_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                   const DeviceView<const LocalIndex>& rows, const RowMajor<const T>& x,
                   const RowMajor<T>& y) {
#if SUAN_HAVE_CUDA
  multiply<T>(
      space, alpha, a, x, T(1), y, KOKKOS_LAMBDA(std::int64_t i) { return std::int64_t{rows(i)}; });
#else
  auto product = product_of<T>(a, x, MultiTarget<T>(alpha, T(1), y));
  product.row_numbers = rows.data();
  multiply<T>(space, a, product, y.extent(1), {});
#endif
}

#define SUAN_INSTANTIATE(T)                                                                    \
  template void spmm(const ExecutionSpace&, T, const CsrView<T>&, const RowMajor<const T>&, T, \
                     const RowMajor<T>&, const SpmvHints<T>&);                                 \
  template void spmm_add_rows(const ExecutionSpace&, T, const CsrView<T>&,                     \
                              const DeviceView<const LocalIndex>&, const RowMajor<const T>&,   \
                              const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
