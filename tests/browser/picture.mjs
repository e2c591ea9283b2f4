// Makes the picture of the README: the first screen of the report in LASTSEEN_REPORT, in the light scheme.
//
//     lastseen analyze sample-data/contoso --out /tmp/report
//     LASTSEEN_REPORT=/tmp/report node tests/browser/picture.mjs docs/pictures/report.png
//
// Where `pngquant` is installed the picture is written with 64 colours, which is a third of the bytes.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [out] = process.argv.slice(2);
if (!out || !process.env.LASTSEEN_REPORT) throw new Error("set LASTSEEN_REPORT to a report folder and name the picture");
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: FLAGS });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, colorScheme: "light" });
  await context.setOffline(true);
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(resolve(process.env.LASTSEEN_REPORT), "report.html")).href);
  await page.locator("#explorer[data-ready]").waitFor();
  const png = await page.screenshot();
  const small = spawnSync("pngquant", ["--strip", "64", "-"], { input: png, maxBuffer: 1 << 24 });
  writeFileSync(out, small.status === 0 ? small.stdout : png);
} finally {
  await browser.close();
}
