/** The look of a report: quiet and dense, light or dark as the reader's system is, and sound on paper. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f7f8fa; --ink: #1f2328; --quiet: #5b646e; --line: #e2e5e9; --accent: #0a66b0;
  --go: #1a7f4b; --no-go: #c0362c; --open: #9a6700;
  --figure-ink: var(--ink); --figure-grey: var(--quiet); --figure-line: var(--line);
  --figure-blue: #0072b2; --figure-orange: #d55e00; --figure-deep: #084f8c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16191d; --raised: #1d2126; --ink: #e6e9ec; --quiet: #9aa4af; --line: #2f353c; --accent: #6cb2f0;
    --go: #4cc38a; --no-go: #f2786d; --open: #e0b04a;
    --figure-blue: #56b4e9; --figure-orange: #f0894a; --figure-deep: #2b7cc4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 14px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
}
:lang(zh) { line-height: 1.7; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 24px; line-height: 1.3; font-weight: 600; margin: 0 0 8px; }
h2 { font-size: 17px; line-height: 1.3; font-weight: 600; margin: 48px 0 8px; }
h3 { font-size: 14px; font-weight: 600; margin: 24px 0 8px; }
p { margin: 8px 0; max-width: 76ch; }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
.eyebrow { color: var(--quiet); font-size: 13px; margin: 0 0 4px; }
.verdict {
  display: flex; gap: 16px; align-items: flex-start; margin: 24px 0; padding: 16px 20px;
  background: var(--raised); border: 1px solid var(--line); border-left: 4px solid var(--colour); border-radius: 6px;
}
.verdict .mark { font-size: 26px; line-height: 32px; color: var(--colour); }
.verdict .word { font-size: 18px; line-height: 32px; font-weight: 600; color: var(--colour); margin: 0; }
.go, .met { --colour: var(--go); }
.no_go, .failed { --colour: var(--no-go); }
.not_enough_evidence, .open { --colour: var(--open); }
.outcome { color: var(--colour); white-space: nowrap; font-weight: 600; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 8px 24px; margin: 16px 0; }
dl.facts dt { color: var(--quiet); font-size: 13px; }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th { font-weight: 500; color: var(--quiet); font-size: 13px; white-space: nowrap; }
th.number, td.number { text-align: right; white-space: nowrap; }
td .range { display: block; color: var(--quiet); font-size: 12px; }
td.best { font-weight: 650; }
td.best .range { font-weight: 400; }
td.chance { color: var(--quiet); }
td.text { overflow-wrap: anywhere; min-width: 8em; max-width: 46em; white-space: pre-wrap; }
p.words { white-space: pre-line; overflow-wrap: anywhere; }
td.wrong { color: var(--no-go); }
figure { margin: 16px 0; }
figure svg { max-width: 100%; height: auto; display: block; }
.side-by-side { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.side-by-side figure { margin: 8px 0; flex: 0 1 calc(50% - 12px); min-width: min(400px, 100%); }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; overflow-x: auto; }
.signature { display: grid; grid-template-columns: 2fr 1fr; gap: 48px; margin-top: 64px; }
.signature div { border-top: 1px solid var(--quiet); padding-top: 4px; color: var(--quiet); font-size: 13px; }
@media (max-width: 600px) { main { padding: 24px 16px; } }
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --raised: #fff; --ink: #000; --quiet: #444; --line: #ccc;
    --go: #1a7f4b; --no-go: #c0362c; --open: #9a6700;
    --figure-blue: #0072b2; --figure-orange: #d55e00; --figure-deep: #084f8c;
  }
  @page { size: A4; margin: 16mm 14mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { margin-top: 28px; break-after: avoid; }
  h3 { break-after: avoid; }
  figure, tr, .verdict, .signature { break-inside: avoid; }
  .verdict, figure { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  figure svg { width: auto; max-height: 90mm; }
  .side-by-side { display: block; }
  .side-by-side figure { display: inline-block; width: 48%; min-width: 0; vertical-align: top; }
  .scroll { overflow: visible; }
}
`;
