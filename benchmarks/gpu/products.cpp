// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices, and triangular solves.
#include <memory>
#include <optional>
#include <utility>

#include "../support/problem.hpp"
#include "operations.hpp"
#include "suan/kernels/galerkin.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/kernels/transpose.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/matrix/triangular.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::bench {

using kernels::CsrView;

void compare_spgemm(Contest& contest, const std::string& shape, const Matrix& a) {
  const auto view = a.view();
  struct Way {
    const char* name;
    SpgemmOptions options;
  };
  const Way ways[] = {{"cusparse_alg1", {KernelPath::cusparse, CusparseSpgemm::alg1}},
                      {"cusparse_alg2", {KernelPath::cusparse, CusparseSpgemm::alg2}},
                      {"cusparse_alg3", {KernelPath::cusparse, CusparseSpgemm::alg3}},
                      {"cuda", {KernelPath::cuda}}};
  for (const bool again : {false, true}) {
    contest.begin(shape, again ? "square2" : "square");
    for (const auto& [name, options] : ways) {
      if (again && std::string(name).starts_with("cusparse_alg") &&
          options.cusparse != CusparseSpgemm::alg1)
        continue;
      contest.run(name, no_answer, [&](GpuResult& result) -> Call {
        const auto kept = std::make_shared<std::optional<kernels::SpgemmPlan<double>>>();
        const auto c = std::make_shared<CsrView<double>>();
        if (again) {
          kept->emplace(ExecutionSpace(), view, view, options);
          *c = (*kept)->multiply(ExecutionSpace(), view, view);
        } else {
          *c = kernels::spgemm(ExecutionSpace(), view, view, options);
        }
        result.bytes = 2 * (12.0 * static_cast<double>(view.entries()) + 8.0 * view.rows) +
                       12.0 * static_cast<double>(c->entries()) + 8.0 * view.rows;
        result.detail = message(c->entries(), " entries");
        *c = {};
        if (again) {
          return
              [=] { *c = (*kept)->multiply(ExecutionSpace(), view, view, std::exchange(*c, {})); };
        }
        return [=] {
          *c = {};
          *c = kernels::spgemm(ExecutionSpace(), view, view, options);
        };
      });
    }
  }
}

void compare_trsv(Contest& contest, const std::string& shape, const Matrix& a) {
  const auto lower = from_host_csr<double>(lower_triangle(to_host(a)));
  const auto upper = transpose(lower);
  const auto b = generate<double>(
      lower.row_layout(), [](GlobalIndex i) { return 1 + static_cast<double>(i % 17) / 16; });
  for (const auto triangle : {Triangle::lower, Triangle::upper}) {
    const auto& t = triangle == Triangle::lower ? lower : upper;
    contest.begin(shape, triangle == Triangle::lower ? "lower" : "upper");
    for (const auto schedule : {TrsvSchedule::cusparse, TrsvSchedule::self_scheduling}) {
      Vector<double> x(t.row_layout());
      const DeviceView<double> answer = x.view();
      contest.run(std::string(to_string(schedule)), answer, [&](GpuResult& result) -> Call {
        const auto solver = timed(result, [&] {
          TriangularSolver<double> made(t, {triangle, Diagonal::stored, schedule});
          made.solve(b, x);
          return made;
        });
        result.bytes = static_cast<double>(solver.bytes_per_apply());
        result.detail += ", " + solver.path();
        return [=] {
          // A vector over the answer itself: a copy of x would be overwritten instead.
          Vector<double> into(x.layout(), answer);
          solver.solve(b, into);
        };
      });
    }
  }
}

void compare_galerkin(Contest& contest, const std::string& shape, const Matrix& a,
                      std::int64_t size) {
  const auto p = from_host_csr<double>(smoothed_prolongator(to_host(a), size));
  const ExecutionSpace space;
  const auto r = kernels::transpose(space, p.view(), false);
  const auto fine = a.view();
  const auto wide = p.view();
  const SpgemmOptions options{KernelPath::cusparse, CusparseSpgemm::alg1};
  contest.begin(shape, "galerkin");
  contest.run("cusparse_alg1", no_answer, [=](GpuResult&) -> Call {
    return [=] {
      const auto left = kernels::spgemm(ExecutionSpace(), r, fine, options);
      kernels::spgemm(ExecutionSpace(), left, wide, options);
    };
  });
  contest.run("cuda", no_answer, [=](GpuResult&) -> Call {
    return [=] { kernels::galerkin_product(ExecutionSpace(), r, fine, wide); };
  });
  contest.begin(shape, "galerkin2");
  contest.run("cusparse_alg1", no_answer, [=](GpuResult&) -> Call {
    const auto left =
        std::make_shared<kernels::SpgemmPlan<double>>(ExecutionSpace(), r, fine, options);
    const auto right = std::make_shared<kernels::SpgemmPlan<double>>(
        ExecutionSpace(), left->multiply(ExecutionSpace(), r, fine), wide, options);
    return
        [=] { right->multiply(ExecutionSpace(), left->multiply(ExecutionSpace(), r, fine), wide); };
  });
  contest.run("cuda", no_answer, [=](GpuResult&) -> Call {
    const auto plan =
        std::make_shared<kernels::GalerkinPlan<double>>(ExecutionSpace(), r, fine, wide);
    return [=] { plan->multiply(ExecutionSpace(), r, fine, wide); };
  });
}

}  // namespace suan::bench
