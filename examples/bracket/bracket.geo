// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A bracket bent from a plate of 8 mm x 40 mm: gmsh -3 bracket.geo writes bracket.msh. Lengths in mm.
SetFactory("OpenCASCADE");
t = 8;       // thickness
w = 40;      // width, along y
r = 8;       // inner radius of the bend
height = 70; // of the leg at the wall, along z
length = 80; // of the leg that carries the load, along x

Point(1) = {t + r, 0, 0};
Point(2) = {length, 0, 0};
Point(3) = {length, 0, t};
Point(4) = {t + r, 0, t};
Point(5) = {t, 0, t + r};
Point(6) = {t, 0, height};
Point(7) = {0, 0, height};
Point(8) = {0, 0, t + r};
Point(9) = {t + r, 0, t + r};
Line(1) = {1, 2};
Line(2) = {2, 3};
Line(3) = {3, 4};
Circle(4) = {4, 9, 5};
Line(5) = {5, 6};
Line(6) = {6, 7};
Line(7) = {7, 8};
Circle(8) = {8, 9, 1};
Curve Loop(1) = {1 ... 8};
Plane Surface(1) = {1};
Extrude {0, w, 0} { Surface{1}; }
Cylinder(2) = {-1, 11, 54, t + 2, 0, 0, 4};
Cylinder(3) = {-1, w - 11, 54, t + 2, 0, 0, 4};
Cylinder(4) = {62, w / 2, -1, 0, 0, t + 2, 7};
BooleanDifference{ Volume{1}; Delete; }{ Volume{2 : 4}; Delete; }

e = 0.01;
bolts() = Surface In BoundingBox{-e, 7 - e, 50 - e, t + e, 15 + e, 58 + e};
bolts() += Surface In BoundingBox{-e, w - 15 - e, 50 - e, t + e, w - 7 + e, 58 + e};
eye() = Surface In BoundingBox{55 - e, 13 - e, -e, 69 + e, 27 + e, t + e};
Physical Surface("clamped", 1) = bolts();
Physical Surface("loaded", 2) = eye();
Physical Volume("steel", 3) = {1};

// Short edges at the holes.
Field[1] = Distance;
Field[1].SurfacesList = {bolts(), eye()};
Field[2] = Threshold;
Field[2].InField = 1;
Field[2].SizeMin = 3;
Field[2].SizeMax = 8;
Field[2].DistMin = 1;
Field[2].DistMax = 12;
Background Field = 2;
Mesh.MeshSizeExtendFromBoundary = 0;
Mesh.ElementOrder = 2;  // nodes in the middle of edges, on the curved surfaces
Mesh.Algorithm = 5;
Mesh.Algorithm3D = 10;
Mesh.MshFileVersion = 2.2;
