// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "operations.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "../support/problem.hpp"
#include "cusparse_peer.hpp"
#include "kernels/cuda/cuda.hpp"
#include "suan/kernels/bsr.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/sell.hpp"
#include "suan/kernels/transpose.hpp"
#include "suan/matrix/multi_vector_product.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::bench {

namespace {

using Prepared = std::shared_ptr<const kernels::PreparedSpmv<double>>;

double vector_bytes(const Matrix& a) {
  return 8.0 * (static_cast<double>(a.rows()) + static_cast<double>(a.columns()));
}

/// 1 + (i mod 17) / 16.
DeviceView<double> input(std::int64_t size) {
  const DeviceView<double> x("suan::bench::x", static_cast<std::size_t>(size));
  Kokkos::parallel_for(
      "suan::bench::input",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(0, size),
      KOKKOS_LAMBDA(std::int64_t i) { x(i) = 1 + static_cast<double>(i % 17) / 16; });
  return x;
}

}  // namespace

void compare_bandwidth(Contest& contest) {
  const std::size_t n = std::size_t{1} << 28;
  const DeviceView<double> x("suan::bench::x", n);
  const DeviceView<double> y("suan::bench::y", n);
  contest.begin("-", "bandwidth");
  contest.run("copy", no_answer, [=](GpuResult& result) -> Call {
    result.bytes = 16.0 * static_cast<double>(n);
    return [=] { Kokkos::deep_copy(ExecutionSpace(), y, x); };
  });
  contest.run("axpy", no_answer, [=](GpuResult& result) -> Call {
    result.bytes = 24.0 * static_cast<double>(n);
    return [=] { kernels::axpby(ExecutionSpace(), 0.5, DeviceView<const double>(x), 1.0, y); };
  });
  contest.run("dot", no_answer, [=](GpuResult& result) -> Call {
    result.bytes = 16.0 * static_cast<double>(n);
    return [=] {
      kernels::dot(ExecutionSpace(), DeviceView<const double>(x), DeviceView<const double>(y));
    };
  });
  // The time of launching a kernel and waiting for a sum.
  const DeviceView<double> few("suan::bench::few", 32);
  contest.run("start", no_answer, [=](GpuResult&) -> Call {
    return [=] { kernels::axpby(ExecutionSpace(), 0.5, DeviceView<const double>(few), 1.0, few); };
  });
  contest.run("start_dot", no_answer, [=](GpuResult&) -> Call {
    return [=] {
      kernels::dot(ExecutionSpace(), DeviceView<const double>(few), DeviceView<const double>(few));
    };
  });
}

