// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The bracket of examples/: its meshes, how they are divided, and its elements. What it solves is
// tested from outside, in test_bracket.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numbers>

#include "elasticity.hpp"

namespace bracket {
namespace {

using std::numbers::pi;
using suan::Communicator;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string text_of(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(BRACKET_FOLDER "/" + name + ".msh").rdbuf();
  return text.str();
}

/// One tetrahedron with straight edges, its face z = 0 clamped and the one opposite the origin
/// loaded, or other triangles.
std::string one_tetrahedron(const std::vector<std::string>& triangles = {"1 1 1 2 3 5 6 7",
                                                                         "2 2 2 3 4 6 9 10"}) {
  std::string elements;
  for (const auto& triangle : triangles) elements += "2 9 2 " + triangle + "\n";
  return "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n10\n"
         "1 0 0 0\n2 2 0 0\n3 0 2 0\n4 0 0 2\n5 1 0 0\n6 1 1 0\n7 0 1 0\n8 0 0 1\n9 0 1 1\n"
         "10 1 0 1\n$EndNodes\n$Elements\n" +
         std::to_string(triangles.size() + 2) + "\n1 15 2 9 9 1\n" + elements +
         "4 11 2 3 1 1 2 3 4 5 6 7 8 9 10\n$EndElements\n";
}

double area(const Mesh& mesh, const std::array<int, 3>& triangle) {
  const Point& p = mesh.nodes[triangle[0]];
  const Point normal = cross(mesh.nodes[triangle[1]] - p, mesh.nodes[triangle[2]] - p);
  return std::sqrt(dot(normal, normal)) / 2;
}

double volume(const Mesh& mesh) {
  double sum = 0;
  for (int e = 0; e < std::ssize(mesh.tetrahedra); ++e) sum += Tetrahedron(mesh, e).volume;
  return sum;
}

/// How many elements have each face, by its nodes in order.
std::map<std::array<int, 3>, int> faces_of(const Mesh& mesh) {
  std::map<std::array<int, 3>, int> faces;
  for (const auto& nodes : mesh.tetrahedra) {
    for (int i = 0; i < 4; ++i) {
      std::array face = {nodes[(i + 1) % 4], nodes[(i + 2) % 4], nodes[(i + 3) % 4]};
      std::ranges::sort(face);
      ++faces[face];
    }
  }
  return faces;
}

/// Meshes are made without communication, so one rank tests them.
class BracketMesh : public testing::Test {
 protected:
  void SetUp() override {
    if (Communicator::world().size() > 1) GTEST_SKIP() << "is the same on one rank";
  }
};

TEST_F(BracketMesh, DividesATetrahedronByHand) {
  const std::string clamped = "1 1 1 2 3 5 6 7", loaded = "2 2 2 3 4 6 9 10";
  for (const auto& triangles : {std::vector{clamped, loaded}, std::vector{loaded, clamped}}) {
    const Mesh mesh = make_mesh(one_tetrahedron(triangles), 2);
    EXPECT_EQ(mesh.nodes.size(), 10u);  // the corners and the middles of edges
    ASSERT_EQ(mesh.tetrahedra.size(), 8u);
    for (int e = 0; e < 8; ++e) EXPECT_DOUBLE_EQ(Tetrahedron(mesh, e).volume, 1.0 / 6);
    for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
      const auto& [x, y, z] = mesh.nodes[i];  // the edge between both surfaces is clamped
      EXPECT_EQ(mesh.is_clamped[i], z == 0) << x << ' ' << y << ' ' << z;
    }
    // Quarters of the face x + y + z = 2, whose edges have length sqrt(8); faces of tetrahedra.
    ASSERT_EQ(mesh.loaded.size(), 4u);
    const auto faces = faces_of(mesh);
    std::map<std::array<int, 3>, int> different;
    for (std::array<int, 3> triangle : mesh.loaded) {
      EXPECT_DOUBLE_EQ(area(mesh, triangle), std::sqrt(3.0) / 2);
      for (const int node : triangle) {
        EXPECT_EQ(mesh.nodes[node][0] + mesh.nodes[node][1] + mesh.nodes[node][2], 2);
      }
      std::ranges::sort(triangle);
      ++different[triangle];
      EXPECT_TRUE(faces.contains(triangle));
    }
    EXPECT_EQ(different.size(), 4u);
  }
}

TEST_F(BracketMesh, IsAsManyTetrahedraAndConforms) {
  for (const auto& [name, coarse] : {std::pair("bracket", 1736u), std::pair("beam", 433u)}) {
    for (const unsigned refine : {1u, 3u}) {
      const Mesh mesh = make_mesh(text_of(name), static_cast<int>(refine));
      EXPECT_EQ(mesh.tetrahedra.size(), coarse * refine * refine * refine);
      // Each edge of the surface belongs to two of its triangles: it has no gaps.
      std::map<std::pair<int, int>, int> edges;
      for (const auto& [face, count] : faces_of(mesh)) {
        ASSERT_LE(count, 2);
        if (count == 2) continue;
        for (const auto& [i, j] : {std::pair(0, 1), std::pair(1, 2), std::pair(0, 2)}) {
          ++edges[{face[i], face[j]}];
        }
      }
      for (const auto& [edge, count] : edges) ASSERT_EQ(count, 2) << name << ' ' << refine;
    }
  }
}

TEST_F(BracketMesh, HasTheVolumeOfThePart) {
  EXPECT_NEAR(volume(make_mesh(text_of("beam"), 2)), 1e4, 1e-8);
  // Plates, a quarter of a ring between them, three holes.
  const double exact =
      40 * (64 * 8 + 54 * 8 + pi / 4 * (16 * 16 - 8 * 8)) - 8 * pi * (2 * 4 * 4 + 7 * 7);
  // Chords of its curves err by h^2. What is left, extrapolated, is what parabolas through three
  // points of an arc of at most 45 degrees do not enclose; chords of those arcs would err by 3e-3.
  const double coarse = volume(make_mesh(text_of("bracket"), 2));
  const double fine = volume(make_mesh(text_of("bracket"), 4));
  EXPECT_NEAR(fine, exact, std::abs(coarse - exact) / 2);
  EXPECT_NEAR(fine - (coarse - fine) / 3, exact, 1e-4 * exact);
}

TEST_F(BracketMesh, HasItsHolesOnCylinders) {
  const Mesh mesh = make_mesh(text_of("bracket"), 4);
  std::vector<bool> is_loaded(mesh.nodes.size());
  for (const auto& triangle : mesh.loaded) {
    for (const int node : triangle) is_loaded[node] = true;
  }
  int clamped = 0, loaded = 0;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i) {
    const auto& [x, y, z] = mesh.nodes[i];
    if (!mesh.is_clamped[i] && !is_loaded[i]) continue;
    const double radius =
        is_loaded[i] ? std::hypot(x - 62, y - 20) : std::hypot(std::abs(y - 20) - 9, z - 54);
    // Parabolas through three points of an arc of at most 45 degrees: the largest error is
    // r (a/2)^4 / 32 with a = pi/4, and some for its sides.
    EXPECT_NEAR(radius, is_loaded[i] ? 7 : 4, 0.01) << x << ' ' << y << ' ' << z;
    (is_loaded[i] ? loaded : clamped) += 1;
  }
  EXPECT_GT(clamped, 300);
  EXPECT_GT(loaded, 300);
}

