// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cusparse_csr.hpp"
#include "kernels/cuda/row_major.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

using Input = cusparse::Owner<cusparseConstDnMatDescr_t, cusparseDestroyDnMat>;
using Output = cusparse::Owner<cusparseDnMatDescr_t, cusparseDestroyDnMat>;

/// Of the algorithms for CSR, the one that gives the same bits in every run; it is also one of the
/// two that use the analysis.
constexpr cusparseSpMMAlg_t algorithm = CUSPARSE_SPMM_CSR_ALG3;
constexpr cusparseOperation_t as_is = CUSPARSE_OPERATION_NON_TRANSPOSE;

template <Scalar T>
Input describe_input(const RowMajor<const T>& x) {
  cusparseConstDnMatDescr_t raw = nullptr;
  check(cusparseCreateConstDnMat(&raw, extent(x, 0), extent(x, 1), row_stride(x), x.data(),
                                 data_type<T>, CUSPARSE_ORDER_ROW),
        "cusparseCreateConstDnMat", "for ", x.extent(0), " x ", x.extent(1), " elements");
  return Input(raw);
}

template <Scalar T>
Output describe_output(const RowMajor<T>& y) {
  cusparseDnMatDescr_t raw = nullptr;
  check(cusparseCreateDnMat(&raw, extent(y, 0), extent(y, 1), row_stride(y), y.data(), data_type<T>,
                            CUSPARSE_ORDER_ROW),
        "cusparseCreateDnMat", "for ", y.extent(0), " x ", y.extent(1), " elements");
  return Output(raw);
}

/// Y = X + beta Y; Y is not read when beta is zero, and X is zero without `has_x`.
template <bool has_x, Scalar T>
void add(const ExecutionSpace& space, const std::type_identity_t<RowMajor<const T>>& x, T beta,
         const RowMajor<T>& y) {
  const auto columns = static_cast<std::int64_t>(y.extent(1));
  Kokkos::parallel_for(
      "suan::cusparse spmm add",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          space, 0, static_cast<std::int64_t>(y.extent(0)) * columns),
      KOKKOS_LAMBDA(std::int64_t element) {
        const std::int64_t i = element / columns;
        const std::int64_t c = element % columns;
        const T sum = has_x ? x(i, c) : T{};
        y(i, c) = beta == T(0) ? sum : sum + beta * y(i, c);
      });
}

/// Whether rows are packed and aligned like those that were analysed. With others, cuSPARSE 12.6
/// reads and writes out of bounds, although it is told the stride.
template <class T>
bool is_like_analysis(const RowMajor<T>& x) {
  return row_stride(x) == extent(x, 1) && is_aligned(x.data());
}

template <Scalar T>
class CusparseSpmm final : public PreparedSpmm<T> {
 public:
  CusparseSpmm(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors);

  KernelPath path() const override { return KernelPath::cusparse; }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override;

 private:
  void multiply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                const RowMajor<T>& y) const;
  RowMajor<T> packed(const ExecutionSpace& space, RowMajor<T>& kept, std::size_t rows,
                     std::size_t columns) const;

  // Destroyed from last to first: descriptors before the arrays that they point to.
  DeviceView<char> workspace_;
  mutable RowMajor<T> packed_x_, packed_y_;
  CusparseCsr<T> matrix_;
};

template <Scalar T>
CusparseSpmm<T>::CusparseSpmm(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors)
    : matrix_(space, a) {
  if (a.entries() == 0 || vectors == 0) return;
  const Offset longest = row_lengths(space, a.rows, a.offsets).longest;
  if (longest > a.columns) {
    throw NotSupported(message("cuSPARSE's products with several vectors take no row with more ",
                               "entries than columns, and one of this matrix has ", longest, " in ",
                               a.columns, ": add up duplicates, or choose 'automatic'"));
  }
  cusparseHandle_t handle = matrix_.handle(space);
  // The analysis wants multivectors; these are needed only for its duration.
  const RowMajor<T> x(Kokkos::view_alloc(space, "suan::cusparse analysis x"),
                      static_cast<std::size_t>(a.columns), static_cast<std::size_t>(vectors));
  const RowMajor<T> y(Kokkos::view_alloc(space, "suan::cusparse analysis y"),
                      static_cast<std::size_t>(a.rows), static_cast<std::size_t>(vectors));
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  const T alpha = 1;
  const T beta = 0;
  std::size_t bytes = 0;
  check(cusparseSpMM_bufferSize(handle, as_is, as_is, &alpha, matrix_.descriptor(), input.get(),
                                &beta, output.get(), data_type<T>, algorithm, &bytes),
        "cusparseSpMM_bufferSize", matrix_.shape());
  workspace_ = cusparse::make_workspace(space, bytes);
  check(cusparseSpMM_preprocess(handle, as_is, as_is, &alpha, matrix_.descriptor(), input.get(),
                                &beta, output.get(), data_type<T>, algorithm, workspace_.data()),
        "cusparseSpMM_preprocess", matrix_.shape());
  // Errors of the kernels still running must surface here, not at the first product.
  space.fence("suan::cusparse analysis");
}

template <Scalar T>
RowMajor<T> CusparseSpmm<T>::packed(const ExecutionSpace& space, RowMajor<T>& kept,
                                    std::size_t rows, std::size_t columns) const {
  if (kept.size() == 0) {
    kept =
        RowMajor<T>(Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse packed"),
                    rows, columns);
  }
  return kept;
}

template <Scalar T>
void CusparseSpmm<T>::apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x,
                            T beta, const RowMajor<T>& y) const {
  if (y.size() == 0) return;
  if (matrix_.view().entries() == 0) {
    add<false>(space, y, beta, y);
    return;
  }
  RowMajor<const T> input = x;
  if (!is_like_analysis(x)) {
    const RowMajor<T> copy = packed(space, packed_x_, x.extent(0), x.extent(1));
    add<true>(space, x, T(0), copy);
    input = copy;
  }
  if (is_like_analysis(y)) {
    multiply(space, alpha, input, beta, y);
    return;
  }
  const RowMajor<T> result = packed(space, packed_y_, y.extent(0), y.extent(1));
  multiply(space, alpha, input, T(0), result);
  add<true>(space, RowMajor<const T>(result), beta, y);
}

template <Scalar T>
void CusparseSpmm<T>::multiply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x,
                               T beta, const RowMajor<T>& y) const {
  cusparseHandle_t handle = matrix_.handle(space);
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  check(cusparseSpMM(handle, as_is, as_is, &alpha, matrix_.descriptor(), input.get(), &beta,
                     output.get(), data_type<T>, algorithm, workspace_.data()),
        "cusparseSpMM", matrix_.shape());
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpmm<T>> make_cusparse_spmm(const ExecutionSpace& space,
                                                          const CsrView<T>& a, LocalIndex vectors) {
  return std::make_unique<const CusparseSpmm<T>>(space, a, vectors);
}

#define SUAN_INSTANTIATE(T)                                           \
  template std::unique_ptr<const PreparedSpmm<T>> make_cusparse_spmm( \
      const ExecutionSpace&, const CsrView<T>&, LocalIndex);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
