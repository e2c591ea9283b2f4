// Opens a finished report in Chromium and checks what a reader meets. The report folder comes from LASTSEEN_REPORT,
// the browser from CHROMIUM. Nothing here knows a device: what is expected is read from report.json and devices.csv.
// The report must hold at least three flagged devices; a smaller one cannot show that search, filter and sort work.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

if (!process.env.LASTSEEN_REPORT) throw new Error("set LASTSEEN_REPORT to a report folder");
const folder = resolve(process.env.LASTSEEN_REPORT);
const html = readFileSync(join(folder, "report.html"), "utf8");
const model = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
const devices = readCsv(readFileSync(join(folder, "devices.csv"), "utf8"));
const embedded = JSON.parse(between(html, '<script type="application/json" id="data">', "</script>"));

const SECTIONS = ["summary", "activity", "suggestions", "devices", "doctor", "rules", "evidence"];
const PAGE_SIZE = 50;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
let lab;
before(async () => {
  lab = mkdtempSync(join(tmpdir(), "lastseen-report-"));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: FLAGS });
});
after(async () => {
  await browser?.close();
  rmSync(lab, { recursive: true, force: true });
});

// ---- helpers -------------------------------------------------------------------------------------------------------

function between(text, start, end) {
  const from = text.indexOf(start);
  assert.ok(from >= 0, `the page holds no ${start}`);
  const rest = text.slice(from + start.length);
  return rest.slice(0, rest.indexOf(end));
}

function readCsv(text) {
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

const digits = (text) => Number(text.replace(/[^\d]/g, ""));
const column = (name) => {
  const at = embedded.columns.indexOf(name);
  assert.ok(at >= 0, `the page's data has no column ${name}`);
  return (row) => row[at] ?? "";
};
const flagged = () => {
  const rows = embedded.rows;
  assert.ok(rows.length >= 3, "these tests need a report with at least three flagged devices");
  return rows;
};

// Opens a page that may read files and nothing else, and that records whatever it should not do.
async function open(t, { file = join(folder, "report.html"), hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
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
  return { page, trouble };
}

// A copy of the report whose embedded devices are replaced; the page around them stays as it was written.
function withData(name, data) {
  const text = JSON.stringify(data).replace(/</g, "\\u003c");
  const start = '<script type="application/json" id="data">';
  const from = html.indexOf(start) + start.length;
  const file = join(lab, name);
  writeFileSync(file, html.slice(0, from) + text + html.slice(html.indexOf("</script>", from)));
  return file;
}

async function axe(page) {
  // The page's own policy forbids foreign scripts, so axe comes in through the debugger and not as an element.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.ok(result.passes.length > 10, "axe looked at too little to mean anything");
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")})`);
}

const keys = (page) => page.locator("#grid tbody tr").evaluateAll((rows) => rows.map((tr) => tr.dataset.key));
const matching = async (page) => {
  const line = await page.locator("#count").textContent();
  const found = /of ([\d\s\u202f]+) matching/.exec(line);
  return found ? digits(found[1]) : 0;
};

// The page turns to paper when the browser tells it to, a frame after the test asks for it.
async function printedRows(page, expected) {
  const read = () => page.locator("#printed tbody tr").count();
  for (let i = 0; i < 40 && await read() !== expected; i += 1) await page.waitForTimeout(50);
  assert.equal(await read(), expected, "devices in the list for paper");
}

// ---- the file ------------------------------------------------------------------------------------------------------

test("the page asks for nothing but files and breaks no policy", async (t) => {
  const { page, trouble } = await open(t);
  await page.waitForTimeout(300);
  assert.deepEqual(trouble.requests, [], "requests that leave the machine");
  assert.deepEqual(trouble.violations, [], "violations of the content security policy");
  assert.deepEqual(trouble.errors, [], "script errors");
  assert.deepEqual(trouble.console, [], "console errors and warnings");
});

test("the policy allows only the page's own script and style, by hash", () => {
  const unescape = (text) => text.replace(/&#(?:x27|39);/gi, "'").replace(/&#(?:x2f|47);/gi, "/").replace(/&#(?:x3d|61);/gi, "=");
  const policy = unescape(between(html, 'http-equiv="Content-Security-Policy" content="', '"'));
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const style = hash(between(html, "<style>", "</style>"));
  const script = hash(between(html, "<script>", "</script>"));
  assert.equal(policy, `default-src 'none'; style-src ${style}; script-src ${script}; base-uri 'none'; form-action 'none'`);
});

test("no element carries its own style or handler, and nothing is loaded", async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false });
  const bad = await page.locator("*").evaluateAll((all) => all.flatMap((node) => Array.from(node.attributes)
    .filter((a) => a.name === "style" || a.name.startsWith("on") || a.name === "src" || a.name === "srcset")
    .map((a) => `${node.tagName} ${a.name}`)));
  assert.deepEqual(bad, []);
  const foreign = await page.locator("img, iframe, object, embed, link, base, audio, video, svg image").count();
  assert.equal(foreign, 0, "elements that could load something");
  assert.equal(await page.locator("style").count(), 1, "style elements");
  assert.equal(await page.locator("script").count(), 2, "script elements: the data and the script");
});

