// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The fast paths on NVIDIA GPUs, as plain functions on views. Private to the library; defined only
// when Kokkos has its CUDA back end (SUAN_HAVE_CUDA). No CUDA header is visible from here. Every
// cuSPARSE and cuBLAS status is checked: a failure becomes a DeviceError with the library's own
// message.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "kernels/spmv/csr_choice.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/kernels/spmm_plan.hpp"
#include "suan/kernels/spmv_plan.hpp"
#include "suan/kernels/trsv.hpp"

namespace suan::kernels {
struct TrsvStructure;
}

namespace suan::kernels::cuda {

/// To be called before Kokkos is initialised, which aborts the program when there is no GPU.
/// @throws DeviceError when CUDA finds no usable GPU.
void require_device();

/// To be called after Kokkos is initialised. nvcc 13.0.88 lays out members with
/// [[no_unique_address]], which a View has, differently in device code and on the host; with such a
/// Kokkos every kernel would read and write at arbitrary addresses.
/// @throws DeviceError when this build is affected.
void require_same_layouts();

/// Those of the current device. @throws DeviceError
double free_bytes();
/// The same for all processes of a node that use the same device. @throws DeviceError
std::int64_t device_number();

/// The largest number of entries that cuSPARSE accepts here. It wants row offsets as wide as column
/// numbers; ours have 64 and 32 bits, so it gets a 32-bit copy of the offsets.
inline constexpr Offset max_cusparse_entries = std::numeric_limits<LocalIndex>::max();

/// Whether cuSPARSE accepts a matrix of this size. It refuses more than rows * columns entries,
/// which duplicates can cause.
inline bool cusparse_takes(LocalIndex rows, LocalIndex columns, Offset entries) {
  return entries <= max_cusparse_entries && entries <= Offset{rows} * columns;
}

/// The row lengths of a matrix with these offsets. Waits for the device.
RowLengths row_lengths(const ExecutionSpace& space, LocalIndex rows,
                       const DeviceView<const Offset>& offsets);

/// Descriptors, workspace and analysis of `a` for cusparseSpMV, with the algorithm that gives the
/// same bits in every run. Needs 4 bytes per row plus cuSPARSE's workspace, and keeps the arrays of
/// `a` alive. Like every view, it must be destroyed before Kokkos is finalised. Calls to apply() of
/// one object must not overlap: they share the workspace.
/// @throws NotSupported where !cusparse_takes.
/// @throws DeviceError when cuSPARSE or CUDA fails.
template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_cusparse_spmv(const ExecutionSpace& space,
                                                          const CsrView<T>& a);

/// Suan's own kernels for the arrays of `a`, which it keeps alive, with any number of entries: part
/// of a warp for each row, or, where a few rows are far longer than most, tiles of equal size along
/// the merge path, whose starts are found here. The same bits in every run on the same device; no
/// atomics. Without `choice` the row lengths decide. As with cuSPARSE, calls to one object must not
/// overlap.
/// @throws NotSupported beyond 9 * 10^11 entries, DeviceError when CUDA fails.
template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace& space,
                                                     const CsrView<T>& a);
template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace& space,
                                                     const CsrView<T>& a,
                                                     std::optional<CsrChoice> choice);

/// As make_cusparse_spmv, for cusparseSpMM with `vectors` vectors. NVIDIA promises the same bits in
/// every run; very long rows did not keep that promise (docs/cuda.md).
/// @throws NotSupported also where a row has more entries than there are columns.
template <Scalar T>
std::unique_ptr<const PreparedSpmm<T>> make_cusparse_spmm(const ExecutionSpace& space,
                                                          const CsrView<T>& a, LocalIndex vectors);

/// Suan's own kernels for a matrix with a few long rows times `vectors` vectors: long rows are
/// summed in pieces, with the same bits in every run. Keeps the arrays of `a` alive; two products
/// of one object must not overlap.
template <Scalar T>
std::unique_ptr<const PreparedSpmm<T>> make_pieces_spmm(const ExecutionSpace& space,
                                                        const CsrView<T>& a, LocalIndex vectors);

/// A B by Suan's own kernels with hash tables in shared memory.
/// @throws DeviceError when CUDA fails.
template <Scalar T>
std::unique_ptr<const PreparedSpgemm<T>> make_hash_spgemm(const ExecutionSpace& space,
                                                          const CsrView<T>& a, const CsrView<T>& b);

/// A B by cuSPARSE. A first product with the values of `a` and `b` finds the structure of C; each
/// further product costs as much.
/// @throws NotSupported where !cusparse_takes for A, B or C.
/// @throws DeviceError when cuSPARSE or CUDA fails.
template <Scalar T>
std::unique_ptr<const PreparedSpgemm<T>> make_cusparse_spgemm(const ExecutionSpace& space,
                                                              const CsrView<T>& a,
                                                              const CsrView<T>& b,
                                                              const SpgemmOptions& options);

/// Solves in which rows wait for each other. `structure` is that of `a`, in host memory. Two solves
/// at the same time, on two streams, would take each other's results and might never end.
/// @throws DeviceError when CUDA fails.
template <Scalar T>
std::unique_ptr<PreparedTrsv<T>> make_self_scheduled_trsv(const CsrView<T>& a,
                                                          const TrsvStructure& structure,
                                                          Diagonal diagonal);

/// Solves by cusparseSpSV, analysed here for the values that `version` names, and by cusparseSpSM
/// for several right-hand sides, analysed for the first multivector of each width. Needs 4 bytes
/// per row plus cuSPARSE's workspaces.
/// @throws NotSupported where !cusparse_takes.
/// @throws DeviceError when cuSPARSE or CUDA fails.
template <Scalar T>
std::unique_ptr<PreparedTrsv<T>> make_cusparse_trsv(const ExecutionSpace& space,
                                                    const CsrView<T>& a, Triangle triangle,
                                                    Diagonal diagonal, std::uint64_t version);

/// The structure of a transpose, and for each of its entries the position in the original matrix.
struct TransposedStructure {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> indices;
  DeviceView<const Offset> source;
};

/// Sorts on the device. Workspace besides the result: 16 bytes per entry (24 from 2^32 entries on)
/// plus CUB's own.
/// @throws DeviceError when CUDA fails.
TransposedStructure transpose_structure(const ExecutionSpace& space, LocalIndex rows,
                                        LocalIndex columns, const DeviceView<const Offset>& offsets,
                                        const DeviceView<const LocalIndex>& indices);

/// x^H y by cuBLAS. Waits for the result; the same bits in every run on the same device.
/// @throws DeviceError when cuBLAS or CUDA fails.
template <Scalar T>
T dot(const ExecutionSpace& space, const DeviceView<const T>& x, const DeviceView<const T>& y);

/// y = y + alpha x by cuBLAS, on the stream of `space`, without waiting.
/// @throws DeviceError when cuBLAS or CUDA fails.
template <Scalar T>
void axpy(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
          const DeviceView<T>& y);

/// inner_products and multiply_small of kernels/vector/tall_skinny.hpp by cuBLAS, in full precision
/// (no TF32). None of the extents may be zero. inner_products waits for the result.
/// @throws DeviceError when cuBLAS or CUDA fails.
template <Scalar T>
void inner_products(const ExecutionSpace& space, const RowMajor<const T>& x,
                    const RowMajor<const T>& y, T* result);
template <Scalar T>
void multiply_small(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, const T* c,
                    T beta, const RowMajor<T>& y);

}  // namespace suan::kernels::cuda
