// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector/tall_skinny.hpp"

#include <algorithm>
#include <vector>

#include "kernels/spmm/multi_sums.hpp"
#include "suan/core/detail/threads.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/sums.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

namespace suan::kernels {

namespace {

using Index = std::int64_t;

#if SUAN_HAVE_CUDA

/// Y = beta Y; Y is not read when beta is zero.
template <Scalar T>
void scale_rows(const ExecutionSpace& space, T beta, const RowMajor<T>& y) {
  const auto columns = static_cast<Index>(y.extent(1));
  Kokkos::parallel_for(
      "suan::multiply_small",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Index>>(
          space, 0, static_cast<Index>(y.extent(0)) * columns),
      KOKKOS_LAMBDA(Index element) {
        T& target = y(element / columns, element % columns);
        target = beta == T(0) ? T(0) : beta * target;
      });
}

#else

using Parts = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>;

/// The tile of a small matrix that stays in registers.
constexpr int tile_rows = 4;
constexpr int tile_columns = 8;

/// Elements of X and Y that a thread processes before the next tile: they stay in its second-level
/// cache.
constexpr Index block_elements = 8192;

/// sums += X^H Y for `tall` columns of X and `wide` of Y.
template <Scalar T>
void add_edge(const T* x, Index x_stride, const T* y, Index y_stride, Index count, Index tall,
              Index wide, T* sums, Index sums_stride) {
  for (Index i = 0; i < count; ++i) {
    for (Index r = 0; r < tall; ++r) {
      const T left = conjugate(x[i * x_stride + r]);
      for (Index c = 0; c < wide; ++c) sums[r * sums_stride + c] += left * y[i * y_stride + c];
    }
  }
}

/// The same for a whole tile, whose sums stay in registers.
template <Scalar T>
void add_tile(const T* x, Index x_stride, const T* y, Index y_stride, Index count, T* sums,
              Index sums_stride) {
  static_assert(tile_rows == 4);
  using Sums = MultiSums<T, tile_columns>;
  Sums s0, s1, s2, s3;
  for (Index i = 0; i < count; ++i) {
    const T* const left = x + i * x_stride;
    const T* const right = y + i * y_stride;
    s0.add(conjugate(left[0]), right);
    s1.add(conjugate(left[1]), right);
    s2.add(conjugate(left[2]), right);
    s3.add(conjugate(left[3]), right);
  }
  const auto store = [&](const Sums& tile, Index r) {
    for (int c = 0; c < tile_columns; ++c) sums[r * sums_stride + c] += tile[c];
  };
  store(s0, 0);
  store(s1, 1);
  store(s2, 2);
  store(s3, 3);
}

/// The same for any number of columns, tile by tile.
template <Scalar T>
void add_products(const T* x, Index x_stride, Index tall, const T* y, Index y_stride, Index wide,
                  Index count, T* sums) {
  for (Index r = 0; r < tall; r += tile_rows) {
    for (Index c = 0; c < wide; c += tile_columns) {
      T* const target = sums + r * wide + c;
      if (r + tile_rows <= tall && c + tile_columns <= wide) {
        add_tile(x + r, x_stride, y + c, y_stride, count, target, wide);
      } else {
        add_edge(x + r, x_stride, y + c, y_stride, count, std::min<Index>(tile_rows, tall - r),
                 std::min<Index>(tile_columns, wide - c), target, wide);
      }
    }
  }
}

/// Y(i, 0 to width - 1) = alpha X(i, :) C(:, the same) + beta Y(i, the same) for some rows, four at
/// a time: their sums are independent and share the row of C.
template <int width, bool add, Scalar T>
void multiply_columns(T alpha, const T* x, Index x_stride, Index inner, const T* c, Index c_stride,
                      T beta, T* y, Index y_stride, Index count) {
  using Sums = MultiSums<T, width>;
  const auto store = [&](const Sums& sums, Index i) {
    T* const target = y + i * y_stride;
    for (int k = 0; k < width; ++k) {
      target[k] = add ? alpha * sums[k] + beta * target[k] : alpha * sums[k];
    }
  };
  Index i = 0;
  for (; i + 4 <= count; i += 4) {
    const T* const rows = x + i * x_stride;
    Sums s0, s1, s2, s3;
    for (Index l = 0; l < inner; ++l) {
      const T* const right = c + l * c_stride;
      s0.add(rows[l], right);
      s1.add(rows[x_stride + l], right);
      s2.add(rows[2 * x_stride + l], right);
      s3.add(rows[3 * x_stride + l], right);
    }
    store(s0, i);
    store(s1, i + 1);
    store(s2, i + 2);
    store(s3, i + 3);
  }
  for (; i < count; ++i) {
    Sums sums;
    for (Index l = 0; l < inner; ++l) sums.add(x[i * x_stride + l], c + l * c_stride);
    store(sums, i);
  }
}

template <bool add, Scalar T>
void multiply_rows(T alpha, const T* x, Index x_stride, Index inner, const T* c, Index columns,
                   T beta, T* y, Index y_stride, Index count) {
  Index k = 0;
  for (; k + tile_columns <= columns; k += tile_columns) {
    multiply_columns<tile_columns, add>(alpha, x, x_stride, inner, c + k, columns, beta, y + k,
                                        y_stride, count);
  }
  for (; k < columns; ++k) {
    multiply_columns<1, add>(alpha, x, x_stride, inner, c + k, columns, beta, y + k, y_stride,
                             count);
  }
}

/// Calls body(first, count) for blocks of rows of one part of n rows.
template <class Body>
void for_blocks(Index n, int part, int parts, Index columns, const Body& body) {
  const Index block = std::max<Index>(16, block_elements / std::max<Index>(columns, 1));
  const Index end = n * (part + 1) / parts;
  for (Index i = n * part / parts; i < end; i += block) body(i, std::min(block, end - i));
}

#endif

}  // namespace

template <Scalar T>
void inner_products(const ExecutionSpace& space, const RowMajor<const T>& x,
                    const RowMajor<const T>& y, T* result) {
  const auto n = static_cast<Index>(x.extent(0));
  const auto tall = static_cast<Index>(x.extent(1));
  const auto wide = static_cast<Index>(y.extent(1));
#if SUAN_HAVE_CUDA
  if (n > 0 && tall > 0 && wide > 0) {
    cuda::inner_products<T>(space, x, y, result);
  } else {
    std::fill_n(result, tall * wide, T{});
  }
#else
  // Each part has its own sums; they are added in the order of the parts.
  const int parts = detail::threads_of(space);
  const auto size = static_cast<std::size_t>(tall * wide);
  // With a cache line between them, which prevents false sharing.
  const std::size_t distance = size + 64 / sizeof(T);
  std::vector<SumOf<T>> sums(static_cast<std::size_t>(parts) * distance);
  std::vector<T> block_sums(static_cast<std::size_t>(parts) * distance);
  Kokkos::parallel_for("suan::inner_products", Parts(space, 0, parts), [&](int part) {
    SumOf<T>* const own = sums.data() + static_cast<std::size_t>(part) * distance;
    T* const block = block_sums.data() + static_cast<std::size_t>(part) * distance;
    const auto x_stride = static_cast<Index>(x.stride(0));
    const auto y_stride = static_cast<Index>(y.stride(0));
    for_blocks(n, part, parts, tall + wide, [&](Index first, Index count) {
      std::fill_n(block, size, T{});
      add_products<T>(x.data() + first * x_stride, x_stride, tall, y.data() + first * y_stride,
                      y_stride, wide, count, block);
      for (std::size_t k = 0; k < size; ++k) own[k] += block[k];
    });
  });
  space.fence("suan::inner_products");
  for (std::size_t k = 0; k < size; ++k) {
    SumOf<T> sum{};
    for (std::size_t at = k; at < sums.size(); at += distance) sum += sums[at];
    result[k] = scalar_cast<T>(sum);
  }
#endif
}

template <Scalar T>
void multiply_small(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, const T* c,
                    T beta, const RowMajor<T>& y) {
  const auto n = static_cast<Index>(x.extent(0));
  const auto inner = static_cast<Index>(x.extent(1));
  const auto columns = static_cast<Index>(y.extent(1));
#if SUAN_HAVE_CUDA
  if (n == 0 || columns == 0) return;
  if (inner > 0) {
    cuda::multiply_small<T>(space, alpha, x, c, beta, y);
  } else {
    scale_rows<T>(space, beta, y);
  }
#else
  const int parts = detail::threads_of(space);
  Kokkos::parallel_for("suan::multiply_small", Parts(space, 0, parts), [&](int part) {
    const auto x_stride = static_cast<Index>(x.stride(0));
    const auto y_stride = static_cast<Index>(y.stride(0));
    for_blocks(n, part, parts, inner + columns, [&](Index first, Index count) {
      const T* const rows = x.data() + first * x_stride;
      T* const target = y.data() + first * y_stride;
      if (beta == T(0)) {
        multiply_rows<false>(alpha, rows, x_stride, inner, c, columns, beta, target, y_stride,
                             count);
      } else {
        multiply_rows<true>(alpha, rows, x_stride, inner, c, columns, beta, target, y_stride,
                            count);
      }
    });
  });
#endif
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template void inner_products(const ExecutionSpace&, const RowMajor<const T>&,                 \
                               const RowMajor<const T>&, T*);                                   \
  template void multiply_small(const ExecutionSpace&, T, const RowMajor<const T>&, const T*, T, \
                               const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
