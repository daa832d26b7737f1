// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// cuBLAS is column-major: to it, an n x k array in row-major order is the k x n matrix X^T. So it
// computes the transposes, (X^H Y)^T = Y^T (X^T)^H and (X C)^T = C^T X^T, whose operands and
// results need no rearranging.
#include <cstdint>

#include "kernels/cuda/cublas_handle.hpp"
#include "kernels/cuda/row_major.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

/// C = alpha A op(B) + beta C, with the numbers of rows and columns as cuBLAS counts them.
template <class Number>
struct Gemm {
  cublasOperation_t op_b;
  std::int64_t rows, columns, inner;
  const Number* alpha;
  const Number* a;
  std::int64_t a_stride;
  const Number* b;
  std::int64_t b_stride;
  const Number* beta;
  Number* c;
  std::int64_t c_stride;
};

template <class Number, class Routine>
void call(const ExecutionSpace& space, const char* what, Routine routine, const Gemm<Number>& g) {
  check(routine(cublas_product_handle(space), CUBLAS_OP_N, g.op_b, g.rows, g.columns, g.inner,
                g.alpha, g.a, g.a_stride, g.b, g.b_stride, g.beta, g.c, g.c_stride),
        "gemm", "for ", what, ", ", g.rows, " x ", g.columns, " elements over ", g.inner);
}

void multiply(const ExecutionSpace& space, const char* what, const Gemm<float>& g) {
  call(space, what, &cublasSgemm_64, g);
}
void multiply(const ExecutionSpace& space, const char* what, const Gemm<double>& g) {
  call(space, what, &cublasDgemm_64, g);
}
/// The same numbers in cuBLAS's types.
template <class Native, class Number>
Gemm<Native> in_native(const Gemm<Number>& g) {
  return {g.op_b,     g.rows,      g.columns,  g.inner,        native(g.alpha), native(g.a),
          g.a_stride, native(g.b), g.b_stride, native(g.beta), native(g.c),     g.c_stride};
}
void multiply(const ExecutionSpace& space, const char* what, const Gemm<Complex>& g) {
  call(space, what, &cublasZgemm_64, in_native<cuDoubleComplex>(g));
}
void multiply(const ExecutionSpace& space, const char* what, const Gemm<ComplexFloat>& g) {
  call(space, what, &cublasCgemm_64, in_native<cuComplex>(g));
}

}  // namespace

template <Scalar T>
void inner_products(const ExecutionSpace& space, const RowMajor<const T>& x,
                    const RowMajor<const T>& y, T* result) {
  const std::int64_t tall = extent(x, 1);
  const std::int64_t wide = extent(y, 1);
  const std::size_t bytes = static_cast<std::size_t>(tall * wide) * sizeof(T);
  auto* const sums = static_cast<T*>(cublas_scratch(space, bytes));
  const T one = 1;
  const T zero = 0;
  multiply(space, "inner_products",
           Gemm<T>{is_complex<T> ? CUBLAS_OP_C : CUBLAS_OP_T, wide, tall, extent(x, 0), &one,
                   y.data(), row_stride(y), x.data(), row_stride(x), &zero, sums, wide});
  check(cudaMemcpyAsync(result, sums, bytes, cudaMemcpyDeviceToHost, space.cuda_stream()),
        "cudaMemcpyAsync", "of ", bytes, " bytes of inner products");
  space.fence("suan::inner_products");
}

template <Scalar T>
void multiply_small(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, const T* c,
                    T beta, const RowMajor<T>& y) {
  const std::int64_t inner = extent(x, 1);
  const std::int64_t columns = extent(y, 1);
  const std::size_t bytes = static_cast<std::size_t>(inner * columns) * sizeof(T);
  auto* const small = static_cast<T*>(cublas_scratch(space, bytes));
  // C is in pageable memory, so it has been read when this returns.
  check(cudaMemcpyAsync(small, c, bytes, cudaMemcpyHostToDevice, space.cuda_stream()),
        "cudaMemcpyAsync", "of ", bytes, " bytes of a small matrix");
  multiply(space, "multiply_small",
           Gemm<T>{CUBLAS_OP_N, columns, extent(x, 0), inner, &alpha, small, columns, x.data(),
                   row_stride(x), &beta, y.data(), row_stride(y)});
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template void inner_products(const ExecutionSpace&, const RowMajor<const T>&,                 \
                               const RowMajor<const T>&, T*);                                   \
  template void multiply_small(const ExecutionSpace&, T, const RowMajor<const T>&, const T*, T, \
                               const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