void compare_spmv(Contest& contest, const std::string& shape, const Matrix& a, bool tune) {
  const ExecutionSpace space;
  const auto& view = a.view();
  const DeviceView<const double> x = input(a.columns());
  const DeviceView<double> y("suan::bench::y", static_cast<std::size_t>(a.rows()));
  const double vectors = vector_bytes(a);
  contest.begin(shape, "spmv");
  for (const auto& peer : cusparse_spmv(view, x, y)) {
    contest.run(peer.name, y, [&](GpuResult& result) -> Call {
      result.bytes = vectors + 12.0 * static_cast<double>(a.entries()) + 4.0 * a.rows();
      return timed(result, peer.make);
    });
  }
  const auto add = [&](const std::string& name, const std::function<Prepared()>& make) {
    contest.run(name, y, [&](GpuResult& result) -> Call {
      const auto prepared = timed(result, make);
      result.bytes = vectors + static_cast<double>(prepared->bytes());
      result.detail += ", " + prepared->format() + ", " + prepared->description();
      return [=] { prepared->apply(ExecutionSpace(), 1.0, x, 0.0, y); };
    });
  };
  add("cuda", [&]() -> Prepared { return kernels::cuda::make_csr_spmv<double>(space, view); });
  if (tune) {
    for (const int threads : {1, 2, 4, 8, 16, 32}) {
      add("cuda_" + std::to_string(threads), [&]() -> Prepared {
        return kernels::cuda::make_csr_spmv<double>(space, view, {{false, threads}});
      });
    }
    add("cuda_merge", [&]() -> Prepared {
      return kernels::cuda::make_csr_spmv<double>(space, view, {{true, 1}});
    });
  }
  const auto storages = {kernels::ValueStorage::lossless, kernels::ValueStorage::same};
  for (const auto storage : storages) {
    add(storage == kernels::ValueStorage::same ? "sell_same" : "sell",
        [&]() -> Prepared { return kernels::make_sell<double>(space, view, storage); });
  }
  const int block = kernels::find_block_size(space, view);
  if (block > 1 && shape.starts_with("elasticity")) {
    add("bsr", [&]() -> Prepared { return kernels::make_bsr<double>(space, view, block); });
  }
  contest.run("native", y, [&](GpuResult& result) -> Call {
    const kernels::SpmvPlan<double> plan(space, view, KernelPath::native);
    result.bytes = vectors + static_cast<double>(plan.bytes());
    return [=] { plan.apply(ExecutionSpace(), 1.0, x, 0.0, y); };
  });
  contest.run("optimize", y, [&](GpuResult& result) -> Call {
    FormatChoice choice;
    const auto best =
        timed(result, [&] { return optimize(DistributedMatrix<double>(a), {}, &choice); });
    result.bytes = static_cast<double>(choice.bytes);
    result.detail += ", " + best.name() + ", " + best.path() + ": " + choice.reason;
    auto from = generate<double>(
        best.column_layout(), [](GlobalIndex i) { return 1 + static_cast<double>(i % 17) / 16; });
    auto to = std::make_shared<Vector<double>>(best.row_layout(), y);
    return [=] { best.apply(from, *to); };
  });
}

void compare_spmm(Contest& contest, const std::string& shape, const Matrix& a, int vectors) {
  const auto k = static_cast<std::size_t>(vectors);
  const auto values = input(static_cast<std::int64_t>(a.columns()) * vectors);
  const RowMajor<const double> x(values.data(), static_cast<std::size_t>(a.columns()), k);
  const DeviceView<double> result_values("suan::bench::y", static_cast<std::size_t>(a.rows()) * k);
  const RowMajor<double> y(result_values.data(), static_cast<std::size_t>(a.rows()), k);
  const double bytes = vector_bytes(a) * vectors + 12.0 * static_cast<double>(a.entries());
  contest.begin(shape, "spmm" + std::to_string(vectors));
  for (const auto& peer : cusparse_spmm(a.view(), x, y)) {
    contest.run(peer.name, result_values, [&](GpuResult& result) -> Call {
      result.bytes = bytes + 4.0 * a.rows();
      return timed(result, peer.make);
    });
  }
  for (const auto path : {KernelPath::automatic, KernelPath::native, KernelPath::cuda}) {
    contest.run(std::string(to_string(path)), result_values, [&](GpuResult& result) -> Call {
      const auto product =
          timed(result, [&] { return MultiVectorProduct<double>(a, vectors, path); });
      result.detail += message(", ", to_string(product.path()));
      result.bytes = bytes + 8.0 * a.rows();
      const MultiVector<double> from(a.column_layout(),
                                     RowMajor<double>(values.data(), x.extent(0), k));
      const auto to = std::make_shared<MultiVector<double>>(a.row_layout(), y);
      return [=] { product.multiply(1.0, from, 0.0, *to); };
    });
  }
}

void compare_conversions(Contest& contest, const std::string& shape, const Matrix& a) {
  const auto view = a.view();
  const double bytes = 24.0 * static_cast<double>(a.entries()) + vector_bytes(a);
  contest.begin(shape, "convert");
  contest.run("transpose", no_answer, [=](GpuResult& result) -> Call {
    result.bytes = bytes;
    return [=] { kernels::transpose(ExecutionSpace(), view, false); };
  });
  contest.run("sell", no_answer, [=](GpuResult& result) -> Call {
    result.bytes = bytes;
    return [=] { kernels::make_sell<double>(ExecutionSpace(), view, kernels::ValueStorage::same); };
  });
}

}  // namespace suan::bench
