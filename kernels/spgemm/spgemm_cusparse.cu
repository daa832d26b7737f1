// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "kernels/cuda/cusparse_objects.hpp"
#include "kernels/spgemm/spgemm_structure.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

using cusparse::Handle;
using cusparse::make_workspace;
using cusparse::SparseMatrix;

using Descriptor = cusparse::Owner<cusparseSpGEMMDescr_t, cusparseSpGEMM_destroyDescr>;
constexpr cusparseOperation_t as_it_is = CUSPARSE_OPERATION_NON_TRANSPOSE;

constexpr CusparseSpgemm by_memory[] = {CusparseSpgemm::alg1, CusparseSpgemm::alg2,
                                        CusparseSpgemm::alg3};

cusparseSpGEMMAlg_t native(CusparseSpgemm algorithm) {
  switch (algorithm) {
    case CusparseSpgemm::alg2:
      return CUSPARSE_SPGEMM_ALG2;
    case CusparseSpgemm::alg3:
      return CUSPARSE_SPGEMM_ALG3;
    default:
      return CUSPARSE_SPGEMM_ALG1;
  }
}

/// `automatic` tries the next algorithm when the workspace is larger than this. The limit depends
/// on the problem, not on free memory, so the same problem is always solved in the same way.
template <Scalar T>
std::size_t memory_limit(const CsrView<T>& a, const CsrView<T>& b) {
  constexpr std::size_t always = std::size_t(256) << 20;
  constexpr std::size_t times = 16;
  const std::size_t entries = a.indices.size() + b.indices.size();
  return always + times * entries * (sizeof(T) + sizeof(LocalIndex));
}

/// Thrown to give up an algorithm for one with less memory.
class TooLarge {};

/// C as cuSPARSE returns it, with 32-bit offsets.
template <Scalar T>
struct Result {
  DeviceView<LocalIndex> offsets;
  DeviceView<LocalIndex> indices;
  DeviceView<T> values;
};

template <Scalar T>
DeviceView<const Offset> widen(const ExecutionSpace& space, const Result<T>& c) {
  const DeviceView<Offset> wide("suan::Csr::offsets", c.offsets.size());
  const auto narrow = c.offsets;
  Kokkos::parallel_for(
      "suan::cusparse widen offsets",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          space, 0, static_cast<Offset>(narrow.size())),
      KOKKOS_LAMBDA(Offset i) { wide(i) = narrow(i); });
  return wide;
}

/// The values of `c` in the order of `indices`, which holds the same columns in increasing order.
template <Scalar T>
DeviceView<T> in_order(const ExecutionSpace& space, const DeviceView<const Offset>& offsets,
                       const DeviceView<const LocalIndex>& indices, const Result<T>& c) {
  const auto values = detail::allocate<T>("suan::Csr::values", indices.size());
  const auto columns = c.indices;
  const auto given = c.values;
  Kokkos::parallel_for(
      "suan::cusparse sort values",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          space, 0, static_cast<LocalIndex>(offsets.size()) - 1),
      KOKKOS_LAMBDA(LocalIndex i) {
        for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
          Offset low = offsets(i);
          for (Offset high = offsets(i + 1); high - low > 1;) {
            const Offset middle = low + (high - low) / 2;
            if (indices(middle) <= columns(k)) {
              low = middle;
            } else {
              high = middle;
            }
          }
          values(low) = given(k);
        }
      });
  return values;
}

template <Scalar T>
class CusparseSpgemmPlan final : public PreparedSpgemm<T> {
 public:
  CusparseSpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                     const SpgemmOptions& options);

  KernelPath path() const override { return KernelPath::cusparse; }
  std::string description() const override {
    if (empty_) return "cuSPARSE: nothing to do";
    return message("cuSPARSE, algorithm ", static_cast<int>(algorithm_), ", ", workspace_,
                   " bytes of workspace");
  }
  Offset multiply_adds() const override { return products_; }
  CsrView<T> multiply(const ExecutionSpace& space, const CsrView<T>& a,
                      const CsrView<T>& b) const override;

 private:
  struct Call;
  Result<T> product(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                    CusparseSpgemm algorithm, std::optional<std::size_t> limit,
                    std::size_t& workspace) const;

  LocalIndex rows_;
  LocalIndex columns_;
  float chunk_fraction_;
  bool empty_ = false;
  CusparseSpgemm algorithm_ = CusparseSpgemm::alg1;
  std::size_t workspace_ = 0;
  Offset products_ = 0;
  DeviceView<LocalIndex> a_offsets_;
  DeviceView<LocalIndex> b_offsets_;
  DeviceView<const Offset> offsets_;
  DeviceView<const LocalIndex> indices_;
};

