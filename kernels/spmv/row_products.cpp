// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/spmv/row_products.hpp"

#include <type_traits>

#include "kernels/spmv/row_sums.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

namespace {

/// Calls use(constant) with std::integral_constant<int, n>, 0 <= n < bound <= 16.
template <Offset bound, class Use>
auto with_constant(Offset n, const Use& use) {
  static_assert(bound <= 16);
#define SUAN_CASE(n)                                                       \
  case n:                                                                  \
    if constexpr (n < bound) return use(std::integral_constant<int, n>()); \
    [[fallthrough]];
  switch (n) {
    SUAN_CASE(1)
    SUAN_CASE(2)
    SUAN_CASE(3)
    SUAN_CASE(4)
    SUAN_CASE(5)
    SUAN_CASE(6)
    SUAN_CASE(7)
    SUAN_CASE(8)
    SUAN_CASE(9)
    SUAN_CASE(10)
    SUAN_CASE(11)
    SUAN_CASE(12)
    SUAN_CASE(13)
    SUAN_CASE(14)
    SUAN_CASE(15)
    default:
      return use(std::integral_constant<int, 0>());
  }
#undef SUAN_CASE
}

/// products[i] = product(start of row i) for row i and the rows after it of the same length.
/// Returns the row after them.
template <class Product, Scalar T>
LocalIndex products_of_run(const Offset* offsets, LocalIndex i, LocalIndex count, T* products,
                           const Product product) {
  Offset begin = offsets[i];
  const Offset length = offsets[i + 1] - begin;
  do {
    products[i] = product(begin);
    begin += length;
    ++i;
  } while (i < count && offsets[i + 1] == begin + length);
  return i;
}

/// Rows most of which are as long as the row before.
template <Ahead ahead, Scalar T>
void alike_row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                        const T* values, const T* x, T* products, Offset limit) {
  for (LocalIndex i = 0; i < count;) {
    const Offset length = offsets[i + 1] - offsets[i];
    if (length >= limit) {
      i = products_of_run(offsets, i, count, products, [](Offset) { return T{}; });
    } else if (length < long_row) {
      i = with_constant<long_row>(length, [=](auto constant) {
        return products_of_run(offsets, i, count, products, [=](Offset begin) {
          return fixed_row_product<ahead, constant.value>(begin, indices, values, x);
        });
      });
    } else {
      i = with_constant<per_line<T>>(length % per_line<T>, [=](auto tail) {
        return products_of_run(offsets, i, count, products, [=](Offset begin) {
          return long_row_product<ahead>(begin, begin + length - tail.value, tail, indices, values,
                                         x);
        });
      });
    }
  }
}

/// Rows of unpredictable length.
template <Scalar T>
void uneven_row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                         const T* values, const T* x, T* products, const RowOptions& options) {
  constexpr Offset read_behind = 3;
  const auto multiply = [&]<Ahead ahead>(LocalIndex i) {
    for (; i < count && offsets[i + 1] + read_behind + fetch_distance <= options.entries; ++i) {
      products[i] =
          offsets[i + 1] - offsets[i] < long_row
              ? uneven_row_product<ahead>(offsets[i], offsets[i + 1], indices, values, x)
              : row_product<ahead>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
    }
    return i;
  };
  LocalIndex i = options.fetch    ? multiply.template operator()<Ahead::elements>(0)
                 : options.cached ? multiply.template operator()<Ahead::nothing>(0)
                                  : multiply.template operator()<Ahead::streams>(0);
  for (; i < count; ++i) {
    products[i] =
        row_product<Ahead::streams>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
  }
}

}  // namespace

template <Scalar T>
void row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                  const T* values, const T* x, T* products, const RowOptions& options) {
  if constexpr (!is_complex<T>) {
    if (options.uneven) {
      uneven_row_products(offsets, count, indices, values, x, products, options);
      return;
    }
  }
  if (options.alike && !options.fetch) {
    if (options.cached) {
      alike_row_products<Ahead::nothing>(offsets, count, indices, values, x, products,
                                         options.limit);
    } else {
      alike_row_products<Ahead::streams>(offsets, count, indices, values, x, products,
                                         options.limit);
    }
    return;
  }
  // A loop of its own, because each branch in the main loop is one more to predict.
  LocalIndex i = 0;
  if (options.fetch) {
    for (; i < count && offsets[i + 1] + fetch_distance <= options.entries; ++i) {
      products[i] = row_product<Ahead::elements>(offsets[i], offsets[i + 1], indices, values, x,
                                                 options.limit);
    }
  } else if (options.cached) {
    for (; i < count; ++i) {
      products[i] = row_product<Ahead::nothing>(offsets[i], offsets[i + 1], indices, values, x,
                                                options.limit);
    }
  }
  for (; i < count; ++i) {
    products[i] =
        row_product<Ahead::streams>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
  }
}

template <Scalar T>
LocalIndex first_row_of_part(const CsrView<T>& a, int part, int parts,
                             const LongRows<T>& left_out) {
  // A row costs about as much as two entries: its offset and its element of y.
  constexpr Offset row_cost = 2;
  const auto cost_before = [&](LocalIndex i) {
    return a.offsets(i) - left_out.entries_before(i) + row_cost * i;
  };
  return first_of_part(a.rows, part, parts, cost_before);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template void row_products(const Offset*, LocalIndex, const LocalIndex*, const T*, const T*, T*, \
                             const RowOptions&);                                                   \
  template LocalIndex first_row_of_part(const CsrView<T>&, int, int, const LongRows<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels

#endif