TEST_F(BracketMesh, RefusesOtherTexts) {
  const auto made_from = [](const std::string& text) { return [text] { make_mesh(text, 1); }; };
  const auto refused = ThrowsMessage<suan::InvalidArgument>(HasSubstr("gmsh -3 -order 2"));
  const std::string whole = one_tetrahedron();
  EXPECT_THAT(made_from(""), refused);
  EXPECT_THAT(made_from("solid stl"), refused);
  // Cut off in the middle of nodes and of elements, a node that is not there, no clamped surface.
  EXPECT_THAT(made_from(whole.substr(0, whole.find("7 0 1 0"))), refused);
  EXPECT_THAT(made_from(whole.substr(0, whole.find("7 8 9 10"))), refused);
  std::string other = whole;
  EXPECT_THAT(made_from(other.replace(other.find("6 9 10\n4"), 6, "6 9 11")), refused);
  other = whole;
  EXPECT_THAT(made_from(other.replace(other.find("9 2 1 1"), 7, "9 2 7 1")), refused);
  // Inside out.
  other = whole;
  other.replace(other.find("4 0 0 2"), 7, "4 0 0 -2");
  const Mesh inverted = make_mesh(other, 1);
  EXPECT_THAT([&] { Tetrahedron(inverted, 0); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("inverted")));
}

