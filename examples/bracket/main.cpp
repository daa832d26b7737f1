// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a part deforms under load: mpirun -n 4 suan_bracket. Returns 0 if the system is solved, 1 if
// not, 2 for bad options or files.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "elasticity.hpp"

namespace bracket {
namespace {

struct Options {
  std::string mesh = "bracket", partition = partitions().front(), output = ".";
  int refine = 3;
  double force = 1000, youngs_modulus = 210, poisson = 0.3;
  suan::KrylovOptions stop{.rtol = 1e-7};  // with a million unknowns, rounding leaves 1e-9
  suan::AmgOptions multigrid{.block_size = 3};

  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .value("mesh", &Options::mesh, "bracket, beam, or a file of Gmsh that ends in .msh.")
            .number("refine", &Options::refine, 1, 20, "Divide each tetrahedron into refine^3.")
            .number("force", &Options::force, 1e-6, 1e9, "Force on the loaded surface in N.")
            .number("youngs_modulus", &Options::youngs_modulus, 1e-3, 1e6, "In GPa.")
            .number("poisson", &Options::poisson, 0, 0.49, "Poisson's ratio.")
            .choice("partition", &Options::partition, partitions(),
                    "What divides the mesh: METIS, if the program has it, or slices.")
            .value("output", &Options::output, "Folder for the files; made if it is not there.")
            .include(&Options::stop)
            .node("multigrid", &Options::multigrid);
    return table;
  }
};

Mesh read_mesh(const Options& options) {
  const bool is_file = options.mesh.ends_with(".msh");
  const std::string path = is_file ? options.mesh : BRACKET_FOLDER "/" + options.mesh + ".msh";
  std::ostringstream text;
  if (!(text << std::ifstream(path).rdbuf())) throw suan::IoError("cannot read the mesh " + path);
  return make_mesh(text.str(), options.refine);
}

/// bracket.h5 with everything, and bracket.xdmf, which describes it for ParaView.
void write(const std::filesystem::path& folder, const Mesh& mesh, const Parts& parts,
           const Vector& coordinates, const Vector& displacement, const Vector& stress,
           const std::string& report) {
  const std::int64_t nodes = std::ssize(mesh.nodes), count = std::ssize(mesh.tetrahedra);
  const auto& comm = parts.nodes.comm();
  const auto corners = suan::generate<double>(  // Suan's files have floating-point numbers only
      suan::Layout::from_local_size(4 * parts.elements.local_size(), comm),
      [&](suan::GlobalIndex i) { return mesh.tetrahedra[i / 4][i % 4]; });
  suan::Hdf5Writer file((folder / "bracket.h5").string(), comm);
  file.write("coordinates", coordinates, std::array{nodes, std::int64_t{3}});
  file.write("displacement", displacement, std::array{nodes, std::int64_t{3}});
  file.write("tetrahedra", corners, std::array{count, std::int64_t{4}});
  file.write("von_mises", stress);
  file.write_text("report", report);
  file.close();
  suan::Xdmf xdmf("bracket.h5", "lengths in mm, stresses in N/mm2");
  xdmf.tetrahedra("tetrahedra", count, "coordinates", nodes)
      .node_vectors("displacement", "displacement")
      .cell_values("von_mises", "von_mises");
  suan::write_text_file((folder / "bracket.xdmf").string(), xdmf.text(), comm);
}

int run(const suan::Environment& env, int argc, char** argv) {
  const suan::Communicator& comm = env.world();
  std::ostream silent(nullptr);
  std::ostream& out = comm.is_root() ? std::cout : silent;
  Options options;
  bool needs_help = false;
  suan::together(comm, [&] {
    const auto arguments = suan::read_arguments(argc, argv);
    needs_help = !arguments;
    if (arguments) Options::table().parse(options, *arguments);
    if (arguments && comm.is_root()) std::filesystem::create_directories(options.output);
  });
  if (needs_help) {
    out << Options::table().help({}, "multigrid.coarsening");  // which must represent rotations
    return 0;
  }
  suan::require_agreement(comm, "the options", Options::table().write(options));
  out << env.description() << std::endl;

  Mesh mesh;
  suan::together(comm, [&] { mesh = read_mesh(options); });
  const Parts parts = distribute(mesh, options.partition, comm);
  out << mesh.tetrahedra.size() << " tetrahedra and " << 3 * mesh.nodes.size()
      << " unknowns, divided by " << options.partition << std::endl;

  const suan::Timer assembly;
  const double mu = 500 * options.youngs_modulus / (1 + options.poisson);
  const Material material{2 * mu * options.poisson / (1 - 2 * options.poisson), mu};
  const auto a = stiffness(mesh, parts, material);
  const Vector b = load(mesh, parts, options.force);
  out << "Assembled " << a.global_entries() << " entries in " << assembly.seconds() << " s"
      << std::endl;

  const Vector coordinates = suan::generate<double>(
      parts.unknowns, [&](suan::GlobalIndex i) { return mesh.nodes[i / 3][i % 3]; });
  const suan::Amg<double> multigrid(
      a, suan::rigid_body_modes<double>(parts.unknowns, 3, coordinates.to_host()),
      options.multigrid);
  // The solver's clock starts after multigrid's set-up, which its limit and its report include.
  const double before = comm.max(multigrid.report().seconds);
  if (double& limit = options.stop.time_limit; limit > 0) limit = std::max(limit - before, 1e-9);
  Vector displacement(parts.unknowns);
  suan::SolveReport report = suan::Cg<double>(options.stop).solve(a, multigrid, b, displacement);
  report.setup_seconds += before;
  out << '\n' << multigrid.report() << '\n' << report << '\n';
  if (!report.converged()) {
    out << "Not solved, so nothing is written.\n";
    return 1;
  }

  const Vector stress = von_mises(mesh, parts, material, displacement);
  // Averaged over the loaded surface, as the force is distributed.
  out << "Deflection of the loaded surface: " << suan::dot(b, displacement) / options.force
      << " mm\n"
      << "Largest von Mises stress: " << suan::norm_inf(stress)
      << " N/mm2 (at the rims of clamped surfaces it grows with refine)\n";
  write(options.output, mesh, parts, coordinates, displacement, stress, report.to_json());
  out << "Wrote bracket.h5 and, for ParaView, bracket.xdmf in " << options.output << '\n';
  return 0;
}

}  // namespace
}  // namespace bracket

int main(int argc, char** argv) {
  return suan::run(argc, argv,
                   [&](suan::Environment& env) { return bracket::run(env, argc, argv); });
}
