// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "kernels/cuda/status.hpp"
#include "kernels/spmv/spmv_merge.cuh"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

/// Blocks per multiprocessor in a product with a sum: few enough that their sums are quickly added,
/// and enough that the last ones to finish do not matter.
constexpr int blocks_per_multiprocessor = 32;
/// The number of block sums that a single block adds up.
constexpr Offset sums_at_once = 8192;

constexpr Offset quotient_up(Offset a, Offset b) { return (a + b - 1) / b; }

template <bool with_sum, Scalar T>
auto row_kernel(int threads_per_row) {
  switch (threads_per_row) {
    case 1:
      return &multiply_rows<1, with_sum, T>;
    case 2:
      return &multiply_rows<2, with_sum, T>;
    case 4:
      return &multiply_rows<4, with_sum, T>;
    case 8:
      return &multiply_rows<8, with_sum, T>;
    case 16:
      return &multiply_rows<16, with_sum, T>;
    default:
      return &multiply_rows<32, with_sum, T>;
  }
}

template <class Number>
DeviceView<Number> array(const ExecutionSpace& space, const std::string& label, Offset size) {
  return DeviceView<Number>(Kokkos::view_alloc(space, Kokkos::WithoutInitializing, label),
                            static_cast<std::size_t>(size));
}

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>;

/// Where each tile starts on the path.
DeviceView<LocalIndex> find_tiles(const ExecutionSpace& space, int tiles, LocalIndex rows,
                                  Offset entries, const DeviceView<const Offset>& offsets) {
  const auto first_rows = array<LocalIndex>(space, "suan::csr tiles", tiles + Offset(1));
  const Offset* const ends = offsets.data() + 1;
  Kokkos::parallel_for(
      "suan::csr find tiles", Range(space, 0, tiles + Offset(1)), KOKKOS_LAMBDA(Offset tile) {
        const Offset diagonal = Kokkos::min(tile * merge_tile, rows + entries);
        first_rows(tile) = rows_before(ends, rows, entries, diagonal);
      });
  return first_rows;
}

/// The tiles in which rows of more than few_tiles tiles end, in increasing order.
DeviceView<int> find_long_ends(const ExecutionSpace& space, int tiles, LocalIndex rows,
                               const DeviceView<const Offset>& offsets,
                               const DeviceView<const LocalIndex>& first_rows) {
  int count = 0;
  Kokkos::parallel_reduce(
      "suan::csr count long rows", Range(space, 0, tiles),
      KOKKOS_LAMBDA(Offset tile, int& sum) {
        if (is_end_of_long_row(offsets.data(), rows, first_rows.data(), tile)) ++sum;
      },
      count);
  const auto long_ends = array<int>(space, "suan::csr long rows", count);
  if (count == 0) return long_ends;
  Kokkos::parallel_scan(
      "suan::csr list long rows", Range(space, 0, tiles),
      KOKKOS_LAMBDA(Offset tile, int& place, bool last) {
        if (!is_end_of_long_row(offsets.data(), rows, first_rows.data(), tile)) return;
        if (last) long_ends(place) = static_cast<int>(tile);
        ++place;
      });
  return long_ends;
}

template <Scalar T>
class CsrSpmv final : public PreparedSpmv<T> {
 public:
  CsrSpmv(const ExecutionSpace& space, const CsrView<T>& a, std::optional<CsrChoice> wanted);

  std::string format() const override { return "csr"; }
  std::string description() const override { return describe(choice_, lengths_); }
  KernelPath path() const override { return KernelPath::cuda; }
  std::int64_t bytes() const override {
    return static_cast<std::int64_t>(
        a_.offsets.size() * sizeof(Offset) + a_.indices.size() * sizeof(LocalIndex) +
        a_.values.size() * sizeof(T) + first_rows_.size() * sizeof(LocalIndex) +
        (carries_.size() + heads_.size()) * sizeof(T));
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override {
    CsrProduct<T> p = product(x, y);
    p.alpha = alpha;
    p.beta = beta;
    if (beta != T(0)) p.added = y.data();
    multiply<false>(space, p);
  }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    spmm<T>(space, alpha, a_, x, beta, y);
  }
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const override {
    CsrProduct<T> p = product(x, y);
    p.left = x.data();
    return multiply<true>(space, p);
  }
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const override {
    CsrProduct<T> p = product(x, r);
    p.alpha = T(-1);
    p.beta = T(1);
    p.added = b.data();
    return real_part<T>(multiply<true>(space, p));
  }

 private:
  void prepare_tiles(const ExecutionSpace& space);
  CsrProduct<T> product(const DeviceView<const T>& x, const DeviceView<T>& y) const {
    return {a_.rows, a_.offsets.data(), a_.indices.data(), a_.values.data(), x.data(),    T(1),
            T(0),    nullptr,           y.data(),          nullptr,          sums_.data()};
  }
  template <bool with_sum>
  T multiply(const ExecutionSpace& space, const CsrProduct<T>& p) const;
  template <bool with_sum>
  void start_merge(const ExecutionSpace& space, const CsrProduct<T>& p) const;
  T sum_of_blocks(const ExecutionSpace& space) const;
  void check_start(const char* kernel) const {
    check(cudaGetLastError(), kernel, "on a ", a_.rows, " x ", a_.columns, " matrix of ",
          a_.entries(), " ", scalar_name<T>(), " entries");
  }