class BracketParts : public testing::TestWithParam<std::string> {};

TEST_P(BracketParts, GiveEachNodeToOneRank) {
  const Communicator comm = Communicator::world();
  const Mesh before = make_mesh(text_of("bracket"), 2);
  Mesh mesh = before;
  const Parts parts = distribute(mesh, GetParam(), comm);
  const auto nodes = std::ssize(mesh.nodes);
  ASSERT_EQ(parts.nodes.global_size(), nodes);
  EXPECT_EQ(parts.unknowns.local_size(), 3 * parts.nodes.local_size());
  EXPECT_EQ(parts.elements.global_size(), std::ssize(mesh.tetrahedra));
  // The same part, numbered otherwise.
  EXPECT_NEAR(volume(mesh), volume(before), 1e-9 * volume(before));
  EXPECT_EQ(std::ranges::count(mesh.is_clamped, true), std::ranges::count(before.is_clamped, true));
  ASSERT_EQ(mesh.loaded.size(), before.loaded.size());
  for (std::size_t k = 0; k < mesh.loaded.size(); ++k) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(mesh.nodes[mesh.loaded[k][i]], before.nodes[before.loaded[k][i]]);
    }
  }
  for (std::size_t e = 0; e < mesh.tetrahedra.size(); ++e) {
    for (int i = 0; i < 4; ++i) {
      ASSERT_EQ(mesh.nodes[mesh.tetrahedra[e][i]], before.nodes[before.tetrahedra[e][i]]);
    }
  }
  // Slices have equal sizes; METIS promises 1.03 times the mean for its own weights.
  const double mean = static_cast<double>(nodes) / comm.size();
  EXPECT_NEAR(parts.nodes.local_size(), mean, GetParam() == "metis" ? 0.1 * mean : 2);
  if (GetParam() != "metis") return;
  // Nodes whose elements other ranks have, too, are few: a cut across the plate has about 200.
  std::vector<bool> is_shared(mesh.nodes.size());
  for (const auto& corners : mesh.tetrahedra) {
    const int owner = parts.nodes.owner(corners[0]);
    for (const int node : corners) {
      is_shared[node] = is_shared[node] || parts.nodes.owner(node) != owner;
    }
  }
  EXPECT_LE(std::ranges::count(is_shared, true), 300 * (comm.size() - 1));
}

INSTANTIATE_TEST_SUITE_P(All, BracketParts, testing::ValuesIn(partitions()),
                         [](const auto& suite) { return suite.param; });

/// A mesh on all ranks, with nothing clamped.
struct FreePart {
  Mesh mesh = make_mesh(text_of("bracket"), 1);
  Parts parts = distribute(mesh, partitions().front(), Communicator::world());
  Material material{3, 2};
  FreePart() { mesh.is_clamped.assign(mesh.nodes.size(), false); }
  /// The field whose component a is gradient[a] . x.
  Vector linear(const std::array<Point, 3>& gradient) const {
    return suan::generate<double>(parts.unknowns, [&](suan::GlobalIndex i) {
      return dot(gradient[i % 3], mesh.nodes[i / 3]);
    });
  }
};