test("a forged script in the page is stopped by the policy", async (t) => {
  const file = join(lab, "forged.html");
  writeFileSync(file, html.replace("</main>", "<script>window.forged = true</script></main>"));
  const { page, trouble } = await open(t, { file });
  assert.equal(await page.evaluate(() => window.forged), undefined, "the forged script ran");
  await page.waitForTimeout(100);
  assert.ok(trouble.violations.some((v) => v.startsWith("script-src")), "the policy did not report the forged script");
});

test("links lead to files beside the page, to places in it, or to https without a referrer", async (t) => {
  const { page } = await open(t);
  const links = await page.locator("a").evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.getAttribute("rel") || ""]));
  for (const [href, rel] of links) {
    const inside = href.startsWith("#") || href.startsWith("./");
    assert.ok(inside || (href.startsWith("https://") && rel.includes("noreferrer")), `link to ${href} with rel "${rel}"`);
  }
  const missing = await page.locator("a[href^='#']").evaluateAll((all) => all.map((a) => a.getAttribute("href"))
    .filter((href) => !href.includes("=") && !document.getElementById(decodeURIComponent(href.slice(1)))));
  assert.deepEqual(missing, [], "links to places that do not exist");
});

// ---- access --------------------------------------------------------------------------------------------------------

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in the ${colorScheme} scheme, folded and unfolded`, async (t) => {
    const { page } = await open(t, { colorScheme });
    assert.deepEqual(await axe(page), [], "folded");
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    assert.deepEqual(await axe(page), [], "unfolded");
  });

  test(`axe finds nothing in the drawer in the ${colorScheme} scheme`, async (t) => {
    const key = column("device_key")(flagged()[0]);
    const { page } = await open(t, { colorScheme, hash: `#device=${encodeURIComponent(key)}` });
    await page.locator("#drawer[open]").waitFor();
    assert.deepEqual(await axe(page), []);
  });
}

test("the dark scheme is dark and the light one is light", async (t) => {
  const light = async (colorScheme) => {
    const { page } = await open(t, { colorScheme });
    const rgb = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).map(Number));
    return rgb.reduce((a, b) => a + b) / 3;
  };
  assert.ok(await light("light") > 200);
  assert.ok(await light("dark") < 60);
});

test("headings descend one level at a time and every table has a caption and scoped headings", async (t) => {
  const { page } = await open(t);
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  const levels = await page.locator("h1, h2, h3, h4, h5, h6").evaluateAll((all) => all
    .filter((h) => !h.closest("dialog:not([open])")).map((h) => Number(h.tagName[1])));
  assert.equal(levels.filter((l) => l === 1).length, 1, "first-level headings");
  levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `heading ${i} jumps to level ${level}`));
  const poor = await page.locator("main table").evaluateAll((all) => all
    .filter((table) => !table.caption || !table.caption.textContent.trim() || table.querySelector("th:not([scope])"))
    .map((table) => table.outerHTML.slice(0, 120)));
  assert.deepEqual(poor, []);
});

