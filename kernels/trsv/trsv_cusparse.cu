// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cusparse_objects.hpp"

#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

using cusparse::DenseMatrix;
using cusparse::DenseVector;
using cusparse::Handle;
using cusparse::SparseMatrix;
using cusparse::writable;

using VectorSolve = cusparse::Owner<cusparseSpSVDescr_t, cusparseSpSV_destroyDescr>;
using MultiSolve = cusparse::Owner<cusparseSpSMDescr_t, cusparseSpSM_destroyDescr>;
constexpr cusparseOperation_t as_it_is = CUSPARSE_OPERATION_NON_TRANSPOSE;

/// The values that an analysis has seen and may have copied.
struct Seen {
  const void* values = nullptr;
  std::uint64_t version = 0;
  bool same(const void* other, std::uint64_t other_version) const {
    return values == other && version == other_version;
  }
};

template <Scalar T>
class CusparseTrsv final : public PreparedTrsv<T> {
 public:
  CusparseTrsv(const ExecutionSpace& space, const CsrView<T>& a, Triangle triangle,
               Diagonal diagonal, std::uint64_t version);

  TrsvSchedule schedule() const override { return TrsvSchedule::cusparse; }
  std::string description() const override {
    return message("cusparse: ", vector_workspace_.size(), " bytes of workspace, and ",
                   multi_workspace_.size(), " for ", vectors_, " right-hand sides at once");
  }
  std::int64_t memory_bytes() const override {
    return static_cast<std::int64_t>(sizeof(LocalIndex) * offsets_.size() +
                                     sizeof(T) * copy_.size() + vector_workspace_.size() +
                                     multi_workspace_.size());
  }
  void solve(const ExecutionSpace& space, const DeviceView<const T>& values, std::uint64_t version,
             const DeviceView<const T>& b, const DeviceView<T>& x) override;
  void solve(const ExecutionSpace& space, const DeviceView<const T>& values, std::uint64_t version,
             const RowMajor<const T>& b, const RowMajor<T>& x) override;

 private:
  std::string shape() const {
    return message("on a triangular matrix of ", a_.rows, " rows and ", a_.indices.size(), " ",
                   scalar_name<T>(), " entries");
  }
  void start(const ExecutionSpace& space, const DeviceView<const T>& values);
  void analyse_vector(const ExecutionSpace& space);
  void analyse_multi(const ExecutionSpace& space, const DeviceView<const T>& values,
                     std::uint64_t version, std::size_t vectors, const T* b, T* x,
                     std::size_t stride);
  T* copied(const ExecutionSpace& space, std::size_t size);

  // Destroyed from last to first: descriptors before the arrays that they point to.
  CsrView<T> a_;
  DeviceView<LocalIndex> offsets_;
  DeviceView<T> copy_;  ///< of b where x is the same array: the library does not say it may be
  DeviceView<char> vector_workspace_;
  DeviceView<char> multi_workspace_;
  Handle handle_;
  SparseMatrix matrix_;
  DenseVector b_;
  DenseVector x_;
  VectorSolve vector_solve_;
  Seen vector_seen_;
  std::size_t vectors_ = 0;
  std::size_t stride_ = 0;
  DenseMatrix multi_b_;
  DenseMatrix multi_x_;
  MultiSolve multi_solve_;
  Seen block_seen_;
};

template <Scalar T>
CusparseTrsv<T>::CusparseTrsv(const ExecutionSpace& space, const CsrView<T>& a, Triangle triangle,
                              Diagonal diagonal, std::uint64_t version)
    : a_(a), vector_seen_{a.values.data(), version} {
  offsets_ = cusparse::narrow_offsets(space, a, "triangular solve", "this one");
  if (a.indices.size() == 0) return;  // the identity
  handle_ = cusparse::make_handle(space, shape());
  matrix_ = cusparse::describe_csr(a, offsets_);
  cusparseFillMode_t fill =
      triangle == Triangle::lower ? CUSPARSE_FILL_MODE_LOWER : CUSPARSE_FILL_MODE_UPPER;
  cusparseDiagType_t kind =
      diagonal == Diagonal::unit ? CUSPARSE_DIAG_TYPE_UNIT : CUSPARSE_DIAG_TYPE_NON_UNIT;
  check(cusparseSpMatSetAttribute(matrix_.get(), CUSPARSE_SPMAT_FILL_MODE, &fill, sizeof(fill)),
        "cusparseSpMatSetAttribute", shape());
  check(cusparseSpMatSetAttribute(matrix_.get(), CUSPARSE_SPMAT_DIAG_TYPE, &kind, sizeof(kind)),
        "cusparseSpMatSetAttribute", shape());
  start(space, a.values);
  analyse_vector(space);
}

