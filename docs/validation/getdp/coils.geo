// Half plane x = r, y = z: the drive coil, the bucket coil at two places, air, and a shell that stands for all space beyond it.
// One-coil 1-t machine: drive coil of mean radius 1.00 m, section 0.20 × 0.05 m; bucket coil 0.85 m, 0.15 × 0.03 m.
Include "coils_data.pro";
DefineConstant[ h = 0.012 ];  // element size in the coils

SetFactory("OpenCASCADE");
Disk(1) = {0, 0, 0, shell_inner};
Disk(2) = {0, 0, 0, shell_outer};
Rectangle(3) = {1.0 - 0.025, -0.100, 0, 0.05, 0.20};
Rectangle(4) = {0.85 - 0.015, -0.075, 0, 0.03, 0.15};
Rectangle(5) = {0.85 - 0.015, 0.5 - 0.075, 0, 0.03, 0.15};
Rectangle(6) = {0, -5, 0, 5, 10};
BooleanIntersection(7) = { Surface{1}; Delete; }{ Surface{6}; };
BooleanIntersection(8) = { Surface{2}; Delete; }{ Surface{6}; Delete; };
BooleanFragments{ Surface{3, 4, 5, 7, 8}; Delete; }{ }

e = 1e-4;
drive() = Surface In BoundingBox{0.975 - e, -0.1 - e, -e, 1.025 + e, 0.1 + e, e};
near() = Surface In BoundingBox{0.835 - e, -0.075 - e, -e, 0.865 + e, 0.075 + e, e};
half() = Surface In BoundingBox{0.835 - e, 0.425 - e, -e, 0.865 + e, 0.575 + e, e};
inside() = Surface In BoundingBox{-e, -shell_inner - e, -e, shell_inner + e, shell_inner + e, e};
every() = Surface In BoundingBox{-e, -shell_outer - e, -e, shell_outer + e, shell_outer + e, e};
air() = inside(); air() -= drive(); air() -= near(); air() -= half();
shell() = every(); shell() -= inside();
axis() = Curve In BoundingBox{-e, -shell_outer - e, -e, e, shell_outer + e, e};
rim() = CombinedBoundary{ Surface{every()}; };
rim() -= axis();

Physical Surface(drive_region) = drive();
Physical Surface(near_region) = near();
Physical Surface(half_region) = half();
Physical Surface(air_region) = air();
Physical Surface(shell_region) = shell();
Physical Curve(axis_region) = axis();
Physical Curve(rim_region) = rim();

Field[1] = Distance;
Field[1].CurvesList = { Boundary{ Surface{drive(), near(), half()}; } };
Field[1].NumPointsPerCurve = 60;
Field[2] = Threshold;
Field[2].InField = 1;
Field[2].SizeMin = h;
Field[2].SizeMax = 12 * h;
Field[2].DistMin = 0.05;
Field[2].DistMax = 1.5;
Background Field = 2;
Mesh.MeshSizeExtendFromBoundary = 0;
Mesh.ElementOrder = 2;
