# Who may include whom: core ← {factory, logistics, massdriver, orbit} ← campaign ← {studies, report, ui} ← app; tests and bench
# include anything. Project headers are quoted and rooted ("core/tick.hpp"); some libraries are known to one place only.
# Usage, in the repository's root: awk -f cmake/check_includes.awk FILE…  Prints what breaks a rule; exit code 1 then.

BEGIN {
  domains = "factory logistics massdriver orbit"
  lower = "core " domains " campaign"
  top = "studies report ui"
  allow("core", "")
  allow_each(domains, "core")
  allow("campaign", "core " domains)
  allow_each(top, lower)
  allow("app", lower " " top)
  allow_each("tests bench", lower " " top " app tests bench")

  only("^yaml-cpp/", "^core/yaml_tree[.]cpp$", "core/yaml_tree.cpp")
  only("^(bullet/)?(bt[A-Z]|Bullet|LinearMath/)", "^massdriver/", "massdriver")
  only("^sqlite3", "^(orbit|studies)/", "orbit and studies")
  only("(^|/)imgui|^(GLFW|EGL|GLES[0-9]*|GL|KHR)/", "^ui/", "ui")
}

function allow(folder, others,   i, n, name) {
  known[folder]
  may[folder, folder]
  n = split(others, name, " ")
  for (i = 1; i <= n; ++i) may[folder, name[i]]
}

function allow_each(folders, others,   i, n, name) {
  n = split(folders, name, " ")
  for (i = 1; i <= n; ++i) allow(name[i], others)
}

function only(header, file, where) {
  ++libraries
  library[libraries] = header
  user[libraries] = file
  place[libraries] = where
}

function refuse(why) {
  printf "%s:%d: %s\n  %s\n", FILENAME, FNR, $0, why
  broken = 1
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
  header = $0
  sub(/^[^"<]*/, "", header)
  quoted = substr(header, 1, 1) == "\""
  header = substr(header, 2)
  sub(/[">].*/, "", header)

  file = FILENAME
  sub(/^[.]\//, "", file)
  from = file
  sub(/\/.*/, "", from)
  to = header
  sub(/\/.*/, "", to)
  ours = to != header && to in known

  if (quoted && (!ours || header ~ /(^|\/)[.][.]?\//))
    refuse("quotes are for headers of the project, named from its root: \"core/tick.hpp\"")
  else if (ours && !quoted)
    refuse("headers of the project stand in quotes")
  else if (ours && !((from, to) in may))
    refuse(from " may not include " to)

  if (from != "tests" && from != "bench")
    for (i = 1; i <= libraries; ++i)
      if (header ~ library[i] && file !~ user[i]) refuse("only " place[i] " may include this library")
}

END { exit broken }
