/** The documents that the tests look for, written into a folder of their own. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makePdf } from "./pdf.mjs";

const filler = (subject, count) =>
  Array.from({ length: count }, (_, at) => `Paragraph ${at + 1} about ${subject}: nothing of interest happened on day ${at + 1}.`);

export function writeLibrary(folder, samples) {
  mkdirSync(path.join(folder, "Contracts"), { recursive: true });
  mkdirSync(path.join(folder, "Notes"));
  const page = (number, extra = []) => [`Page ${number} of the agreement`, "", ...filler(`delivery ${number}`, 12), "", ...extra];
  writeFileSync(path.join(folder, "Contracts", "Agreement.pdf"), makePdf([
    page(1), page(2), page(3),
    page(4, ["Termination: the zanzibar clause requires ninety days of notice in writing."]),
    page(5), page(6, ["The zanzibar clause is repeated here for the annex."]),
  ]));
  const lines = filler("the garden", 400);
  lines[249] = "On this day a quokka was seen near the greenhouse, eating marigolds.";
  writeFileSync(path.join(folder, "Notes", "Garden diary.txt"), lines.join("\n") + "\n");
  const words = filler("the river", 90);
  words[55] = "Here the numbat hides among all the other words of one very long line.";
  writeFileSync(path.join(folder, "Notes", "One line.txt"), words.join(" ") + "\n");
  writeFileSync(path.join(folder, "Notes", "Costs.csv"), "Item,Amount,Note\nGreenhouse glass,420,two panes\nPangolin fence,1250,by the river\nSeeds,35,spring\n");
  writeFileSync(path.join(folder, "Notes", "Plans.md"), "# Plans\n\nThings to do.\n\n## Pond\n\nThe axolotl needs colder water before summer.\n\n- dig deeper\n- shade from the east\n");
  cpSync(samples, path.join(folder, "Samples"), { recursive: true });
}

/** Files that try to run and to load whatever a browser can; `beacon` is where they would be heard. */
export function writeHostile(folder, beacon) {
  mkdirSync(folder, { recursive: true });
  const html = `<!doctype html><html><head><title>Wombat offer</title>
<base href="${beacon}/base/"><meta http-equiv="refresh" content="0;url=${beacon}/refresh">
<link rel="stylesheet" href="${beacon}/style.css"><link rel="prefetch" href="${beacon}/prefetch"><link rel="dns-prefetch" href="${beacon}"><link rel="icon" href="${beacon}/icon">
<style>@import url("${beacon}/import.css"); @font-face { font-family: x; src: url("${beacon}/font") } body { background: url("${beacon}/background"); font-family: x }</style>
<script>window.pwned = true; document.title = "pwned"; fetch("${beacon}/fetch"); new Image().src = "${beacon}/image"; localStorage.pwned = 1;</script>
<script src="${beacon}/script.js"></script></head>
<body onload="window.pwned = true; fetch('${beacon}/onload')"><h1>Wombat offer</h1><p>The wombat price is a secret.</p>
<p>&lt;script&gt;window.pwned = true&lt;/script&gt; <b onmouseover="window.pwned=true">hover</b> &lt;img src=x onerror=window.pwned=true&gt;</p>
<img src="${beacon}/img"><img src=x onerror="window.pwned = true"><svg onload="window.pwned = true"><image href="${beacon}/svg"/></svg>
<iframe src="${beacon}/iframe"></iframe><iframe srcdoc="<script>parent.pwned = true</script>"></iframe><object data="${beacon}/object"></object><embed src="${beacon}/embed">
<video src="${beacon}/video" autoplay poster="${beacon}/poster"></video><audio src="${beacon}/audio" autoplay></audio>
<form id="f" action="${beacon}/form"><input autofocus onfocus="window.pwned = true; f.submit()"></form><a href="javascript:window.pwned=true">link</a>
</body></html>`;
  writeFileSync(path.join(folder, "Wombat offer.html"), html);
  writeFileSync(path.join(folder, "Wombat as text.txt"), html);
  writeFileSync(path.join(folder, "Wombat drawing.svg"), `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=true"><script>window.pwned = true; fetch("${beacon}/svgfile")</script><image href="${beacon}/svgimage"/></svg>`);
  writeFileSync(path.join(folder, "Wombat mail.eml"), [
    "From: Mallory <mallory@example.org>", "To: Ada <ada@example.org>", "Subject: Wombat <script>window.pwned=true</script> invoice",
    "Date: Mon, 2 Mar 2026 10:00:00 +0000", "MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="cut"', "",
    "--cut", "Content-Type: text/html; charset=utf-8", "", html.replace(/wombat price/g, "wombat invoice is overdue, the price"), "--cut--", "",
  ].join("\r\n"));
}
