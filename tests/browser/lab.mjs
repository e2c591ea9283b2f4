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

// The page shows words in backticks as what they are, and of an archive and its member the one name that both have.
export const plain = (text) => text.replaceAll("`", "");
export const exportName = (label) => {
  const [archive, member] = label.split("!");
  const stem = (name) => name?.split("/").pop().replace(/\.[^.]*$/, "");
  return member && stem(archive) === stem(member) ? archive : label;
};

export const digits = (text) => Number(text.replace(/[^\d]/g, ""));
// Opens a page that may read files and nothing else, and that records whatever it should not do.
export async function open(t, { file = join(folder, "report.html"), hash = "", settle = 20000, prepare = null, ...options } = {}) {
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
    // The texts of an element, a line each. innerText has none of a section that was not drawn yet (content-visibility).
    window.__texts = (element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode.data);
      return texts.join("\n");
    };
    document.addEventListener("securitypolicyviolation", (event) => {
      window.__violation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  if (prepare) await page.addInitScript(prepare);
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
const DETAIL = /<script type="application\/octet-stream" class="detail">([^<]*)<\/script>\n?/g;

// The page packs columns; tests speak of devices. A column is one text with a sign between its parts or a list; numbers may be
// differences; what few devices have stands with their places; what many share is numbered.
const column = (packed) => (typeof packed === "string" ? packed.split("|") : packed);
const sums = (packed, sum = 0) => packed.map((step) => (step === null ? null : (sum += step)));
const queue = (packed) => { const rest = Array.from(packed).reverse(); return () => rest.pop(); };
const SHARED = ["user", "manufacturer", "model", "steps"];

function readList(packed) {
  const serial = column(packed.serial);
  const made = { ...packed, serial, name: column(packed.name), last: sums(packed.last) };
  made.key = column(packed.key).map((key, at) => key || `serial:${serial[at]}`);
  for (const name of SHARED) {
    const texts = column(packed[name].texts);
    made[name] = { texts, of: packed[name].of ?? texts.map((_, at) => at) };
  }
  const { said: { kinds, of }, flags } = packed.entries;
  made.entries = flags.map(([final, wipes], i) => {
    const [slug, action, console, condition, role, why] = of.slice(i * 6, i * 6 + 6).map((n) => kinds[n]);
    return [slug, action, console, condition, role, final, wipes, why];
  });
  return made;
}

// Of each device: records, findings, steps, how many records and steps it has, questions, earlier steps, why it has no finding,
// what was decided.
function readDetails(packed, first) {
  const next = Object.fromEntries(["row", "name", "serial", "seen"].map((name) => [name, queue(packed[name])]));
  const enrolled = queue(sums(packed.enrolled));
  const ids = packed.id.map((own) => queue(column(own)));
  const [object, dated] = [queue(column(packed.object)), queue(column(packed.dated))];
  const evidence = packed.evidence.forms.map(([names, columns]) => [names, columns.map((own) => queue(column(own)))]);
  const forms = queue(packed.evidence.of);
  const few = (name, place, otherwise) => (packed[name].find(([own]) => own === place) ?? [place, otherwise])[1];
  let record = -1;
  return packed.records.of.map((kind, place) => {
    const at = first + place;
    const [all, kinds] = packed.records.kinds[kind];
    const records = kinds.map(([console, from, held, live, page]) => {
      record += 1;
      const [row, name, serial, seen] = [next.row(), next.name(), next.serial(), next.seen()];
      return [console, from, row, ids[console](), name === 0 ? list.name[at].toLowerCase() : name, serial === 0 ? list.serial[at].toLowerCase() : serial,
        seen === null ? null : (list.last[at] ?? 0) - seen, enrolled(), held, few("refused", record, null), live, page];
    });
    const given = [];
    const findings = packed.found.kinds[packed.found.of[place]].map(([rule, severity, confidence, objects, concerned, cause]) => {
      const [names, values] = evidence[forms()];
      const said = names.map((name, i) => {
        const own = values[i]();
        given.push(own === 0 ? list.key[at].replace(/^[^:]*:/, "") : typeof own === "number" ? given[own - 1] : own);
        return name === null ? given.at(-1) : `${name}=${given.at(-1)}`;
      }).join("; ");
      return [rule, severity, confidence, said, objects, concerned, cause];
    });
    const [planned, actions] = packed.steps.kinds[packed.steps.of[place]];
    const steps = actions.map(([entry, of, waits]) => {
      const id = of === -1 ? "" : of === -2 ? object() : of;
      return waits ? [entry, id, dated() + list.entries[entry][3]] : [entry, id];
    });
    return [records, findings, steps, all, planned, few("asked", place, []), few("ledger", place, []), few("why_none", place, null), few("decided", place, null)];
  });
}

// The other way, without a care for size.
const differences = (numbers, before = 0) => numbers.map((number) => {
  if (number === null) return null;
  const step = number - before;
  before = number;
  return step;
});
function writeList(made) {
  const of = (name) => ({ texts: made[name].texts, of: made[name].of });
  const texts = made.entries.flatMap(([slug, action, console, condition, role, , , why]) => [slug, action, console, condition, role, why]);
  return {
    ...made, ...Object.fromEntries(SHARED.map((name) => [name, of(name)])),
    last: differences(made.last),
    entries: { said: { kinds: texts, of: texts.map((_, at) => at) }, flags: made.entries.map((entry) => [entry[5], entry[6]]) },
  };
}
const alike = (kinds) => ({ kinds, of: kinds.map((_, at) => at) });
function writeDetails(rows, first, made) {
  const records = rows.map(([own]) => own);
  const flat = records.flatMap((own, place) => own.map((r) => [r, first + place]));
  const steps = rows.map(([, , own]) => own);
  const few = (which) => rows.flatMap((row, place) => (row[which]?.length ? [[place, row[which]]] : []));
  return {
    records: alike(rows.map(([own, , , all]) => [all ?? own.length, own.map((r) => [r[0], r[1], r[8], r[10], r[11] ?? 0])])),
    id: made.words.console.map((_, console) => flat.filter(([r]) => r[0] === console).map(([r]) => r[3])),
    row: flat.map(([r]) => r[2]), name: flat.map(([r]) => r[4]), serial: flat.map(([r]) => r[5]),
    seen: flat.map(([r, at]) => (r[6] === null ? null : (made.last[at] ?? 0) - r[6])),
    enrolled: differences(flat.map(([r]) => r[7])),
    refused: flat.flatMap(([r], i) => (r[9] ? [[i, r[9]]] : [])),
    found: alike(rows.map(([, own]) => own.map(([rule, severity, confidence, , objects, all, cause]) => [rule, severity, confidence, objects, all ?? objects.length, cause ?? null]))),
    evidence: { forms: [[[null], [rows.flatMap(([, own]) => own.map((f) => f[3]))]]], of: rows.flatMap(([, own]) => own.map(() => 0)) },
    steps: alike(rows.map(([, , own, , planned]) => [planned ?? own.length, own.map(([entry, of, day]) => [entry, typeof of === "number" ? of : of === "" ? -1 : -2, day ? 1 : 0])])),
    object: steps.flat().map((s) => s[1]).filter((of) => typeof of === "string" && of !== ""),
    dated: steps.flat().filter((s) => s[2]).map((s) => s[2].slice(0, s[2].length - made.entries[s[0]][3].length)),
    asked: few(5), ledger: few(6), why_none: few(7), decided: few(8),
  };
}

const packedList = LIST.exec(html);
export const list = readList(unpack(packedList[4]));
export const details = Array.from(html.matchAll(DETAIL), (m, which) => readDetails(unpack(m[1]), which * Number(packedList[2]))).flat();
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
    const packed = pack(writeDetails(newDetails.slice(at, at + chunk), at, newList));
    chunks.push(`<script type="application/octet-stream" class="detail">${packed}</script>`);
  }
  const text = html.replace(DETAIL, "").replace(LIST, (_, a, _n, b, _d, c) => `${a}${chunk}${b}${pack(writeList(newList))}${c}`)
    .replace("</body>", () => `${chunks.join("")}</body>`);
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
  // What is not laid out yet would not be looked at.
  await page.evaluate(() => document.querySelectorAll("main > section").forEach((section) => section.classList.add("laid-out")));
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
