/** The documents that the tests look for, written into a folder of their own. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makePdf } from "./pdf.mjs";
import { makePng } from "./png.mjs";
import { makeZip } from "./zip.mjs";

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
  writeFileSync(path.join(folder, "Wombat code.py"), `def wombat():\n    return """\n${html}\n"""\n`);
  writeFileSync(path.join(folder, "Wombat drawing.svg"), `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=true"><script>window.pwned = true; fetch("${beacon}/svgfile")</script><image href="${beacon}/svgimage"/></svg>`);
  writeFileSync(path.join(folder, "Wombat mail.eml"), [
    "From: Mallory <mallory@example.org>", "To: Ada <ada@example.org>", "Subject: Wombat <script>window.pwned=true</script> invoice",
    "Date: Mon, 2 Mar 2026 10:00:00 +0000", "MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="cut"', "",
    "--cut", "Content-Type: text/html; charset=utf-8", "", html.replace(/wombat price/g, "wombat invoice is overdue, the price"), "--cut--", "",
  ].join("\r\n"));
}

const boundary = "cut-here";
const attachment = (name, type, bytes) => [
  `--${boundary}`, `Content-Type: ${type}; name="${name}"`, "Content-Transfer-Encoding: base64", `Content-Disposition: attachment; filename="${name}"`, "",
  Buffer.from(bytes).toString("base64").replace(/(.{76})/g, "$1\r\n"), "",
];

/** Things inside other things, and one file for each way of showing it. */
export function writeInner(folder) {
  mkdirSync(folder, { recursive: true });
  const offer = makePdf([["Offer for the observatory", "Cover letter."], ["Second page", "The echidna dome costs nine thousand crowns."]]);
  writeFileSync(path.join(folder, "Offer.eml"), [
    "From: Grace <grace@example.org>", "To: Ada <ada@example.org>", "Cc: Max <max@example.org>", "Subject: The observatory", "Date: Mon, 2 Mar 2026 10:00:00 +0000",
    "MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="${boundary}"`, "", `--${boundary}`, "Content-Type: text/plain; charset=utf-8", "", "Dear Ada,", "", "please find the kookaburra offer attached.", "",
    ...attachment("Dome offer.pdf", "application/pdf", offer), ...attachment("hours.csv", "text/csv", "Day,Hours\nMonday,4\nTuesday,6\n"), `--${boundary}--`, "",
  ].join("\r\n"));
  writeFileSync(path.join(folder, "Old papers.zip"), makeZip([
    ["readme.txt", "Old papers of the society.\n"],
    ["2019/minutes/March.md", "# March\n\nThe bandicoot motion was carried with two votes against.\n"],
    ["2019/minutes/April.md", "# April\n\nNothing was decided.\n"],
    ["2019/inner.zip", makeZip([["deep/secret.txt", "The thylacine file was moved.\n"]])],
    ["برنامج/ملف.txt", "مرحبا\n"],
    ["blob.bin", Buffer.from([0, 1, 2, 3, 255, 254])],
  ]));
  writeFileSync(path.join(folder, "Photo.png"), makePng(1800, 1400));
  const code = Array.from({ length: 400 }, (_, at) => `def step_${at}(value):\n    # adds ${at}\n    return value + ${at}\n`);
  code[300] = 'def find_cassowary(fields):\n    """Looks for the cassowary."""\n    return [name for name in fields if name == "cassowary"]\n';
  writeFileSync(path.join(folder, "tools.py"), code.join("\n"));
  const rows = Array.from({ length: 6000 }, (_, at) => `${at + 1},Item ${at + 1},${(at * 7) % 500},Shelf ${at % 40}`);
  rows[4200] = "4201,Potoroo crate,77,Shelf 9";
  writeFileSync(path.join(folder, "Stock.csv"), `No,Name,Amount,Place\n${rows.join("\n")}\n`);
}
