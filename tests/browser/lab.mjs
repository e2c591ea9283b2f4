// What the browser tests share: the report, its data, and a page that may read files and nothing else. The report folder
// comes from LASTSEEN_REPORT, the browser from CHROMIUM. Nothing here knows a device: what is expected is read from
// report.json, devices.csv and the data of the page itself.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

if (!process.env.LASTSEEN_REPORT) throw new Error("set LASTSEEN_REPORT to a report folder");
export const folder = resolve(process.env.LASTSEEN_REPORT);
export const html = readFileSync(join(folder, "report.html"), "utf8");
export const model = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
/** The text behind a cell that was neutralised against formulas, as the README says. */
export const original = (cell) => cell.replace(/^'/, "").replace(/([,;\t|\n\r]["\s]*)'(?='*[=+\-@＝＋－＠])/gu, "$1");

export const devices = readCsv(readFileSync(join(folder, "devices.csv"), "utf8"));

export const SECTIONS = ["summary", "roadmap", "suggestions", "pictures", "devices", "questions", "doctor", "rules", "evidence"];
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
export let lab;
before(async () => {
  lab = mkdtempSync(join(tmpdir(), "lastseen-report-"));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: FLAGS });
});
after(async () => {
  await browser?.close();
  rmSync(lab, { recursive: true, force: true });
});

// ---- helpers -------------------------------------------------------------------------------------------------------

export function between(text, start, end) {
  const from = text.indexOf(start);
  assert.ok(from >= 0, `the page holds no ${start}`);
  const rest = text.slice(from + start.length);
  return rest.slice(0, rest.indexOf(end));
}

export function readCsv(text) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  const body = text.replace(/^\ufeff/, "");
  for (let i = 0; i < body.length; i += 1) {
    const c = body[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (body[i + 1] === '"') { field += '"'; i += 1; } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") { row.push(field); field = ""; } else if (c === "\n" || c === "\r") {
      if (c === "\r" && body[i + 1] === "\n") i += 1;
      row.push(field);
      rows.push(row);
      row = [];
      field = "";
    } else field += c;
  }
  if (field !== "" || row.length) rows.push([...row, field]);
  const [head, ...rest] = rows;
  return rest.map((values) => Object.fromEntries(head.map((name, i) => [name, values[i] ?? ""])));
}