/// The arguments shared by all steps of a product.
template <Scalar T>
struct CusparseSpgemmPlan<T>::Call {
  Handle handle;
  SparseMatrix a;
  SparseMatrix b;
  SparseMatrix c;
  Descriptor descriptor;
  cusparseSpGEMMAlg_t algorithm;
  std::string what;
  bool may_give_up;  ///< when device memory runs out
  T one = T(1);
  T zero = T(0);

  /// Calls step(handle, op, op, alpha, a, b, beta, c, type, algorithm, descriptor, rest...).
  template <class Step, class... Rest>
  void operator()(Step step, const char* name, Rest... rest) const {
    const cusparseStatus_t status =
        step(handle.get(), as_it_is, as_it_is, &one, a.get(), b.get(), &zero, c.get(), data_type<T>,
             algorithm, descriptor.get(), rest...);
    if (may_give_up && (status == CUSPARSE_STATUS_INSUFFICIENT_RESOURCES ||
                        status == CUSPARSE_STATUS_ALLOC_FAILED)) {
      throw TooLarge();
    }
    check(status, name, what);
  }
};

template <Scalar T>
CusparseSpgemmPlan<T>::CusparseSpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a,
                                          const CsrView<T>& b, const SpgemmOptions& options)
    : rows_(a.rows), columns_(b.columns), chunk_fraction_(options.chunk_fraction) {
  a_offsets_ = cusparse::narrow_offsets(space, a, "SpGEMM", "A");
  b_offsets_ = cusparse::narrow_offsets(space, b, "SpGEMM", "B");
  products_ = count_products(space, a.indices, b.offsets);
  empty_ = products_ == 0;
  if (empty_) {
    offsets_ = DeviceView<Offset>("suan::Csr::offsets", static_cast<std::size_t>(rows_) + 1);
    return;
  }
  Result<T> first;
  if (options.cusparse != CusparseSpgemm::automatic) {
    algorithm_ = options.cusparse;
    first = product(space, a, b, algorithm_, std::nullopt, workspace_);
  } else {
    for (const CusparseSpgemm algorithm : by_memory) {
      const bool last = algorithm == CusparseSpgemm::alg3;
      algorithm_ = algorithm;
      try {
        first = product(space, a, b, algorithm,
                        last ? std::nullopt : std::optional(memory_limit(a, b)), workspace_);
        break;
      } catch (const TooLarge&) {
        continue;
      }
    }
  }
  offsets_ = widen(space, first);
  if (rows_increase(space, offsets_, first.indices)) {
    indices_ = first.indices;
  } else {
    indices_ =
        find_product_structure(space, a.offsets, a.indices, b.offsets, b.indices, columns_).indices;
  }
  space.fence("suan::cusparse structure");
}

