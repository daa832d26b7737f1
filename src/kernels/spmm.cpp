// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmm.hpp"

#include "kernels/block_sums.hpp"
#include "kernels/parts.hpp"
#include "kernels/row_products.hpp"
#include "kernels/streaming.hpp"

namespace suan::kernels {

namespace {

#if SUAN_HAVE_CUDA

/// One thread per element of Y, vectors side by side, so that neighbours read neighbours.
template <bool add, Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
              T beta, const RowMajor<T>& y, [[maybe_unused]] const SpmmHints<T>& hints) {
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
        y(i, c) = add ? alpha * sum + beta * y(i, c) : alpha * sum;
      });
}

#else

// As in a product with one vector (row_products.cpp): hardware prefetching stops at page ends, and
// does not follow columns that are scattered.
constexpr Offset prefetch_distance = 64;
constexpr Offset fetch_distance = 32;

// Longer rows have two sums for each vector. One alone waits for each of its additions to end.
constexpr Offset long_row = 16;

template <bool add_y, Scalar T>
struct Product {
  T alpha;
  T beta;
  const Offset* begins;
  const Offset* ends;
  const LocalIndex* indices;
  const T* values;
  const T* x;
  T* y;
  std::size_t x_stride;
  std::size_t y_stride;
  Offset fetched;  // all entries where elements of x are asked for ahead of their use, else 0
  bool streams;    // whole lines of Y go past the caches
  /// Rows of so many entries and more are left out.
  Offset limit = std::numeric_limits<Offset>::max();

  template <int width, bool fetch>
  void add(BlockSums<T, width>& sums, Offset k, std::size_t c) const {
    if constexpr (fetch) {
      const T* const ahead = x_row(k + fetch_distance, c);
      for (std::size_t r = 0; r < width; r += line) __builtin_prefetch(ahead + r);
    }
    sums.add(values[k], x_row(k, c));
  }

  template <int width, bool fetch>
  BlockSums<T, width> row_sums(Offset begin, Offset end, std::size_t c) const {
    BlockSums<T, width> sums;
    Offset k = begin;
    if (end - begin >= long_row) {
      BlockSums<T, width> odd;
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
      __builtin_prefetch(values + last + prefetch_distance, 0, 0);
      __builtin_prefetch(indices + last + prefetch_distance, 0, 0);
      const auto sums = last + fetch_distance <= fetched ? row_sums<width, true>(first, last, c)
                                                         : row_sums<width, false>(first, last, c);
      T* const target = y + static_cast<std::size_t>(i) * y_stride + c;
      if constexpr (!add_y && !is_complex<T> && width * sizeof(T) % line_bytes == 0) {
        if (streams) {
          sums.stream_times(alpha, target);
          continue;
        }
      }
      for (int r = 0; r < width; ++r) {
        target[r] = add_y ? alpha * sums[r] + beta * target[r] : alpha * sums[r];
      }
    }
  }

 private:
  static constexpr std::size_t line = line_bytes / sizeof(T);
  const T* x_row(Offset k, std::size_t c) const {
    return x + static_cast<std::size_t>(indices[k]) * x_stride + c;
  }
};

/// All vectors of a few rows, before the next few: their entries are in the caches the second time.
template <bool add, Scalar T>
void multiply_rows(const Product<add, T>& product, LocalIndex begin, LocalIndex end,
                   std::size_t vectors) {
  constexpr LocalIndex some_rows = 64;
  // 64 bits, because the last step may go beyond 2^31.
  for (Offset at = begin; at < end; at += some_rows) {
    const auto i = static_cast<LocalIndex>(at);
    const LocalIndex last = Kokkos::min(some_rows, end - i) + i;
    std::size_t c = 0;
    for (; c + 16 <= vectors; c += 16) product.template rows<16>(i, last, c);
    if (c + 8 <= vectors) {
      product.template rows<8>(i, last, c);
      c += 8;
    }
    if (c + 4 <= vectors) {
      product.template rows<4>(i, last, c);
      c += 4;
    }
    if (c + 2 <= vectors) {
      product.template rows<2>(i, last, c);
      c += 2;
    }
    if (c < vectors) product.template rows<1>(i, last, c);
  }
}

/// Rows that would keep one thread alone for long. Their pieces, which threads share, are the rows
/// of a product of its own, whose sums are added in their order.
template <bool add, Scalar T>
void multiply_long_rows(const ExecutionSpace& space, const Product<add, T>& product,
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
  Product<false, T> of_pieces{
      T(1),      T(0),        begins.data(),    ends.data(), product.indices, product.values,
      product.x, sums.data(), product.x_stride, vectors,     product.fetched, false};
  const auto pieces = static_cast<Offset>(begins.size());
  const int parts = detail::threads_of(space);
  for_parts("suan::spmm_long_rows", space, parts, [&](int part) {
    multiply_rows(of_pieces, static_cast<LocalIndex>(pieces * part / parts),
                  static_cast<LocalIndex>(pieces * (part + 1) / parts), vectors);
  });
  for (std::size_t row = 0; row + 1 < first_pieces.size(); ++row) {
    const auto i = static_cast<std::size_t>(long_rows.rows()[row]);
    T* const target = product.y + i * product.y_stride;
    for (std::size_t c = 0; c < vectors; ++c) {
      T sum{};
      for (std::size_t p = first_pieces[row]; p < first_pieces[row + 1]; ++p) {
        sum += sums[p * vectors + c];
      }
      target[c] = add ? product.alpha * sum + product.beta * target[c] : product.alpha * sum;
    }
  }
}

template <bool add, Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
              T beta, const RowMajor<T>& y, const SpmmHints<T>& hints) {
  const std::size_t vectors = y.extent(1);
  // Vectors are taken 16 at a time first, so that all narrower ones begin a line, too.
  const bool streams = y.size() * sizeof(T) >= streamed_bytes && is_line(y.data()) &&
                       y.stride(0) * sizeof(T) % line_bytes == 0;
  Product<add, T> product{alpha,
                          beta,
                          a.offsets.data(),
                          a.offsets.data() + 1,
                          a.indices.data(),
                          a.values.data(),
                          x.data(),
                          y.data(),
                          x.stride(0),
                          y.stride(0),
                          hints.scattered ? a.entries() : 0,
                          streams};
  if (!hints.long_rows.empty()) {
    product.limit = LongRows<T>::shortest;
    multiply_long_rows(space, product, hints.long_rows, vectors);
  }
  const int parts = parts_of_work(space, (a.entries() + a.rows) * static_cast<Offset>(vectors));
  for_parts("suan::spmm", space, parts, [&](int part) {
    multiply_rows(product, first_row_of_part(a, part, parts, hints.long_rows),
                  first_row_of_part(a, part + 1, parts, hints.long_rows), vectors);
    end_of_stream();
  });
}

#endif

}  // namespace

template <Scalar T>
SpmmHints<T>::SpmmHints(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors)
    : long_rows(space, a), scattered(columns_are_scattered(a, vectors * std::int64_t(sizeof(T)))) {}

template <Scalar T>
void spmm(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
          T beta, const RowMajor<T>& y, const SpmmHints<T>& hints) {
  if (beta == T(0)) {
    multiply<false, T>(space, alpha, a, x, beta, y, hints);
  } else {
    multiply<true, T>(space, alpha, a, x, beta, y, hints);
  }
}

#define SUAN_INSTANTIATE(T)                                                                    \
  template struct SpmmHints<T>;                                                                \
  template void spmm(const ExecutionSpace&, T, const CsrView<T>&, const RowMajor<const T>&, T, \
                     const RowMajor<T>&, const SpmmHints<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
