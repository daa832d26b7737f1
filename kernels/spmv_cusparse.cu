// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <type_traits>

#include "kernels/status.hpp"
#include "suan/kernels/level1.hpp"

namespace suan::kernels::cuda {
namespace {

/// Calls the library's function that ends the life of what it holds.
template <auto Destroy>
struct Destroyer {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Destroy(object);
  }
};
template <class Descriptor, auto Destroy>
using Owner = std::unique_ptr<std::remove_pointer_t<Descriptor>, Destroyer<Destroy>>;

using Handle = Owner<cusparseHandle_t, cusparseDestroy>;
using Matrix = Owner<cusparseConstSpMatDescr_t, cusparseDestroySpMat>;
using Input = Owner<cusparseConstDnVecDescr_t, cusparseDestroyDnVec>;
using Output = Owner<cusparseDnVecDescr_t, cusparseDestroyDnVec>;

/// The merge-based algorithm. Unlike the default one it gives the same bits in every run.
constexpr cusparseSpMVAlg_t algorithm = CUSPARSE_SPMV_CSR_ALG2;

/// cuSPARSE 12 writes y in vectors of this many bytes without looking where y begins.
constexpr std::uintptr_t output_alignment = 16;

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

/// The offsets in the width of the column numbers. The caller has checked that they fit.
DeviceView<const LocalIndex> narrow(const ExecutionSpace& space,
                                    const DeviceView<const Offset>& offsets) {
  const DeviceView<LocalIndex> result(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse offsets"),
      offsets.size());
  Kokkos::parallel_for(
      "suan::cusparse narrow offsets",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          space, 0, static_cast<Offset>(offsets.size())),
      KOKKOS_LAMBDA(Offset i) { result(i) = static_cast<LocalIndex>(offsets(i)); });
  return result;
}

template <Scalar T>
class CusparseSpmv final : public PreparedSpmv<T> {
 public:
  CusparseSpmv(const ExecutionSpace& space, const CsrView<T>& a);

  std::string format() const override { return "csr"; }
  KernelPath path() const override { return KernelPath::cusparse; }
  std::int64_t bytes() const override {
    return static_cast<std::int64_t>(offsets_.size() * sizeof(LocalIndex) +
                                     a_.indices.size() * sizeof(LocalIndex) +
                                     a_.values.size() * sizeof(T) + workspace_.size());
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override;

 private:
  std::string shape() const {
    return message("on a ", a_.rows, " x ", a_.columns, " matrix of ", a_.entries(), " ",
                   scalar_name<T>(), " entries");
  }
  void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                const DeviceView<T>& y) const;

  // Destroyed from the last to the first: descriptors before the arrays to which they point.
  CsrView<T> a_;
  DeviceView<const LocalIndex> offsets_;
  DeviceView<char> workspace_;
  mutable DeviceView<T> aligned_y_;
  Handle handle_;
  Matrix matrix_;
};

template <Scalar T>
CusparseSpmv<T>::CusparseSpmv(const ExecutionSpace& space, const CsrView<T>& a) : a_(a) {
  if (a_.entries() > max_cusparse_entries) {
    throw NotSupported(message("the kernel path 'cusparse' takes matrices of at most ",
                               max_cusparse_entries, " entries on one rank, and this one has ",
                               a_.entries(), ": choose 'native' or 'automatic', or more ranks"));
  }
  if (a_.entries() == 0) return;
  use_device_of(space);
  offsets_ = narrow(space, a_.offsets);

  cusparseHandle_t handle = nullptr;
  check(cusparseCreate(&handle), "cusparseCreate", shape());
  handle_.reset(handle);
  check(cusparseSetStream(handle, space.cuda_stream()), "cusparseSetStream", shape());
  check(cusparseSetPointerMode(handle, CUSPARSE_POINTER_MODE_HOST), "cusparseSetPointerMode",
        shape());

  cusparseConstSpMatDescr_t matrix = nullptr;
  check(cusparseCreateConstCsr(&matrix, a_.rows, a_.columns, a_.entries(), offsets_.data(),
                               a_.indices.data(), a_.values.data(), CUSPARSE_INDEX_32I,
                               CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, data_type<T>),
        "cusparseCreateConstCsr", shape());
  matrix_.reset(matrix);

  // The analysis asks for vectors; these are only as long as it.
  const DeviceView<T> x(Kokkos::view_alloc(space, "suan::cusparse analysis x"),
                        static_cast<std::size_t>(a_.columns));
  const DeviceView<T> y(Kokkos::view_alloc(space, "suan::cusparse analysis y"),
                        static_cast<std::size_t>(a_.rows));
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  const T alpha = 1;
  const T beta = 0;
  std::size_t bytes = 0;
  check(cusparseSpMV_bufferSize(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, matrix,
                                input.get(), &beta, output.get(), data_type<T>, algorithm, &bytes),
        "cusparseSpMV_bufferSize", shape());
  // One byte at least: the library takes no null pointer for a workspace.
  workspace_ = DeviceView<char>(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse workspace"),
      bytes > 0 ? bytes : 1);
  check(
      cusparseSpMV_preprocess(handle, CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, matrix, input.get(),
                              &beta, output.get(), data_type<T>, algorithm, workspace_.data()),
      "cusparseSpMV_preprocess", shape());
  // Errors of the kernels that are under way belong here and not to the first product.
  space.fence("suan::cusparse analysis");
}

template <Scalar T>
void CusparseSpmv<T>::apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
                            T beta, const DeviceView<T>& y) const {
  if (a_.rows == 0) return;
  if (a_.entries() == 0) {
    scale(space, beta, y);
    return;
  }
  if (reinterpret_cast<std::uintptr_t>(y.data()) % output_alignment == 0) {
    multiply(space, alpha, x, beta, y);
    return;
  }
  // A column of a basis with an odd number of rows, for one: by way of an array that is aligned.
  if (aligned_y_.size() == 0) {
    aligned_y_ = DeviceView<T>(
        Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse aligned y"),
        static_cast<std::size_t>(a_.rows));
  }
  multiply(space, alpha, x, T(0), aligned_y_);
  axpby(space, T(1), DeviceView<const T>(aligned_y_), beta, y);
}

template <Scalar T>
void CusparseSpmv<T>::multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
                               T beta, const DeviceView<T>& y) const {
  use_device_of(space);
  check(cusparseSetStream(handle_.get(), space.cuda_stream()), "cusparseSetStream", shape());
  const Input input = describe_input<T>(x);
  const Output output = describe_output<T>(y);
  check(cusparseSpMV(handle_.get(), CUSPARSE_OPERATION_NON_TRANSPOSE, &alpha, matrix_.get(),
                     input.get(), &beta, output.get(), data_type<T>, algorithm, workspace_.data()),
        "cusparseSpMV", shape());
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_cusparse_spmv(const ExecutionSpace& space,
                                                          const CsrView<T>& a) {
  return std::make_unique<const CusparseSpmv<T>>(space, a);
}

template std::unique_ptr<const PreparedSpmv<float>> make_cusparse_spmv(const ExecutionSpace&,
                                                                       const CsrView<float>&);
template std::unique_ptr<const PreparedSpmv<double>> make_cusparse_spmv(const ExecutionSpace&,
                                                                        const CsrView<double>&);
template std::unique_ptr<const PreparedSpmv<Complex>> make_cusparse_spmv(const ExecutionSpace&,
                                                                         const CsrView<Complex>&);

}  // namespace suan::kernels::cuda
