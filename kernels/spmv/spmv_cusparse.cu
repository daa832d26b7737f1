// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cusparse_csr.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"

namespace suan::kernels::cuda {
namespace {

using Input = cusparse::Owner<cusparseConstDnVecDescr_t, cusparseDestroyDnVec>;
using Output = cusparse::Owner<cusparseDnVecDescr_t, cusparseDestroyDnVec>;

/// The merge-based algorithm. Unlike the default one it gives the same bits in every run.
constexpr cusparseSpMVAlg_t algorithm = CUSPARSE_SPMV_CSR_ALG2;

template <Scalar T>
Input describe_input(const DeviceView<const T>& x) {
  cusparseConstDnVecDescr_t raw = nullptr;
  check(cusparseCreateConstDnVec(&raw, static_cast<std::int64_t>(x.size()), x.data(), data_type<T>),
        "cusparseCreateConstDnVec", "for ", x.size(), " elements");
  return Input(raw);
}

template <Scalar T>
Output describe_output(const DeviceView<T>& y) {
  cusparseDnVecDescr_t raw = nullptr;
  check(cusparseCreateDnVec(&raw, static_cast<std::int64_t>(y.size()), y.data(), data_type<T>),
        "cusparseCreateDnVec", "for ", y.size(), " elements");
  return Output(raw);
}

template <Scalar T>
class CusparseSpmv final : public PreparedSpmv<T> {
 public:
  CusparseSpmv(const ExecutionSpace& space, const CsrView<T>& a);

  std::string format() const override { return "csr"; }
  KernelPath path() const override { return KernelPath::cusparse; }
  std::int64_t bytes() const override {
    return matrix_.bytes() + static_cast<std::int64_t>(workspace_.size());
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override;
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    spmm<T>(space, alpha, matrix_.view(), x, beta, y);
  }

 private:
  void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                const DeviceView<T>& y) const;

  // Destroyed from last to first: descriptors before the arrays that they point to.
  DeviceView<char> workspace_;
  mutable DeviceView<T> aligned_y_;
  CusparseCsr<T> matrix_;
};

template <Scalar T>
CusparseSpmv<T>::CusparseSpmv(const ExecutionSpace& space, const CsrView<T>& a)
    : matrix_(space, a) {
  if (a.entries() == 0) return;
  cusparseHandle_t handle = matrix_.handle(space);
  // The analysis wants vectors; these are needed only for its duration.
  const DeviceView<T> x(Kokkos::view_alloc(space, "suan::cusparse analysis x"),
                        static_cast<std::size_t>(a.columns));
  const DeviceView<T> y(Kokkos::view_alloc(space, "suan::cusparse analysis y"),
                        static_cast<std::size_t>(a.rows));
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  const T alpha = 1;
  const T beta = 0;
  std::size_t bytes = 0;
  check(cusparseSpMV_bufferSize(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha,
                                matrix_.descriptor(), input.get(), &beta, output.get(),
                                data_type<T>, algorithm, &bytes),
        "cusparseSpMV_bufferSize", matrix_.shape());
  workspace_ = cusparse::make_workspace(space, bytes);
  check(cusparseSpMV_preprocess(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha,
                                matrix_.descriptor(), input.get(), &beta, output.get(),
                                data_type<T>, algorithm, workspace_.data()),
        "cusparseSpMV_preprocess", matrix_.shape());
  // Errors of the kernels still running must surface here, not at the first product.
  space.fence("suan::cusparse analysis");
}

template <Scalar T>
void CusparseSpmv<T>::apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
                            T beta, const DeviceView<T>& y) const {
  if (matrix_.view().rows == 0) return;
  if (matrix_.view().entries() == 0) {
    scale(space, beta, y);
    return;
  }
  if (is_aligned(y.data())) {
    multiply(space, alpha, x, beta, y);
    return;
  }
  // For instance a column of a basis with an odd number of rows: copy through an aligned array.
  if (aligned_y_.size() == 0) {
    aligned_y_ = DeviceView<T>(
        Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse aligned y"),
        static_cast<std::size_t>(matrix_.view().rows));
  }
  multiply(space, alpha, x, T(0), aligned_y_);
  axpby(space, T(1), DeviceView<const T>(aligned_y_), beta, y);
}

template <Scalar T>
void CusparseSpmv<T>::multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
                               T beta, const DeviceView<T>& y) const {
  cusparseHandle_t handle = matrix_.handle(space);
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  check(cusparseSpMV(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, matrix_.descriptor(),
                     input.get(), &beta, output.get(), data_type<T>, algorithm, workspace_.data()),
        "cusparseSpMV", matrix_.shape());
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_cusparse_spmv(const ExecutionSpace& space,
                                                          const CsrView<T>& a) {
  return std::make_unique<const CusparseSpmv<T>>(space, a);
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template std::unique_ptr<const PreparedSpmv<T>> make_cusparse_spmv(const ExecutionSpace&, \
                                                                     const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