template <Scalar T>
Result<T> CusparseSpgemmPlan<T>::product(const ExecutionSpace& space, const CsrView<T>& a,
                                         const CsrView<T>& b, CusparseSpgemm algorithm,
                                         std::optional<std::size_t> limit,
                                         std::size_t& workspace) const {
  Call call{.algorithm = native(algorithm),
            .what = message("of ", a.rows, " x ", a.columns, " and ", b.rows, " x ", b.columns,
                            " with algorithm ", static_cast<int>(algorithm)),
            .may_give_up = limit.has_value()};
  call.handle = cusparse::make_handle(space, call.what);
  call.a = cusparse::describe_csr(a, a_offsets_);
  call.b = cusparse::describe_csr(b, b_offsets_);
  cusparseSpMatDescr_t raw_c = nullptr;
  check(cusparseCreateCsr(&raw_c, rows_, columns_, 0, nullptr, nullptr, nullptr, CUSPARSE_INDEX_32I,
                          CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, data_type<T>),
        "cusparseCreateCsr", call.what);
  call.c.reset(raw_c);
  cusparseSpGEMMDescr_t raw = nullptr;
  check(cusparseSpGEMM_createDescr(&raw), "cusparseSpGEMM_createDescr", call.what);
  call.descriptor.reset(raw);

  std::size_t bytes = 0;
  void* const nowhere = nullptr;
  const auto within_limit = [&](std::size_t wanted) {
    workspace = wanted;
    if (limit && wanted > *limit) throw TooLarge();
    try {
      return make_workspace(space, wanted);
    } catch (...) {
      std::string text;
      if (limit && current_error(text) == ErrorKind::out_of_memory) throw TooLarge();
      throw;
    }
  };
  call(cusparseSpGEMM_workEstimation, "cusparseSpGEMM_workEstimation", &bytes, nowhere);
  const auto estimation = make_workspace(space, bytes);
  call(cusparseSpGEMM_workEstimation, "cusparseSpGEMM_workEstimation", &bytes,
       static_cast<void*>(estimation.data()));
  if (algorithm == CusparseSpgemm::alg1) {
    call(cusparseSpGEMM_compute, "cusparseSpGEMM_compute", &bytes, nowhere);
  } else {
    std::size_t estimate = 0;
    std::size_t* const not_yet = nullptr;
    call(cusparseSpGEMM_estimateMemory, "cusparseSpGEMM_estimateMemory", chunk_fraction_, &estimate,
         nowhere, not_yet);
    const auto estimating = within_limit(estimate);
    call(cusparseSpGEMM_estimateMemory, "cusparseSpGEMM_estimateMemory", chunk_fraction_, &estimate,
         static_cast<void*>(estimating.data()), &bytes);
    space.fence("suan::cusparse estimate");  // before its workspace is freed
  }
  const auto computing = within_limit(bytes);
  call(cusparseSpGEMM_compute, "cusparseSpGEMM_compute", &bytes,
       static_cast<void*>(computing.data()));

  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t entries = 0;
  check(cusparseSpMatGetSize(call.c.get(), &rows, &columns, &entries), "cusparseSpMatGetSize",
        call.what);
  if (entries > max_cusparse_entries) {
    throw NotSupported(message("cuSPARSE's SpGEMM takes matrices of at most ", max_cusparse_entries,
                               " entries on one rank, and C has ", entries,
                               ": choose 'automatic', or more ranks"));
  }
  Result<T> c;
  c.offsets =
      detail::allocate<LocalIndex>("suan::cusparse offsets", static_cast<std::size_t>(rows_) + 1);
  c.indices = detail::allocate<LocalIndex>("suan::Csr::indices", static_cast<std::size_t>(entries));
  c.values = detail::allocate<T>("suan::Csr::values", static_cast<std::size_t>(entries));
  check(cusparseCsrSetPointers(call.c.get(), c.offsets.data(), c.indices.data(), c.values.data()),
        "cusparseCsrSetPointers", call.what);
  call(cusparseSpGEMM_copy, "cusparseSpGEMM_copy");
  space.fence("suan::cusparse product");  // before the workspaces are freed
  return c;
}

template <Scalar T>
CsrView<T> CusparseSpgemmPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& a,
                                           const CsrView<T>& b) const {
  CsrView<T> result{rows_, columns_, offsets_, indices_, {}};
  if (empty_) return result;
  std::size_t workspace = 0;
  const Result<T> c = product(space, a, b, algorithm_, std::nullopt, workspace);
  // cuSPARSE's header does not promise sorted rows.
  const bool ordered = rows_increase(space, offsets_, c.indices);
  result.values = ordered ? c.values : in_order(space, offsets_, indices_, c);
  return result;
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpgemm<T>> make_cusparse_spgemm(const ExecutionSpace& space,
                                                              const CsrView<T>& a,
                                                              const CsrView<T>& b,
                                                              const SpgemmOptions& options) {
  return std::make_unique<const CusparseSpgemmPlan<T>>(space, a, b, options);
}

#define SUAN_INSTANTIATE(T)                                               \
  template std::unique_ptr<const PreparedSpgemm<T>> make_cusparse_spgemm( \
      const ExecutionSpace&, const CsrView<T>&, const CsrView<T>&, const SpgemmOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