test("the skip link comes first and leads to the report", async (t) => {
  const { page } = await open(t);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

// ---- content -------------------------------------------------------------------------------------------------------

test("every total of report.json stands on the page with the same value", async (t) => {
  const { page } = await open(t);
  const shown = await page.locator("[data-total]").evaluateAll((all) => all.map((n) => [n.dataset.total, n.textContent]));
  const names = new Set(shown.map(([name]) => name));
  assert.deepEqual([...names].sort(), Object.keys(model.totals).sort(), "the totals that are shown");
  for (const [name, text] of shown) assert.equal(digits(text), model.totals[name], `total ${name}`);
});

test("activity, consoles and severities show the numbers of report.json", async (t) => {
  const { page } = await open(t);
  const table = async (selector) => page.locator(selector).evaluateAll((rows) => rows.map((tr) => (
    Array.from(tr.querySelectorAll("td.n"), (td) => td.textContent))));
  const activity = await table("#activity tr[data-platform]");
  assert.deepEqual(activity.map((r) => r.slice(0, 4).map(digits)), model.activity.map((a) => [a.devices, a.active, a.silent, a.unknown]));
  const consoles = await table("#activity tr[data-console]");
  assert.deepEqual(consoles.map((r) => r.map(digits)), model.consoles.map((c) => [c.records, c.devices]));
  const bars = await page.locator("#activity tr[data-platform] .bar").evaluateAll((all) => all.map((svg) => (
    Array.from(svg.querySelectorAll("rect"), (r) => parseFloat(r.getAttribute("width"))))));
  const shares = model.activity.filter((a) => a.devices > 0).map((a) => [a.active, a.silent, a.unknown].map((n) => (n * 100) / a.devices));
  assert.equal(bars.length, shares.length);
  shares.forEach((share, i) => share.forEach((x, k) => assert.ok(Math.abs(x - bars[i][k]) < 0.01, `bar ${i}.${k} is ${bars[i][k]}, not ${x}`)));
});

test("every suggestion is a card with its own devices, steps and file, the gravest first", async (t) => {
  const { page } = await open(t);
  const cards = await page.locator("details.card").evaluateAll((all) => all.map((card) => ({
    id: card.id,
    devices: card.querySelector(".count").textContent,
    steps: Array.from(card.querySelectorAll(".steps > li strong"), (n) => n.textContent),
    final: Array.from(card.querySelectorAll(".steps > li"), (n) => n.querySelector(".mark-final") !== null),
    wipes: Array.from(card.querySelectorAll(".steps > li"), (n) => n.querySelector(".mark-wipes") !== null),
    file: card.querySelector(".card-facts a").getAttribute("href"),
    severity: card.querySelector(".sev").textContent.toLowerCase(),
  })));
  assert.deepEqual(cards.map((c) => c.id).sort(), model.suggestions.map((s) => `suggestion-${s.id}`).sort());
  const order = ["critical", "high", "medium", "low", "info"];
  cards.forEach((c, i) => assert.ok(i === 0 || order.indexOf(c.severity) >= order.indexOf(cards[i - 1].severity), `${c.id} is out of order`));
  for (const s of model.suggestions) {
    const card = cards.find((c) => c.id === `suggestion-${s.id}`);
    assert.equal(digits(card.devices), s.devices, s.id);
    assert.deepEqual(card.steps, s.actions.map((a) => a.action), s.id);
    assert.deepEqual(card.final, s.actions.map((a) => a.irreversible), `${s.id}: steps that cannot be undone`);
    assert.deepEqual(card.wipes, s.actions.map((a) => a.wipes), `${s.id}: steps that erase data`);
    assert.equal(card.file, `./${s.file}`);
  }
  assert.equal(await page.locator("#summary .first > li").count(), Math.min(3, model.suggestions.length));
});

test("a dangerous step is marked in words", async (t) => {
  const { page } = await open(t);
  for (const [kind, words] of [["final", "Cannot be undone"], ["wipes", "Erases data"]]) {
    const texts = await page.locator(`.mark-${kind}`).evaluateAll((all) => all.map((n) => n.textContent.trim()));
    assert.ok(texts.every((text) => text === words), `marks of kind ${kind}`);
  }
});

test("every rule is listed, and those that did not run are told at the top with their reason", async (t) => {
  const { page } = await open(t);
  const rows = await page.locator("#rules tr[data-rule]").evaluateAll((all) => all.map((tr) => [tr.dataset.rule, tr.querySelector("td.n").textContent]));
  assert.deepEqual(rows.map(([rule]) => rule), model.rules.map((r) => r.rule));
  model.rules.forEach((r, i) => {
    if (r.outcome === "ran") assert.equal(digits(rows[i][1]), r.matched, r.rule);
    else assert.equal(rows[i][1], "—", `${r.rule} did not run and must not show a count`);
  });
  const idle = model.rules.filter((r) => r.outcome !== "ran");
  const serious = model.notices.filter((n) => ["medium", "high", "critical"].includes(n.severity));
  const limits = page.locator("#limits");
  assert.equal(await limits.count(), idle.length + serious.length > 0 ? 1 : 0);
  if (await limits.count()) {
    assert.equal(await page.locator("main > section").first().getAttribute("id"), "limits");
    const text = await limits.textContent();
    for (const r of idle) assert.ok(text.includes(r.title) && text.includes(r.reason), `${r.rule} is not explained at the top`);
  }
});

test("every notice, source, digest and output is listed", async (t) => {
  const { page } = await open(t);
  assert.equal(await page.locator(".notices tbody tr").count(), Math.min(500, model.notices.length));
  const names = (selector) => page.locator(selector).evaluateAll((all) => all.map((n) => n.textContent));
  const sources = model.sources.map((s) => s.export);
  assert.deepEqual(await names("#doctor .sources >> nth=0 >> tbody th"), sources);
  assert.deepEqual(await names("#evidence .hash"), model.sources.map((s) => s.sha256));
  assert.deepEqual(await names("#evidence .outputs tbody th"), model.outputs.map((o) => o.file));
});

test("the page says how many flagged devices it holds, and where the rest is", async (t) => {
  const { page } = await open(t);
  assert.equal(embedded.rows.length, model.devices.shown, "devices.shown and the embedded rows");
  const scope = page.locator("#devices-scope");
  const text = (await scope.textContent()).replace(/[\u202f\u00a0\u2009](?=\d)/g, "");
  assert.ok(text.includes(String(model.devices.total)), text);
  const cut = model.devices.shown < model.devices.total;
  assert.equal(text.includes("Not all flagged devices"), cut);
  assert.equal(await scope.locator(`a[href="./${model.devices.file}"]`).count(), 1);
});

// ---- hostile text --------------------------------------------------------------------------------------------------

const HOSTILE = [
  "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", '"><svg onload=alert(3)>', "</script><script>alert(4)</script>",
  "<!--<script>", '=HYPERLINK("http://192.0.2.1","x")', "javascript:alert(5)", "{{ 7*7 }}", "\u202egpj.exe", "جهاز المدير",
  "W".repeat(200), "a\u2028b", "&lt;b&gt;", "' onmouseover='alert(6)",
];

test("hostile device data is shown as text and runs nothing", async (t) => {
  const rows = HOSTILE.map((text, i) => embedded.columns.map((name) => {
    if (name === "device_key") return `serial:${i} ${text}`;
    if (name === "days_silent") return i;
    return text;
  }));
  const steps = Object.fromEntries(rows.map((row, i) => [row[embedded.columns.indexOf("device_key")],
    [[HOSTILE[i], HOSTILE[i], HOSTILE[i], HOSTILE[i], HOSTILE[i], true, true]]]));
  const file = withData("hostile.html", { columns: embedded.columns, rows, steps });
  const { page, trouble } = await open(t, { file });
  const elements = () => page.locator("script, img, iframe, object, embed, svg[onload], [onerror], [onmouseover]").count();
  const names = await page.locator("#grid tbody th a").allTextContents();
  assert.deepEqual([...names].sort(), [...HOSTILE].sort());
  assert.equal(await elements(), 2, "elements made out of data in the table");
  for (let i = 0; i < rows.length; i += 1) {
    await page.locator("#grid tbody th a").nth(i).click();
    const name = names[i];
    await page.locator("#drawer[open]").waitFor();
    assert.equal(await page.locator("#drawer-title").textContent(), name);
    assert.equal(await page.locator("#drawer-body .steps strong").textContent(), name);
    assert.equal(await page.locator("#drawer-body .steps code").textContent(), name);
    assert.equal(await elements(), 2, "elements made out of data in the drawer");
    await page.keyboard.press("Escape");
  }
  await page.emulateMedia({ media: "print" });
  await printedRows(page, HOSTILE.length);
  assert.equal(await elements(), 2, "elements made out of data on paper");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `long names push the page ${wide} px too wide`);
  assert.deepEqual(trouble.dialogs, [], "alerts");
  assert.deepEqual(trouble.violations, [], "the policy had to stop something");
  assert.deepEqual(trouble.errors, []);
});

test("the report's own names, labels and notices are shown as they were exported", async (t) => {
  const { page, trouble } = await open(t);
  if (model.label) assert.equal(await page.locator("h1").textContent(), model.label);
  const messages = await page.locator(".notices td.long bdi").allTextContents();
  assert.deepEqual(messages, model.notices.slice(0, 500).map((n) => n.message));
  const name = column("name");
  const key = column("device_key");
  const byKey = new Map(flagged().map((row) => [String(key(row)), String(name(row))]));
  const shown = await page.locator("#grid tbody tr").evaluateAll((rows) => rows.map((tr) => [tr.dataset.key, tr.querySelector("th").textContent]));
  for (const [k, text] of shown) if (byKey.get(k).trim() !== "") assert.equal(text, byKey.get(k));
  // devices.csv is a second witness: same device, same name, save for a mark that keeps a spreadsheet from running it.
  const csv = new Map(devices.map((d) => [d.device_key, d.name]));
  for (const [k, text] of byKey) if (csv.has(k)) assert.ok(csv.get(k) === text || csv.get(k).endsWith(text), `${k}: ${csv.get(k)} and ${text}`);
  assert.deepEqual(trouble.dialogs, []);
});

// ---- devices -------------------------------------------------------------------------------------------------------

test("the table starts with every embedded device in reach and draws one page of them", async (t) => {
  const rows = flagged();
  const { page } = await open(t);
  assert.equal(await matching(page), rows.length);
  assert.equal((await keys(page)).length, Math.min(PAGE_SIZE, rows.length));
  if (model.devices.shown === model.devices.total) {
    const listed = devices.filter((d) => d.findings !== "").map((d) => d.device_key).sort();
    assert.deepEqual(rows.map((r) => String(column("device_key")(r))).sort(), listed, "the page and devices.csv flag different devices");
  }
});

test("paging reaches every device once", async (t) => {
  const rows = flagged();
  const { page } = await open(t);
  const seen = [];
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  for (let i = 1; i <= pages; i += 1) {
    seen.push(...await keys(page));
    assert.equal(await page.locator("#next").getAttribute("aria-disabled"), String(i === pages), `Next on page ${i} of ${pages}`);
    if (i < pages) await page.locator("#next").click();
  }
  assert.deepEqual(seen.sort(), rows.map((r) => String(column("device_key")(r))).sort());
});

test("search narrows to the devices that hold every word", async (t) => {
  const rows = flagged();
  const serial = column("serial");
  const wanted = rows.find((r) => String(serial(r)).length >= 4) ?? rows[0];
  const word = String(serial(wanted) || column("device_key")(wanted));
  const { page } = await open(t);
  await page.getByRole("searchbox", { name: "Search" }).fill(word.toUpperCase());
  assert.ok((await keys(page)).includes(column("device_key")(wanted)), "the device is not found by its serial");
  assert.equal(await matching(page), rows.filter((r) => r.join("\n").toLowerCase().includes(word.toLowerCase())).length);
  await page.getByRole("searchbox", { name: "Search" }).fill(`${word} no-such-word-anywhere`);
  assert.equal(await matching(page), 0);
  assert.match(await page.locator("#count").textContent(), /None of/);
  await page.locator("#clear").click();
  await page.waitForFunction(() => document.querySelectorAll("#grid tbody tr").length > 0);
  assert.equal(await matching(page), rows.length, "Clear brings every device back");
});

for (const [label, name, pick] of [
  ["Platform", "platform", (v) => v], ["Activity", "activity", (v) => v],
  ["Highest severity", "highest_severity", (v) => v], ["Rule", "findings", (v) => v.split("|")[0]],
]) {
  test(`the filter by ${label.toLowerCase()} keeps exactly the devices that fit`, async (t) => {
    const rows = flagged();
    const value = column(name);
    const choice = pick(String(value(rows[rows.length - 1])));
    const fits = (row) => String(value(row)).split("|").includes(choice);
    const { page } = await open(t);
    await page.getByLabel(label, { exact: true }).selectOption(choice);
    assert.equal(await matching(page), rows.filter(fits).length);
    const key = column("device_key");
    const allowed = new Set(rows.filter(fits).map((r) => String(key(r))));
    for (const k of await keys(page)) assert.ok(allowed.has(k), `${k} does not fit`);
  });
}

test("headings sort both ways and say so", async (t) => {
  const rows = flagged();
  const days = column("days_silent");
  const { page } = await open(t);
  const head = page.locator("#grid th", { hasText: "Days silent" });
  const read = () => page.locator("#grid tbody tr td.n").evaluateAll((all) => all.map((n) => n.textContent)
    .filter((text) => text !== "\u2014").map((text) => Number(text.replace(/[^\d]/g, ""))));
  const known = rows.map(days).filter((v) => v !== "" && v !== null).map(Number);
  const unknown = rows.length - known.length;
  await head.getByRole("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  assert.deepEqual(await read(), known.toSorted((a, b) => b - a).slice(0, PAGE_SIZE));
  await head.getByRole("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(await read(), known.toSorted((a, b) => a - b).slice(0, PAGE_SIZE), `${unknown} unknown values belong at the end`);
  assert.equal(await page.locator("#grid th[aria-sort]").count(), 1, "one column at a time");
});

test("the first order is by severity, the gravest first", async (t) => {
  const { page } = await open(t);
  const order = ["critical", "high", "medium", "low", "info"];
  const shown = await page.locator("#grid tbody .sev").evaluateAll((all) => all.map((n) => n.textContent.toLowerCase()));
  assert.ok(shown.length > 0);
  assert.deepEqual(shown, shown.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
});

test("a row opens the drawer with every column and the steps in order", async (t) => {
  const rows = flagged();
  const key = column("device_key");
  const row = rows.find((r) => (embedded.steps[key(r)] ?? []).length > 1) ?? rows.find((r) => (embedded.steps[key(r)] ?? []).length > 0);
  assert.ok(row, "no flagged device has a step");
  const { page, trouble } = await open(t);
  await page.getByRole("searchbox", { name: "Search" }).fill(String(key(row)));
  await page.locator(`#grid tbody tr[data-key=${JSON.stringify(String(key(row)))}] td.serial`).click();
  const drawer = page.locator("#drawer[open]");
  await drawer.waitFor();
  const label = String(column("name")(row)).trim() || "Device without a name";
  assert.equal(await page.getByRole("dialog", { name: label }).count(), 1, "the drawer is not named after its device");
  const todo = embedded.steps[key(row)];
  assert.deepEqual(await drawer.locator(".steps strong").allTextContents(), todo.map((s) => s[1]), "the steps and their order");
  assert.deepEqual(await drawer.locator(".steps .where").allTextContents(), todo.map((s) => s[2] || "No console"), "the console of each step");
  assert.equal(await drawer.locator(".steps .mark-final").count(), todo.filter((s) => s[5]).length);
  assert.equal(await drawer.locator(".steps .mark-wipes").count(), todo.filter((s) => s[6]).length);
  const text = await drawer.textContent();
  for (const name of ["device_key", "serial", "manufacturer", "model", "primary_user", "identity"]) {
    assert.ok(text.includes(String(column(name)(row))), `the drawer lacks ${name}`);
  }
  assert.equal(decodeURIComponent(new URL(page.url()).hash), `#device=${key(row)}`);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#drawer[open]").count(), 0);
  assert.ok(!page.url().includes("device="), "closing leaves the address on the device");
  assert.deepEqual(trouble.errors, []);
});

test("a deep link opens its device, and one that leads nowhere says so", async (t) => {
  const row = flagged().at(-1);
  const key = String(column("device_key")(row));
  const name = String(column("name")(row));
  const { page } = await open(t, { hash: `#device=${encodeURIComponent(key)}` });
  await page.locator("#drawer[open]").waitFor();
  assert.ok((await page.locator("#drawer-body").textContent()).includes(key));
  if (name.trim() !== "") assert.equal(await page.locator("#drawer-title").textContent(), name);
  const { page: other } = await open(t, { hash: "#device=no-such-device-%3Cb%3E" });
  assert.equal(await other.locator("#drawer[open]").count(), 0);
  assert.match(await other.locator("#lost").textContent(), /no-such-device-<b>/);
  assert.equal(await other.locator("#lost b").count(), 0);
});

test("a suggestion leads to its devices in the table", async (t) => {
  const rows = flagged();
  const fitting = (s) => rows.filter((r) => String(column("findings")(r)).split("|").includes(s.rule) && column("platform")(r) === s.platform);
  const suggestion = model.suggestions.find((s) => fitting(s).length > 0);
  assert.ok(suggestion, "no suggestion has a device in the page");
  const { page } = await open(t, { hash: `#suggestion-${suggestion.id}` });
  const card = page.locator(`[id=${JSON.stringify(`suggestion-${suggestion.id}`)}]`);
  assert.equal(await card.evaluate((node) => node.open), true, "a link to a card opens it");
  await card.locator("a[href^='#find=']").click();
  await page.waitForFunction(() => document.activeElement.id === "devices-title");
  assert.equal(await matching(page), fitting(suggestion).length);
});

test("the keyboard alone finds a device, reads it and comes back", async (t) => {
  const row = flagged().find((r) => /^[\w-]{3,}$/.test(String(column("serial")(r)))) ?? flagged()[0];
  const key = String(column("device_key")(row));
  const { page } = await open(t);
  const focus = () => page.evaluate(() => {
    const node = document.activeElement;
    return { id: node.id, href: node.getAttribute("href"), key: node.closest("tr")?.dataset.key ?? "", tag: node.tagName };
  });
  const until = async (done, what) => {
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press("Tab");
      const now = await focus();
      if (done(now)) return;
    }
    assert.fail(`the Tab key never reached ${what}`);
  };
  await until((f) => f.href === "#devices", "the link to the devices");
  await page.keyboard.press("Enter");
  await until((f) => f.id === "q", "the search box");
  await page.keyboard.type(key);
  await until((f) => f.id === "f-platform", "the filters");
  await until((f) => f.key === key && f.tag === "A", "the device");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "the focus cannot be seen");
  await page.keyboard.press("Enter");
  await page.locator("#drawer[open]").waitFor();
  for (let i = 0; i < 12; i += 1) {
    assert.ok(await page.evaluate(() => {
      const node = document.activeElement;
      return node === document.body || node.closest("#drawer") !== null;
    }), "the focus leaves the open drawer");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#drawer[open]").count(), 0);
  assert.equal((await focus()).key, key, "the focus does not return to the device");
});

test("five thousand devices stay quick and draw one page", async (t) => {
  const template = flagged()[0];
  const key = embedded.columns.indexOf("device_key");
  const name = embedded.columns.indexOf("name");
  const rows = Array.from({ length: 5000 }, (_, i) => template.map((v, c) => {
    if (c === key) return `serial:N${i}`;
    return c === name ? `N-${i}` : v;
  }));
  const { page } = await open(t, { file: withData("many.html", { columns: embedded.columns, rows, steps: {} }) });
  assert.equal((await keys(page)).length, PAGE_SIZE);
  const took = await page.evaluate(() => {
    const box = document.getElementById("q");
    const start = performance.now();
    for (const text of ["n", "n-", "n-4", "n-49", "n-499", "n-4999"]) {
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return performance.now() - start;
  });
  assert.equal(await matching(page), 1);
  assert.ok(took < 3000, `six searches took ${Math.round(took)} ms`);
});

// ---- paper, narrow screens, no script ------------------------------------------------------------------------------

test("on paper every section is there, unfolded, without controls", async (t) => {
  const { page } = await open(t);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await printedRows(page, Math.min(500, flagged().length));
  for (const id of SECTIONS) assert.ok(await page.locator(`#${id} h2`).isVisible(), `the heading of ${id} is not printed`);
  const folded = await page.locator("main details").evaluateAll((all) => all.filter((d) => !d.open).length);
  assert.equal(folded, 0, "folded parts");
  for (const id of ["#explorer", ".contents", ".skip", "#unfold"]) {
    for (const node of await page.locator(id).all()) assert.equal(await node.isVisible(), false, `${id} is printed`);
  }
  const clipped = await page.locator("main .scroll").evaluateAll((all) => all.filter((n) => getComputedStyle(n).overflowX !== "visible").length);
  assert.equal(clipped, 0, "tables that paper would cut off");
  const heads = await page.locator("main thead").evaluateAll((all) => all.filter((n) => getComputedStyle(n).display !== "table-header-group").length);
  assert.equal(heads, 0, "table headings that do not repeat");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "paper is white");
  await page.emulateMedia({ media: "screen" });
  await printedRows(page, 0);
  assert.equal(await page.locator("details.card[open]").count(), 0, "cards stay open after printing");
});

test("without a script the cards are still printed in full", async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false });
  await page.emulateMedia({ media: "print" });
  for (const steps of await page.locator("details.card .steps").all()) assert.ok(await steps.isVisible(), "a card's steps are folded on paper");
});

