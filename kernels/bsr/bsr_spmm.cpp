// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Block matrices (BSR) times several vectors: a few rows of a block row keep their sums in
// registers and read each row of X once.
#include "kernels/bsr/bsr_spmm.hpp"

#include "kernels/spmm/multi_sums.hpp"
#include "kernels/spmm/visited_spmm.hpp"
#include "kernels/values/with_code.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

namespace suan::kernels {

#if !SUAN_HAVE_CUDA

namespace {

/// A column of a row-major array.
template <Scalar T>
struct ColumnOf {
  const T* first;
  std::size_t stride;
  const T& operator[](LocalIndex j) const { return first[static_cast<std::size_t>(j) * stride]; }
};

template <int b, Scalar T, class Code>
struct BsrSpmm {
  const BsrView<T, Code>& m;
  const T* x;
  std::size_t x_stride;
  MultiTarget<T> target;

  // As many sums as fit in registers; complex ones need two each.
  static constexpr int at_once = std::min(b, is_complex<T> ? 2 : 4);

  /// Vectors c to c + width - 1 of one block row.
  template <int width>
  void block_row(LocalIndex number, std::size_t c) const {
    constexpr int whole = b / at_once * at_once;
    for (int first = 0; first < whole; first += at_once) rows<at_once, width>(number, first, c);
    if constexpr (whole < b) rows<b - whole, width>(number, whole, c);
  }

  /// The same for a matrix with fewer columns than a block has.
  void narrow_block_row(LocalIndex number, std::size_t vectors) const {
    const LocalIndex begin = number * b;
    const LocalIndex end = begin + std::min(b, m.rows - begin);
    for (LocalIndex i = begin; i < end; ++i) {
      for (std::size_t c = 0; c < vectors; ++c) {
        target.put(m.sum_of_row(i, ColumnOf<T>{x + c, x_stride}), i, c);
      }
    }
  }

 private:
  template <int count, int width>
  void rows(LocalIndex number, int first, std::size_t c) const {
    MultiSums<T, width> sums[count];
    const Offset end = m.offsets.data()[number + 1];
    for (Offset k = m.offsets.data()[number]; k < end; ++k) {
      const Code* code = m.values.data() + k * b * b + first;
      const T* from = x + static_cast<std::size_t>(m.columns.data()[k]) * x_stride + c;
      for (int j = 0; j < b; ++j, code += b, from += x_stride) {
#pragma GCC unroll 4
        for (int r = 0; r < count; ++r) sums[r].add(m.codec.decode(code[r]), from);
      }
    }
    for (int r = 0; r < count && first + r < m.rows - number * b; ++r) {
      put(sums[r], number * b + first + r, c);
    }
  }

  template <int width>
  void put(const MultiSums<T, width>& sums, LocalIndex i, std::size_t c) const {
    if (!sums.has_nan()) {
      target.put(sums, i, c);
      return;
    }
    for (int r = 0; r < width; ++r) {
      const std::size_t at = c + static_cast<std::size_t>(r);
      const T sum = sums[r];
      target.put(sum == sum ? sum : m.sum_of_row(i, ColumnOf<T>{x + at, x_stride}), i, at);
    }
  }
};

/// All vectors of a few block rows before the next few: those blocks are cached the second time.
template <int b, Scalar T, class Code>
void multiply_block_rows(const BsrSpmm<b, T, Code>& product, LocalIndex begin, LocalIndex end,
                         std::size_t vectors) {
  constexpr LocalIndex some = 16;
  const bool narrow = product.m.matrix_columns < b;
  for (Offset at = begin; at < end; at += some) {
    const auto first = static_cast<LocalIndex>(at);
    const LocalIndex last = std::min(some, end - first) + first;
    if (narrow) {
      for (LocalIndex i = first; i < last; ++i) product.narrow_block_row(i, vectors);
      continue;
    }
    for_widths<widest_multi<T>>(vectors, [&]<int width>(std::size_t c) {
      for (LocalIndex i = first; i < last; ++i) product.template block_row<width>(i, c);
    });
  }
}

}  // namespace

#endif

template <Scalar T, class Code>
void bsr_spmm(const ExecutionSpace& space, T alpha, const BsrView<T, Code>& m,
              const RowMajor<const T>& x, T beta, const RowMajor<T>& y) {
  constexpr const char* label = "suan::bsr_spmm";
#if SUAN_HAVE_CUDA
  visited_spmm<T>(label, space, alpha, m, x, beta, y);
#else
  const std::size_t vectors = y.extent(1);
  const int parts = parts_of_work(space, m.work() * static_cast<Offset>(vectors));
  with_block(m.block, [&]<int b>() {
    const BsrSpmm<b, T, Code> product{m, x.data(), x.stride(0), MultiTarget<T>(alpha, beta, y)};
    const auto block_row_at = [](LocalIndex row) { return row / b + (row % b != 0 ? 1 : 0); };
    for_parts(label, space, parts, [&](int part) {
      multiply_block_rows(product, block_row_at(m.first_row_of_part(part, parts)),
                          block_row_at(m.first_row_of_part(part + 1, parts)), vectors);
      end_of_stream();
    });
  });
#endif
}

#define SUAN_INSTANTIATE(T, Code)                                           \
  template void bsr_spmm(const ExecutionSpace&, T, const BsrView<T, Code>&, \
                         const RowMajor<const T>&, T, const RowMajor<T>&);
SUAN_FOR_CODES(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
