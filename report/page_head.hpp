#pragma once

namespace lunafab::report {

/// Begins a page: everything up to the title.
inline constexpr const char* page_head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1d2327; background: #fff; max-width: 1160px;
  margin: 0 auto; padding: 16px 20px 40px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 28px 0 8px; }
.verdict { font-weight: 600; } .yes { color: #22703a; } .no { color: #b3261e; } td.no { font-weight: 600; } td.yes, td.no { padding-left: 12px; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 8px; margin: 14px 0; }
.figures div { background: #f2f5f6; border-radius: 6px; padding: 8px 12px; }
.figures b { display: block; font-size: 19px; } .figures span { color: #56626a; font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(460px, 1fr)); gap: 10px 20px; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 0 32px; align-items: start; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: #56626a; font-weight: 600; } td, th { border-bottom: 1px solid #dfe4e7; padding: 3px 8px 3px 0; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .sum td { font-weight: 600; }
.note { color: #56626a; } svg { display: block; width: 100%; height: auto; }
svg text { font-family: system-ui, "DejaVu Sans", sans-serif; fill: #1d2327; }
svg .title { font-size: 14px; font-weight: 600; } svg .tick { font-size: 12px; fill: #56626a; }
svg .inbar { font-size: 12.5px; fill: #fff; }
svg .grid { stroke: #e4e8ea; } svg .axis { stroke: #8a959c; fill: none; } svg .line { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
footer { color: #56626a; font-size: 13px; margin-top: 28px; }
</style>
)";

}  // namespace lunafab::report