  CsrView<T> a_;
  RowLengths lengths_;
  CsrChoice choice_;
  /// Blocks of a product with a sum; with tiles, those of both kernels together.
  Offset blocks_ = 0;
  int tiles_ = 0;
  DeviceView<LocalIndex> first_rows_;
  DeviceView<T> carries_, heads_;
  DeviceView<int> long_ends_;
  DeviceView<T> sums_, chunks_;
  Kokkos::View<T, Kokkos::SharedHostPinnedSpace> sum_;
};

template <Scalar T>
CsrSpmv<T>::CsrSpmv(const ExecutionSpace& space, const CsrView<T>& a,
                    std::optional<CsrChoice> wanted)
    : a_(a), lengths_(row_lengths(space, a.rows, a.offsets)) {
  choice_ = wanted.value_or(choose_csr_kernel(lengths_));
  if (a_.rows == 0) return;
  if (choice_.merge) {
    prepare_tiles(space);
  } else {
    int multiprocessors = 0;
    check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount,
                                 space.cuda_device()),
          "cudaDeviceGetAttribute", "for device ", space.cuda_device());
    blocks_ = Kokkos::min(quotient_up(Offset(a_.rows) * choice_.threads_per_row, row_threads),
                          Offset(multiprocessors) * blocks_per_multiprocessor);
  }
  sums_ = array<T>(space, "suan::csr sums", blocks_);
  chunks_ = array<T>(space, "suan::csr sums of sums", quotient_up(blocks_, sums_at_once));
  sum_ = Kokkos::View<T, Kokkos::SharedHostPinnedSpace>("suan::csr sum");
  // Errors of the kernels still running must surface here, not at the first product.
  space.fence("suan::csr prepared");
}

template <Scalar T>
void CsrSpmv<T>::prepare_tiles(const ExecutionSpace& space) {
  const Offset tiles = quotient_up(a_.rows + a_.entries(), merge_tile);
  if (tiles > std::numeric_limits<int>::max() / 2) {
    throw NotSupported(message("the kernel path 'cuda' cannot cut a matrix of ", a_.entries(),
                               " entries on one rank into tiles: use more ranks"));
  }
  tiles_ = static_cast<int>(tiles);
  first_rows_ = find_tiles(space, tiles_, a_.rows, a_.entries(), a_.offsets);
  long_ends_ = find_long_ends(space, tiles_, a_.rows, a_.offsets, first_rows_);
  carries_ = array<T>(space, "suan::csr carries", tiles);
  heads_ = array<T>(space, "suan::csr heads", tiles);
  blocks_ = tiles + quotient_up(tiles, merge_threads) + static_cast<Offset>(long_ends_.size());
}

template <Scalar T>
template <bool with_sum>
T CsrSpmv<T>::multiply(const ExecutionSpace& space, const CsrProduct<T>& p) const {
  if (a_.rows == 0) return T{};
  use_device_of(space);
  if (choice_.merge) {
    start_merge<with_sum>(space, p);
  } else {
    const int width = choice_.threads_per_row;
    const Offset blocks =
        with_sum ? blocks_ : quotient_up(Offset(a_.rows) * width, Offset(row_threads));
    row_kernel<with_sum, T>(
        width)<<<static_cast<unsigned>(blocks), row_threads, 0, space.cuda_stream()>>>(p);
    check_start("multiply_rows");
  }
  return with_sum ? sum_of_blocks(space) : T{};
}

template <Scalar T>
template <bool with_sum>
void CsrSpmv<T>::start_merge(const ExecutionSpace& space, const CsrProduct<T>& p) const {
  const MergeTiles<T> tiles{tiles_,          a_.rows + a_.entries(), first_rows_.data(),
                            carries_.data(), heads_.data(),          long_ends_.data()};
  const cudaStream_t stream = space.cuda_stream();
  multiply_tile<with_sum><<<static_cast<unsigned>(tiles_), merge_threads, 0, stream>>>(p, tiles);
  check_start("multiply_tile");
  const auto few = static_cast<int>(quotient_up(tiles_, merge_threads));
  finish_split_rows<with_sum>
      <<<static_cast<unsigned>(few) + static_cast<unsigned>(long_ends_.size()), merge_threads, 0,
         stream>>>(p, tiles, few);
  check_start("finish_split_rows");
}

/// The last block writes to host memory, which saves a separate copy.
template <Scalar T>
T CsrSpmv<T>::sum_of_blocks(const ExecutionSpace& space) const {
  const cudaStream_t stream = space.cuda_stream();
  const T* values = sums_.data();
  Offset count = blocks_;
  if (count > sums_at_once) {
    sum_chunks<<<static_cast<unsigned>(chunks_.size()), sum_threads, 0, stream>>>(
        values, count, sums_at_once, chunks_.data());
    check_start("sum_chunks");
    values = chunks_.data();
    count = static_cast<Offset>(chunks_.size());
  }
  sum_chunks<<<1, sum_threads, 0, stream>>>(values, count, count, sum_.data());
  check_start("sum_chunks");
  space.fence("suan::csr sum");
  return sum_();
}

}  // namespace

template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace& space,
                                                     const CsrView<T>& a,
                                                     std::optional<CsrChoice> choice) {
  return std::make_unique<const CsrSpmv<T>>(space, a, choice);
}

template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace& space,
                                                     const CsrView<T>& a) {
  return make_csr_spmv<T>(space, a, std::nullopt);
}

#define SUAN_INSTANTIATE(T)                                                            \
  template std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(                       \
      const ExecutionSpace&, const CsrView<T>&, std::optional<CsrChoice>);             \
  template std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace&, \
                                                                const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