test("the page prints to a document of several pages", async (t) => {
  const { page } = await open(t);
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
  assert.ok(pages.length >= SECTIONS.length - 2, `${pages.length} pages`);
});

test("at A4 width no table runs off the paper", async (t) => {
  const { page } = await open(t, { viewport: { width: 680, height: 960 } });
  await page.emulateMedia({ media: "print" });
  const wide = await page.locator("main table").evaluateAll((all) => all
    .filter((table) => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((table) => `${table.caption?.textContent}: ${Math.round(table.getBoundingClientRect().right)}`));
  assert.deepEqual(wide, []);
});

test("a narrow screen never scrolls sideways as a whole", async (t) => {
  const key = String(column("device_key")(flagged()[0]));
  for (const width of [320, 360, 768]) {
    const { page } = await open(t, { viewport: { width, height: 740 } });
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(await over() <= 0, `folded, ${width} px: ${await over()} px too wide`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    assert.ok(await over() <= 0, `unfolded, ${width} px: ${await over()} px too wide`);
    await page.evaluate((k) => { location.hash = `#device=${encodeURIComponent(k)}`; }, key);
    await page.locator("#drawer[open]").waitFor();
    const inner = await page.locator("#drawer-body").evaluate((n) => n.scrollWidth - n.clientWidth);
    assert.ok(inner <= 0, `drawer, ${width} px: ${inner} px too wide`);
  }
});

test("a table that is wider than the screen scrolls in a named place that the keyboard reaches", async (t) => {
  const { page } = await open(t, { viewport: { width: 360, height: 740 } });
  const boxes = await page.locator("main .scroll").evaluateAll((all) => all
    .filter((n) => n.offsetParent !== null && n.scrollWidth > n.clientWidth + 1)
    .map((n) => [n.getAttribute("role"), Boolean(n.getAttribute("aria-label")), n.tabIndex]));
  assert.ok(boxes.length > 0, "no table is wider than 360 px, so this test proves nothing");
  for (const box of boxes) assert.deepEqual(box, ["group", true, 0]);
});

test("without a script everything but the device table is there, and the page says where that is", async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false });
  for (const id of SECTIONS) assert.ok(await page.locator(`#${id} h2`).isVisible(), `section ${id}`);
  assert.equal(await page.locator("#explorer").isVisible(), false);
  const note = page.locator("#devices-static .note");
  assert.ok(await note.isVisible());
  assert.ok((await note.textContent()).includes(model.devices.file));
  for (const dead of await page.locator(".needs-js").all()) assert.equal(await dead.isVisible(), false, "a control that cannot work is shown");
  const cards = page.locator("details.card > summary");
  if (await cards.count()) {
    await cards.first().click();
    assert.ok(await page.locator("details.card .card-body").first().isVisible(), "cards open without a script");
  }
});

test("with unreadable data the page keeps its note in place of the table", async (t) => {
  const start = '<script type="application/json" id="data">';
  const from = html.indexOf(start) + start.length;
  const file = join(lab, "unreadable.html");
  writeFileSync(file, `${html.slice(0, from)}{${html.slice(html.indexOf("</script>", from))}`);
  const { page, trouble } = await open(t, { file });
  assert.ok(await page.locator("#devices-static").isVisible());
  assert.deepEqual(trouble.errors, []);
});
