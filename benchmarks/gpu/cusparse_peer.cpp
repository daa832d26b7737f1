// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "cusparse_peer.hpp"

#include <cusparse.h>

#include <limits>
#include <memory>

#include "suan/core/error.hpp"

namespace suan::bench {

namespace {

void check(cusparseStatus_t status, const char* what) {
  if (status != CUSPARSE_STATUS_SUCCESS) {
    throw DeviceError(message(what, ": ", cusparseGetErrorString(status)));
  }
}

DeviceView<int> narrow(const kernels::CsrView<double>& a) {
  if (a.entries() > std::numeric_limits<int>::max()) {
    throw NotSupported("more entries than 32-bit offsets can count");
  }
  const DeviceView<int> narrowed("suan::bench::offsets", a.offsets.extent(0));
  const auto offsets = a.offsets;
  Kokkos::parallel_for(
      "suan::bench::narrow",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(0, a.rows + Offset(1)),
      KOKKOS_LAMBDA(Offset i) { narrowed(i) = static_cast<int>(offsets(i)); });
  Kokkos::fence("suan::bench::narrow");
  return narrowed;
}

/// What a call needs to keep alive.
struct Prepared {
  kernels::CsrView<double> a;
  DeviceView<int> offsets;
  DeviceView<char> workspace;
  cusparseHandle_t handle = nullptr;
  cusparseSpMatDescr_t matrix = nullptr;

  explicit Prepared(const kernels::CsrView<double>& given) : a(given), offsets(narrow(given)) {
    check(cusparseCreate(&handle), "cusparseCreate");
    // The same stream as the other contestants.
    check(cusparseSetStream(handle, ExecutionSpace().cuda_stream()), "cusparseSetStream");
    check(cusparseCreateCsr(&matrix, a.rows, a.columns, a.entries(), offsets.data(),
                            const_cast<LocalIndex*>(a.indices.data()),
                            const_cast<double*>(a.values.data()), CUSPARSE_INDEX_32I,
                            CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F),
          "cusparseCreateCsr");
  }
  ~Prepared() {
    if (matrix != nullptr) cusparseDestroySpMat(matrix);
    if (handle != nullptr) cusparseDestroy(handle);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void reserve(std::size_t bytes) { workspace = DeviceView<char>("suan::bench::workspace", bytes); }
};

const double one = 1;
const double zero = 0;
constexpr auto plain = CUSPARSE_OPERATION_NON_TRANSPOSE;

struct Vectors : Prepared {
  cusparseDnVecDescr_t x = nullptr;
  cusparseDnVecDescr_t y = nullptr;
  using Prepared::Prepared;
  ~Vectors() {
    if (x != nullptr) cusparseDestroyDnVec(x);
    if (y != nullptr) cusparseDestroyDnVec(y);
  }
};

std::function<void()> make_spmv(const kernels::CsrView<double>& a,
                                const DeviceView<const double>& x, const DeviceView<double>& y,
                                cusparseSpMVAlg_t algorithm) {
  const auto p = std::make_shared<Vectors>(a);
  check(cusparseCreateDnVec(&p->x, a.columns, const_cast<double*>(x.data()), CUDA_R_64F),
        "cusparseCreateDnVec");
  check(cusparseCreateDnVec(&p->y, a.rows, y.data(), CUDA_R_64F), "cusparseCreateDnVec");
  std::size_t bytes = 0;
  check(cusparseSpMV_bufferSize(p->handle, plain, &one, p->matrix, p->x, &zero, p->y, CUDA_R_64F,
                                algorithm, &bytes),
        "cusparseSpMV_bufferSize");
  p->reserve(bytes);
  check(cusparseSpMV_preprocess(p->handle, plain, &one, p->matrix, p->x, &zero, p->y, CUDA_R_64F,
                                algorithm, p->workspace.data()),
        "cusparseSpMV_preprocess");
  return [p, algorithm] {
    check(cusparseSpMV(p->handle, plain, &one, p->matrix, p->x, &zero, p->y, CUDA_R_64F, algorithm,
                       p->workspace.data()),
          "cusparseSpMV");
  };
}

struct Blocks : Prepared {
  cusparseDnMatDescr_t x = nullptr;
  cusparseDnMatDescr_t y = nullptr;
  using Prepared::Prepared;
  ~Blocks() {
    if (x != nullptr) cusparseDestroyDnMat(x);
    if (y != nullptr) cusparseDestroyDnMat(y);
  }
};

std::function<void()> make_spmm(const kernels::CsrView<double>& a, const RowMajor<const double>& x,
                                const RowMajor<double>& y, cusparseSpMMAlg_t algorithm) {
  const auto p = std::make_shared<Blocks>(a);
  const auto vectors = static_cast<std::int64_t>(x.extent(1));
  check(cusparseCreateDnMat(&p->x, a.columns, vectors, vectors, const_cast<double*>(x.data()),
                            CUDA_R_64F, CUSPARSE_ORDER_ROW),
        "cusparseCreateDnMat");
  check(cusparseCreateDnMat(&p->y, a.rows, vectors, vectors, y.data(), CUDA_R_64F,
                            CUSPARSE_ORDER_ROW),
        "cusparseCreateDnMat");
  std::size_t bytes = 0;
  check(cusparseSpMM_bufferSize(p->handle, plain, plain, &one, p->matrix, p->x, &zero, p->y,
                                CUDA_R_64F, algorithm, &bytes),
        "cusparseSpMM_bufferSize");
  p->reserve(bytes);
  check(cusparseSpMM_preprocess(p->handle, plain, plain, &one, p->matrix, p->x, &zero, p->y,
                                CUDA_R_64F, algorithm, p->workspace.data()),
        "cusparseSpMM_preprocess");
  return [p, algorithm] {
    check(cusparseSpMM(p->handle, plain, plain, &one, p->matrix, p->x, &zero, p->y, CUDA_R_64F,
                       algorithm, p->workspace.data()),
          "cusparseSpMM");
  };
}

}  // namespace

std::vector<CusparseCall> cusparse_spmv(const kernels::CsrView<double>& a,
                                        const DeviceView<const double>& x,
                                        const DeviceView<double>& y) {
  return {{"cusparse_alg1", [=] { return make_spmv(a, x, y, CUSPARSE_SPMV_CSR_ALG1); }},
          {"cusparse_alg2", [=] { return make_spmv(a, x, y, CUSPARSE_SPMV_CSR_ALG2); }}};
}

std::vector<CusparseCall> cusparse_spmm(const kernels::CsrView<double>& a,
                                        const RowMajor<const double>& x,
                                        const RowMajor<double>& y) {
  return {{"cusparse_alg2", [=] { return make_spmm(a, x, y, CUSPARSE_SPMM_CSR_ALG2); }},
          {"cusparse_alg3", [=] { return make_spmm(a, x, y, CUSPARSE_SPMM_CSR_ALG3); }}};
}

}  // namespace suan::bench
