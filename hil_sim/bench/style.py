"""The look of the bench's pages: one style sheet, written into every page, light and dark by the reader's choice.

Theory of operation. Red is kept for what is wrong or stops delivery, amber for what slows it, blue for people; a
curve of the truth is the strongest of its lane. The colours are variables, so that the same picture serves a dark
screen and white paper.
"""

STYLE = """
:root{color-scheme:light dark;--page:#fff;--card:#f6f7f9;--ink:#1c2530;--quiet:#66727f;--rule:#dfe4e9;--grid:#e9edf0;
--good:#1f7a4d;--bad:#b3261e;--warn:#a86400;--link:#1b5e9e;--true:#123f6d;--soft:#3f87c4;--permit:#b0763a;
--green:#2a7d6b;--violet:#6f4fa0;--rose:#b0416b;--limit:#b3261e;--band:#3f87c455;--shade:#b3261e12;
--w-ok:#cfe8da;--w-ok-ink:#14532f;--w-slow:#fbe3b4;--w-slow-ink:#6b4200;--w-stop:#f6c9c5;--w-stop-ink:#7a1710;
--w-idle:#e3e8ed;--w-idle-ink:#3d4852;--w-end:#cfe0f3;--w-end-ink:#123f6d}
@media (prefers-color-scheme:dark){:root{--page:#12171c;--card:#1b2229;--ink:#e4e9ee;--quiet:#93a0ac;--rule:#2f3943;
--grid:#222b33;--good:#5cc792;--bad:#ff8a80;--warn:#e6ac4c;--link:#7fb7ea;--true:#a9d0f5;--soft:#5b9fd8;
--permit:#d69a5b;--green:#63c2ab;--violet:#b39be0;--rose:#ea86ab;--limit:#ff8a80;--band:#5b9fd866;--shade:#ff8a8014;
--w-ok:#1c4530;--w-ok-ink:#bfe8d1;--w-slow:#54400f;--w-slow-ink:#f8dfa4;--w-stop:#5a201c;--w-stop-ink:#ffc9c4;
--w-idle:#2c353e;--w-idle-ink:#c4ced7;--w-end:#1d3a57;--w-end-ink:#c4def8}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 "Segoe UI",Roboto,"Helvetica Neue",Arial,
"Liberation Sans","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:26px 24px 60px}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1{font-size:24px;line-height:1.25;margin:4px 0 8px}h2{font-size:16px;margin:34px 0 10px}
p{margin:4px 0}.quiet{color:var(--quiet)}b.good{color:var(--good)}b.bad,span.bad,p.bad{color:var(--bad)}
.pill{display:inline-block;padding:2px 11px;border-radius:11px;font-weight:600;font-size:13px;white-space:nowrap}
.pill.good{background:var(--w-ok);color:var(--w-ok-ink)}.pill.bad{background:var(--w-stop);color:var(--w-stop-ink)}
.pill.none{background:var(--w-idle);color:var(--w-idle-ink)}
dl{display:flex;flex-wrap:wrap;gap:6px 28px;margin:14px 0 0;padding:12px 16px;background:var(--card);border-radius:8px}
dl div{min-width:80px}dt{font-size:12px;color:var(--quiet)}dd{margin:0;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;font-size:12px;color:var(--quiet);text-align:left;padding:4px 12px 5px 0;
border-bottom:1px solid var(--rule);white-space:nowrap}
td{padding:6px 12px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
td.n,th.n{text-align:right}td.t{white-space:nowrap;color:var(--quiet)}td.k{white-space:nowrap}
tr.bad td:first-child{box-shadow:inset 3px 0 var(--bad)}tr.bad td:first-child,tr.good td:first-child{padding-left:10px}
.list td{padding-top:3px;padding-bottom:3px;font-size:14px}.wide{overflow-x:auto}
.kind{font-size:12px;padding:1px 7px;border-radius:4px;background:var(--w-idle);color:var(--w-idle-ink)}
.k-rule,.k-crash,.k-alarm{background:var(--w-stop);color:var(--w-stop-ink)}
.k-fault,.k-event{background:var(--w-slow);color:var(--w-slow-ink)}
.k-operator,.k-answer{background:var(--w-end);color:var(--w-end-ink)}
svg{width:100%;min-width:820px;height:auto;display:block;font-size:11px}
svg text{fill:var(--ink)}svg .quiet,svg .tick{fill:var(--quiet)}
svg .lane,svg .name{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
svg .lane{font-size:12px;font-weight:600}
svg .name{font-size:11px}svg .in{font-size:10.5px;font-weight:600}
.grid{stroke:var(--grid)}.axis{stroke:var(--quiet)}.shade{fill:var(--shade)}.band{fill:var(--band)}
.bar{fill:var(--w-idle)}.w-infusing,.w-ok{fill:var(--w-ok)}.w-slowed,.r-slow,.a-medium{fill:var(--w-slow)}
.w-paused,.w-pausing,.w-stopped,.r-pause,.r-stop,.a-high{fill:var(--w-stop)}.w-completed,.a-low{fill:var(--w-end)}
.d-fault,.d-event{fill:var(--w-slow)}.d-crash{fill:var(--ink)}.d-start{fill:var(--quiet)}
.p-act{fill:var(--link)}.p-refused{fill:var(--bad)}
svg .w-infusing-ink{fill:var(--w-ok-ink)}svg .w-slowed-ink,svg .r-slow-ink,svg .a-medium-ink,svg .d-fault-ink,
svg .d-event-ink{fill:var(--w-slow-ink)}
svg .w-paused-ink,svg .w-pausing-ink,svg .w-stopped-ink,svg .r-pause-ink,svg .r-stop-ink,svg .a-high-ink{
fill:var(--w-stop-ink)}svg .w-completed-ink,svg .a-low-ink{fill:var(--w-end-ink)}
.hair{stroke-width:.8}.h-trip{stroke:var(--bad);stroke-dasharray:3 3;opacity:.75}
.h-act{stroke:var(--link);stroke-dasharray:1 3}.h-crash{stroke:var(--ink);stroke-width:1.4}
.trace{fill:none;stroke-width:1.4;stroke-linejoin:round}.level{stroke-width:.9;stroke-dasharray:5 4}
.t-true{stroke:var(--true);stroke-width:1.8}.level.t-true{stroke-dasharray:none;stroke-width:1.2}
.t-permitted{stroke:var(--permit);stroke-width:4;opacity:.4}.t-commanded{stroke:var(--green);stroke-dasharray:5 3}
.t-vein{stroke:var(--soft)}.t-line{stroke:var(--violet)}.t-sys,.t-art{stroke:var(--true)}.t-dia,.t-ven{stroke:var(--soft)}
.t-limit{stroke:var(--limit)}.t-limit2{stroke:var(--permit)}.t-hr{stroke:var(--rose)}.t-spo2{stroke:var(--green)}
svg .t-true-ink,svg .t-sys-ink,svg .t-art-ink{fill:var(--true)}svg .t-permitted-ink,svg .t-limit2-ink{fill:var(--permit)}
svg .t-commanded-ink,svg .t-spo2-ink{fill:var(--green)}
svg .t-vein-ink,svg .t-dia-ink,svg .t-ven-ink,svg .band-ink{fill:var(--soft)}
svg .t-line-ink{fill:var(--violet)}svg .t-limit-ink{fill:var(--limit)}svg .t-hr-ink{fill:var(--rose)}
@media print{svg{min-width:0}main{max-width:none;padding:0}}
"""