TEST(BracketElements, FeelNoRigidMotion) {
  const FreePart part;
  const auto a = stiffness(part.mesh, part.parts, part.material);
  EXPECT_EQ(a.global_rows(), 3 * std::ssize(part.mesh.nodes));
  Vector force(part.parts.unknowns);
  // Turned about each axis; entries are up to (2 mu + lambda) times a length of at most 8, of which
  // about 50 are multiplied by coordinates of at most 80 and added.
  for (const auto& gradient : {std::array{Point{0, 0, 0}, Point{0, 0, -1}, Point{0, 1, 0}},
                               std::array{Point{0, 0, 1}, Point{0, 0, 0}, Point{-1, 0, 0}},
                               std::array{Point{0, -1, 0}, Point{1, 0, 0}, Point{0, 0, 0}}}) {
    a.apply(part.linear(gradient), force);
    EXPECT_LT(suan::norm_inf(force), 50 * 7 * 8 * 80 * 2.3e-16 * 10);
  }
  a.apply(suan::ones(part.parts.unknowns), force);
  EXPECT_LT(suan::norm_inf(force), 50 * 7 * 8 * 2.3e-16 * 10);
}

TEST(BracketElements, AreExactForConstantStrain) {
  const FreePart part;
  const auto a = stiffness(part.mesh, part.parts, part.material);
  Vector force(part.parts.unknowns);
  const double v = volume(part.mesh);
  // Stretched along x by 1, and sheared by 1 in y and z: twice the energy is 2 mu e:e + lambda
  // tr^2.
  const Vector stretched = part.linear({Point{1, 0, 0}, Point{0, 0, 0}, Point{0, 0, 0}});
  a.apply(stretched, force);
  EXPECT_NEAR(suan::dot(stretched, force), (2 * 2 + 3) * v, 1e-9 * v);
  for (const double s : von_mises(part.mesh, part.parts, part.material, stretched).to_host()) {
    EXPECT_NEAR(s, 2 * 2, 1e-10);  // 2 mu e
  }
  const Vector sheared = part.linear({Point{0, 0, 0}, Point{0, 0, 1}, Point{0, 0, 0}});
  a.apply(sheared, force);
  EXPECT_NEAR(suan::dot(sheared, force), 2 * v, 1e-9 * v);  // mu
  for (const double s : von_mises(part.mesh, part.parts, part.material, sheared).to_host()) {
    EXPECT_NEAR(s, 2 * std::sqrt(3.0), 1e-10);  // sqrt(3) mu
  }
}

TEST(BracketElements, LeaveClampedRowsTheirDiagonal) {
  Mesh mesh = make_mesh(one_tetrahedron(), 1);
  const Parts parts = distribute(mesh, "coordinates", Communicator::world());
  const auto a = stiffness(mesh, parts, {3, 2});
  Vector y(parts.unknowns);
  const Vector x = suan::random_vector<double>(parts.unknowns, 5);
  a.apply(x, y);
  const auto all_x = x.gather(), all_y = y.gather();
  for (std::size_t i = 0; i < all_x.size(); ++i) {
    // The volume is 4/3; the gradients are (-1, -1, -1) / 2 at the origin and 1/2 along its axis at
    // each other corner. A diagonal entry is 4/3 ((lambda + mu) g_a^2 + mu g.g), and the one free
    // node has only these, as its gradient is along an axis.
    const Point& corner = mesh.nodes[i / 3];
    const double entry = corner == Point{} ? 11.0 / 3 : corner[i % 3] > 0 ? 7.0 / 3 : 2.0 / 3;
    EXPECT_NEAR(all_y[i], entry * all_x[i], 1e-14);
  }
}