/// Points the matrix descriptor at `values`, and the handle at the stream of `space`.
template <Scalar T>
void CusparseTrsv<T>::start(const ExecutionSpace& space, const DeviceView<const T>& values) {
  use_device_of(space);
  check(cusparseSetStream(handle_.get(), space.cuda_stream()), "cusparseSetStream", shape());
  check(cusparseCsrSetPointers(matrix_.get(), offsets_.data(), writable(a_.indices.data()),
                               writable(values.data())),
        "cusparseCsrSetPointers", shape());
}

template <Scalar T>
T* CusparseTrsv<T>::copied(const ExecutionSpace& space, std::size_t size) {
  if (copy_.size() < size) {
    copy_ = DeviceView<T>(
        Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse copy of b"), size);
  }
  return copy_.data();
}

template <Scalar T>
void CusparseTrsv<T>::analyse_vector(const ExecutionSpace& space) {
  // The analysis wants vectors; these are needed only for its duration.
  const auto vector = [&] {
    return DeviceView<T>(Kokkos::view_alloc(space, std::string("suan::cusparse analysis vector")),
                         static_cast<std::size_t>(a_.rows));
  };
  const DeviceView<T> b = vector();
  const DeviceView<T> x = vector();
  const auto describe = [&](const DeviceView<T>& data) {
    cusparseDnVecDescr_t raw = nullptr;
    check(cusparseCreateDnVec(&raw, a_.rows, data.data(), data_type<T>), "cusparseCreateDnVec",
          shape());
    return DenseVector(raw);
  };
  b_ = describe(b);
  x_ = describe(x);
  cusparseSpSVDescr_t raw = nullptr;
  check(cusparseSpSV_createDescr(&raw), "cusparseSpSV_createDescr", shape());
  vector_solve_ = VectorSolve(raw);
  const T one = 1;
  std::size_t bytes = 0;
  check(cusparseSpSV_bufferSize(handle_.get(), as_it_is, &one, matrix_.get(), b_.get(), x_.get(),
                                data_type<T>, CUSPARSE_SPSV_ALG_DEFAULT, raw, &bytes),
        "cusparseSpSV_bufferSize", shape());
  vector_workspace_ = cusparse::make_workspace(space, bytes);
  check(
      cusparseSpSV_analysis(handle_.get(), as_it_is, &one, matrix_.get(), b_.get(), x_.get(),
                            data_type<T>, CUSPARSE_SPSV_ALG_DEFAULT, raw, vector_workspace_.data()),
      "cusparseSpSV_analysis", shape());
  // Errors of the kernels still running must surface here, not at the first solve.
  space.fence("suan::cusparse analysis");
}

template <Scalar T>
void CusparseTrsv<T>::solve(const ExecutionSpace& space, const DeviceView<const T>& values,
                            std::uint64_t version, const DeviceView<const T>& b,
                            const DeviceView<T>& x) {
  if (a_.indices.size() == 0) return Kokkos::deep_copy(space, x, b);
  const T* given = b.data();
  if (given == x.data()) {
    T* const copy = copied(space, x.size());
    Kokkos::deep_copy(space, DeviceView<T>(copy, x.size()), b);
    given = copy;
  }
  start(space, values);
  if (!vector_seen_.same(values.data(), version)) {
    check(cusparseSpSV_updateMatrix(handle_.get(), vector_solve_.get(), writable(values.data()),
                                    CUSPARSE_SPSV_UPDATE_GENERAL),
          "cusparseSpSV_updateMatrix", shape());
    vector_seen_ = {values.data(), version};
  }
  check(cusparseDnVecSetValues(b_.get(), writable(given)), "cusparseDnVecSetValues", shape());
  check(cusparseDnVecSetValues(x_.get(), x.data()), "cusparseDnVecSetValues", shape());
  const T one = 1;
  check(cusparseSpSV_solve(handle_.get(), as_it_is, &one, matrix_.get(), b_.get(), x_.get(),
                           data_type<T>, CUSPARSE_SPSV_ALG_DEFAULT, vector_solve_.get()),
        "cusparseSpSV_solve", shape());
}

/// Runs in the first solve with multivectors of this shape, and again after values have changed.
template <Scalar T>
void CusparseTrsv<T>::analyse_multi(const ExecutionSpace& space, const DeviceView<const T>& values,
                                    std::uint64_t version, std::size_t vectors, const T* b, T* x,
                                    std::size_t stride) {
  const T one = 1;
  if (!multi_solve_ || vectors != vectors_ || stride != stride_) {
    multi_solve_.reset();
    const auto describe = [&](const T* data, std::size_t ld) {
      cusparseDnMatDescr_t raw = nullptr;
      check(
          cusparseCreateDnMat(&raw, a_.rows, static_cast<Offset>(vectors), static_cast<Offset>(ld),
                              writable(data), data_type<T>, CUSPARSE_ORDER_ROW),
          "cusparseCreateDnMat", shape());
      return DenseMatrix(raw);
    };
    multi_b_ = describe(b, vectors);
    multi_x_ = describe(x, stride);
    cusparseSpSMDescr_t raw = nullptr;
    check(cusparseSpSM_createDescr(&raw), "cusparseSpSM_createDescr", shape());
    MultiSolve made(raw);
    std::size_t bytes = 0;
    check(cusparseSpSM_bufferSize(handle_.get(), as_it_is, as_it_is, &one, matrix_.get(),
                                  multi_b_.get(), multi_x_.get(), data_type<T>,
                                  CUSPARSE_SPSM_ALG_DEFAULT, raw, &bytes),
          "cusparseSpSM_bufferSize", shape());
    multi_workspace_ = cusparse::make_workspace(space, bytes);
    check(cusparseSpSM_analysis(handle_.get(), as_it_is, as_it_is, &one, matrix_.get(),
                                multi_b_.get(), multi_x_.get(), data_type<T>,
                                CUSPARSE_SPSM_ALG_DEFAULT, raw, multi_workspace_.data()),
          "cusparseSpSM_analysis", shape());
    multi_solve_ = std::move(made);
    vectors_ = vectors;
    stride_ = stride;
  } else if (!block_seen_.same(values.data(), version)) {
    check(cusparseSpSM_updateMatrix(handle_.get(), multi_solve_.get(), writable(values.data()),
                                    CUSPARSE_SPSM_UPDATE_GENERAL),
          "cusparseSpSM_updateMatrix", shape());
  }
  block_seen_ = {values.data(), version};
}

template <Scalar T>
void CusparseTrsv<T>::solve(const ExecutionSpace& space, const DeviceView<const T>& values,
                            std::uint64_t version, const RowMajor<const T>& b,
                            const RowMajor<T>& x) {
  if (a_.indices.size() == 0) return Kokkos::deep_copy(space, x, b);
  // Packed into a separate array: b may be x, and its stride may have changed since the last solve.
  const std::size_t vectors = x.extent(1);
  T* const copy = copied(space, x.extent(0) * vectors);
  Kokkos::deep_copy(space, RowMajor<T>(copy, x.extent(0), vectors), b);
  start(space, values);
  analyse_multi(space, values, version, vectors, copy, x.data(), x.stride(0));
  check(cusparseDnMatSetValues(multi_b_.get(), copy), "cusparseDnMatSetValues", shape());
  check(cusparseDnMatSetValues(multi_x_.get(), x.data()), "cusparseDnMatSetValues", shape());
  const T one = 1;
  check(cusparseSpSM_solve(handle_.get(), as_it_is, as_it_is, &one, matrix_.get(), multi_b_.get(),
                           multi_x_.get(), data_type<T>, CUSPARSE_SPSM_ALG_DEFAULT,
                           multi_solve_.get()),
        "cusparseSpSM_solve", shape());
}

}  // namespace

template <Scalar T>
std::unique_ptr<PreparedTrsv<T>> make_cusparse_trsv(const ExecutionSpace& space,
                                                    const CsrView<T>& a, Triangle triangle,
                                                    Diagonal diagonal, std::uint64_t version) {
  return std::make_unique<CusparseTrsv<T>>(space, a, triangle, diagonal, version);
}

#define SUAN_INSTANTIATE(T)                                     \
  template std::unique_ptr<PreparedTrsv<T>> make_cusparse_trsv( \
      const ExecutionSpace&, const CsrView<T>&, Triangle, Diagonal, std::uint64_t);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