export const digits = (text) => Number(text.replace(/[^\d]/g, ""));
// Opens a page that may read files and nothing else, and that records whatever it should not do.
export async function open(t, { file = join(folder, "report.html"), hash = "", settle = 20000, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t?.after(() => context.close());
  await context.setOffline(true);
  const trouble = { requests: [], console: [], errors: [], violations: [], dialogs: [] };
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith("file://")) return route.continue();
    trouble.requests.push(url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith("file://")) trouble.requests.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.console.push(message.text());
  });
  page.on("pageerror", (error) => trouble.errors.push(error.message));
  page.on("dialog", (dialog) => { trouble.dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.exposeBinding("__violation", (_source, text) => trouble.violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.__violation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(pathToFileURL(file).href + hash);
  // The data is unpacked after the page has loaded; a page whose data cannot be read keeps its note.
  if (options.javaScriptEnabled !== false) await page.locator("#explorer:not([hidden])").waitFor({ timeout: settle }).catch(() => {});
  return { page, trouble };
}

// The page as it opens, for tests that only read it: to open it costs more than most of them ask. It closes with the browser.
let opened;
export const read = () => { opened ??= open(); return opened; };

// ---- the data of the page

const pack = (value) => deflateRawSync(JSON.stringify(value)).toString("base64");
const unpack = (text) => JSON.parse(inflateRawSync(Buffer.from(text, "base64")).toString("utf8"));
const LIST = /(<script type="application\/octet-stream" id="list" data-chunk=")(\d+)(">)([^<]*)(<\/script>)/;
const DETAIL = /<script type="application\/octet-stream" class="detail">([^<]*)<\/script>/g;

export const list = unpack(LIST.exec(html)[4]);
export const details = Array.from(html.matchAll(DETAIL), (m) => unpack(m[1])).flat();
export const total = list.key.length;
export const severityOf = (at) => list.words.severity[list.severity[at]] ?? "";
export const rulesOf = (at) => list.findings[at].map((r) => list.rules[r]);

// Positions of the flagged devices, in the order of the page.
export const flagged = () => {
  const found = Array.from({ length: total }, (_, at) => at).filter((at) => list.findings[at].length > 0);
  assert.ok(found.length >= 3, "these tests need a report with at least three flagged devices");
  return found;
};

// A copy of the report with other data; the page around it stays as it was written.
export function withData(name, newList, newDetails) {
  const chunk = 500;
  const chunks = [];
  for (let at = 0; at < newDetails.length; at += chunk) {
    chunks.push(`<script type="application/octet-stream" class="detail">${pack(newDetails.slice(at, at + chunk))}</script>`);
  }
  const text = html.replace(DETAIL, "").replace(LIST, (_, a, _n, b, _d, c) => `${a}${chunk}${b}${pack(newList)}${c}${chunks.join("")}`);
  const file = join(lab, name);
  writeFileSync(file, text);
  return file;
}

// The same device many times over, each with its own key and name.
export function multiplied(count) {
  const source = flagged();
  const pick = (i) => source[i % source.length];
  const column = (values) => Array.from({ length: count }, (_, i) => values[pick(i)]);
  const made = { ...list };
  for (const name of ["serial", "platform", "ownership", "join_type", "activity", "identity", "severity", "last", "days", "seen_by", "consoles", "findings"]) {
    made[name] = column(list[name]);
  }
  for (const name of ["user", "manufacturer", "model"]) made[name] = { texts: list[name].texts, of: column(list[name].of) };
  made.key = Array.from({ length: count }, (_, i) => `serial:N${i}`);
  made.name = Array.from({ length: count }, (_, i) => `N-${i}`);
  return [made, Array.from({ length: count }, (_, i) => details[pick(i)])];
}

// Looks at the whole document, or at the part that changed since it was looked at.
export async function axe(page, part = "html") {
  // The page's own policy forbids foreign scripts, so axe comes in through the debugger and not as an element.
  await page.evaluate(axeSource);
  const result = await page.evaluate((within) => window.axe.run(within === "html" ? document : within, { resultTypes: ["violations"] }), part);
  assert.ok(result.passes.length > 10, "axe looked at too little to mean anything");
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")})`);
}

export const keys = (page) => page.locator("#grid tbody tr[data-key]").evaluateAll((rows) => rows.map((tr) => tr.dataset.key));
export const matching = async (page) => {
  const line = await page.locator("#count").textContent();
  const found = /^([\d\s\u202f]+) of /.exec(line);
  return found ? digits(found[1]) : 0;
};
// The explorer is there, and has read the ids of all records.
export const ready = (page) => page.locator("#explorer[data-ready]").waitFor({ timeout: 20000 });

// The page turns to paper when the browser tells it to, a frame after the test asks for it.
export async function printedRows(page, expected) {
  const read = () => page.locator("#printed tbody tr").count();
  for (let i = 0; i < 40 && await read() !== expected; i += 1) await page.waitForTimeout(50);
  assert.equal(await read(), expected, "devices in the list for paper");
}

/** How many sheets a PDF of Chromium has, and on which of them each heading of its outline stands first. */
export function printed(pdf) {
  const text = pdf.toString("latin1");
  const objects = Array.from(text.matchAll(/(\d+) 0 obj\s*<<\/Type \/Page\b(?!s)/g), (m) => m[1]);
  const plain = (title) => title.replace(/\\([()\\])/g, "$1");
  const outline = {};
  for (const [, title, object] of text.matchAll(/\/Title \(((?:\\.|[^()\\])*)\)\s*\/Dest \[(\d+) 0 R/g)) {
    const sheet = objects.indexOf(object) + 1;
    assert.ok(sheet > 0, `the outline leads ${title} to no sheet`);
    outline[plain(title)] = Math.min(sheet, outline[plain(title)] ?? sheet);
  }
  return { sheets: objects.length, outline };
}