TEST(BracketElements, AreSymmetricAtClampedNodes) {
  Mesh mesh = make_mesh(text_of("bracket"), 1);
  const Parts parts = distribute(mesh, partitions().front(), Communicator::world());
  const auto a = stiffness(mesh, parts, {3, 2});
  const Vector x = suan::random_vector<double>(parts.unknowns, 5);
  const Vector y = suan::random_vector<double>(parts.unknowns, 6);
  Vector ax(parts.unknowns), ay(parts.unknowns);
  a.apply(x, ax);
  a.apply(y, ay);
  // Of two sums of products, each rounded relative to its terms.
  const double scale = suan::norm2(x) * suan::norm2(ay) + suan::norm2(y) * suan::norm2(ax);
  EXPECT_NEAR(suan::dot(x, ay), suan::dot(y, ax), 1e-13 * scale);
  // A field on clamped nodes alone does not reach the others.
  const Vector clamped = suan::generate<double>(parts.unknowns, [&](suan::GlobalIndex i) {
    return mesh.is_clamped[i / 3] ? 1.0 + static_cast<double>(i % 7) : 0;
  });
  a.apply(clamped, ay);
  const auto forces = ay.gather();
  for (std::size_t i = 0; i < forces.size(); ++i) {
    ASSERT_EQ(forces[i] != 0, mesh.is_clamped[i / 3]) << i;
  }
}

TEST(BracketLoad, IsTheForceAndOnTheLoadedSurfaceOnly) {
  Mesh mesh = make_mesh(text_of("bracket"), 2);
  const Parts parts = distribute(mesh, "coordinates", Communicator::world());
  const auto all = load(mesh, parts, 12).gather();
  double sum = 0;
  Point moment{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    sum += all[i];
    const auto& [x, y, z] = mesh.nodes[i / 3];
    const bool is_at_the_hole = std::abs(std::hypot(x - 62, y - 20) - 7) < 0.01;
    EXPECT_EQ(all[i] < 0, i % 3 == 2 && is_at_the_hole) << i;
    for (int a = 0; a < 3; ++a) moment[a] += all[i] * mesh.nodes[i / 3][a] / -12;
  }
  if (!Communicator::world().is_root()) return;
  EXPECT_NEAR(sum, -12, 1e-12);
  // Its centre is that of the hole, but for what an uneven mesh's chords differ: about 1 %.
  EXPECT_NEAR(moment[0], 62, 0.1);
  EXPECT_NEAR(moment[1], 20, 0.1);
  EXPECT_NEAR(moment[2], 4, 0.1);
}

TEST(BracketLoad, OfFacesThatMeetIsByArea) {
  // The tetrahedron's faces y = 0, of area 2, and x + y + z = 2, of area sqrt(12): all its corners
  // are on a loaded face, and those at z = 0 are clamped. Each face is divided into quarters, so a
  // corner has a twelfth of it and the middle of an edge three.
  Mesh mesh =
      make_mesh(one_tetrahedron({"2 2 1 2 4 5 10 8", "1 1 1 2 3 5 6 7", "2 2 2 3 4 6 9 10"}), 2);
  const Parts parts = distribute(mesh, "coordinates", Communicator::world());
  const double side = 2, slope = std::sqrt(12.0), all_area = side + slope;
  const std::map<Point, double> twelfths = {{{0, 0, 2}, side + slope},
                                            {{0, 0, 1}, 3 * side},
                                            {{1, 0, 1}, 3 * (side + slope)},
                                            {{0, 1, 1}, 3 * slope}};
  const auto all = load(mesh, parts, 12).gather();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto at = twelfths.find(mesh.nodes[i / 3]);
    const bool is_borne = i % 3 == 2 && at != twelfths.end();
    EXPECT_NEAR(all[i], is_borne ? -at->second / all_area : 0, 1e-14) << i;
  }
}

TEST(BracketLoad, NeedsAnAreaThatIsNotClamped) {
  Mesh mesh = make_mesh(one_tetrahedron({"2 2 1 2 3 5 6 7", "1 1 1 2 3 5 6 7"}), 2);
  const Parts parts = distribute(mesh, "coordinates", Communicator::world());
  EXPECT_THAT([&] { load(mesh, parts, 12); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("no area outside the clamped one")));
}

}  // namespace
}  // namespace bracket
