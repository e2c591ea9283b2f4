// What a reader of the page meets: the file itself, access, content, paper.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  SECTIONS, axe, between, details, devices, digits, exportName, flagged, folder, html, lab, list, model, open, original, plain, printed, printedRows, read, total,
} from "./lab.mjs";

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
  assert.equal(await page.locator("script:not([type='application/octet-stream'])").count(), 1, "scripts");
});

test("a forged script in the page is stopped by the policy", async (t) => {
  const file = join(lab, "forged.html");
  writeFileSync(file, html.replace("</main>", "<script>window.forged = true</script></main>"));
  const { page, trouble } = await open(t, { file });
  assert.equal(await page.evaluate(() => window.forged), undefined, "the forged script ran");
  await page.waitForTimeout(100);
  assert.ok(trouble.violations.some((v) => v.startsWith("script-src")), "the policy did not report the forged script");
});

test("links lead to files beside the page, to places in it, or to https without a referrer", async () => {
  const { page } = await read();
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
    const key = list.key[flagged()[0]];
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

test("every total of report.json stands on the page with the same value", async () => {
  const { page } = await read();
  const shown = await page.locator("[data-total]").evaluateAll((all) => all.map((n) => [n.dataset.total, n.textContent]));
  const names = new Set(shown.map(([name]) => name));
  assert.deepEqual([...names].sort(), Object.keys(model.totals).sort(), "the totals that are shown");
  for (const [name, text] of shown) assert.equal(digits(text), model.totals[name], `total ${name}`);
});

test("activity, consoles and severities show the numbers of report.json", async () => {
  const { page } = await read();
  const table = async (selector) => page.locator(selector).evaluateAll((rows) => rows.map((tr) => (
    Array.from(tr.querySelectorAll("td.n"), (td) => td.textContent))));
  const activity = await table("#activity tr[data-platform]");
  assert.deepEqual(activity.map((r) => r.slice(0, 4).map(digits)), model.activity.map((a) => [a.devices, a.active, a.stale, a.unknown]));
  const consoles = await table("#pictures tr[data-console]");
  assert.deepEqual(consoles.map((r) => r.map(digits)), model.consoles.map((c) => [c.records, c.devices]));
  const bars = await page.locator("#activity tr[data-platform] .bar").evaluateAll((all) => all.map((svg) => (
    Array.from(svg.querySelectorAll("rect"), (r) => parseFloat(r.getAttribute("width"))))));
  const shares = model.activity.filter((a) => a.devices > 0).map((a) => [a.active, a.stale, a.unknown].map((n) => (n * 100) / a.devices));
  assert.equal(bars.length, shares.length);
  shares.forEach((share, i) => share.forEach((x, k) => assert.ok(Math.abs(x - bars[i][k]) < 0.01, `bar ${i}.${k} is ${bars[i][k]}, not ${x}`)));
});

test("every work package is a card with its own reasons, devices, steps and file, the gravest first", async () => {
  const { page } = await read();
  const cards = await page.locator("details.card").evaluateAll((all) => all.map((card) => ({
    id: card.id,
    devices: card.querySelector(".count").textContent,
    reasons: Array.from(card.querySelectorAll(".reasons > li"), (n) => n.textContent),
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
    assert.equal(card.reasons.length, s.reasons.length, s.id);
    // Of one reason the summary of the package has said the numbers.
    const reason = (r) => (s.reasons.length === 1 ? r.title : r.text);
    s.reasons.forEach((r, i) => assert.ok(card.reasons[i].includes(reason(r)), `${s.id}: ${reason(r)}`));
    assert.deepEqual(card.steps, s.actions.map((a) => plain(a.action)), s.id);
    assert.deepEqual(card.final, s.actions.map((a) => a.irreversible), `${s.id}: steps that cannot be undone`);
    assert.deepEqual(card.wipes, s.actions.map((a) => a.wipes), `${s.id}: steps that erase data`);
    assert.equal(card.file, `./${s.file}`);
  }
  assert.equal(await page.locator("#summary .first > li").count(), Math.min(3, model.suggestions.length));
});

test("a dangerous step is marked in words", async () => {
  const { page } = await read();
  for (const [kind, words] of [["final", /cannot be undone$/i], ["wipes", /erases? data$/i]]) {
    const texts = await page.locator(`.mark-${kind}`).evaluateAll((all) => all.map((n) => n.textContent.trim()));
    assert.ok(texts.length > 0 && texts.every((text) => words.test(text)), `marks of kind ${kind}`);
  }
});

test("every rule is listed, and those that did not run are told at the top with their reason", async () => {
  const { page } = await read();
  const rows = await page.locator("#rules tr[data-rule]").evaluateAll((all) => all.map((tr) => [tr.dataset.rule, tr.querySelector("td.n").textContent]));
  assert.deepEqual(rows.map(([rule]) => rule).sort(), model.rules.map((r) => r.rule).sort());
  const grades = ["info", "low", "medium", "high", "critical"];
  const rank = (r) => (r.outcome === "ran" ? grades.indexOf(r.found[0]) * 1e9 + r.matched : -1e12);
  const shown = rows.map(([rule]) => model.rules.find((r) => r.rule === rule));
  shown.forEach((r, i) => assert.ok(i === 0 || rank(shown[i - 1]) >= rank(r), `${r.rule} stands before ${shown[i - 1]?.rule}`));
  shown.forEach((r, i) => {
    if (r.outcome === "ran") assert.equal(digits(rows[i][1]), r.matched, r.rule);
    else assert.equal(rows[i][1], "—", `${r.rule} did not run and must not show a count`);
  });
  const idle = model.rules.filter((r) => r.outcome !== "ran");
  const serious = model.notices.filter((n) => ["medium", "high", "critical"].includes(n.severity));
  const limits = page.locator("#limits");
  assert.equal(await limits.count(), idle.length + serious.length > 0 ? 1 : 0);
  if (await limits.count()) {
    const said = await page.locator("#summary .evidence-lines").textContent();
    assert.ok(idle.length === 0 || said.includes(`${idle.length} rule`), said);
    const text = await limits.textContent();
    for (const r of idle) assert.ok(text.includes(r.title) && text.includes(plain(r.reason)), `${r.rule} is not explained at the top`);
  }
});

test("every notice, source, digest and output is listed", async () => {
  const { page } = await read();
  assert.equal(await page.locator(".notices tbody tr").count(), Math.min(500, model.notices.length));
  const names = (selector) => page.locator(selector).evaluateAll((all) => all.map((n) => n.textContent));
  const sources = model.sources.map((s) => exportName(s.export));
  assert.deepEqual(await names("#doctor .sources >> nth=0 >> tbody th"), sources);
  assert.deepEqual(await names("#evidence .hash:not(#seal)"), model.sources.map((s) => s.sha256));
  assert.deepEqual(await names("#evidence .outputs tbody th"), model.outputs.map((o) => o.file));
});

test("the pictures and the tables behind them show the numbers of report.json", async () => {
  const { page } = await read();
  const table = (selector) => page.locator(`${selector} tbody tr`).evaluateAll((rows) => rows.map((tr) => (
    Array.from(tr.querySelectorAll("td.n"), (td) => td.textContent))));
  assert.deepEqual((await table("#overlaps")).map((r) => r.map(digits)), model.overlaps.map((o) => [o.devices, o.flagged]));
  assert.equal(model.overlaps.reduce((sum, o) => sum + o.devices, 0), model.totals.devices, "the sets do not add up");
  assert.equal(model.overlaps.reduce((sum, o) => sum + o.flagged, 0), model.totals.flagged);
  assert.deepEqual((await table("#silence")).map((r) => r.map(digits)), model.silence.rows.map((r) => [r.threshold, ...r.devices, r.unknown]));
  for (const row of model.silence.rows) {
    const whole = model.activity.find((a) => a.platform === row.platform);
    assert.equal(row.devices.reduce((a, b) => a + b, row.unknown), whole.devices, `${row.platform}: spans`);
    const beyond = model.silence.edges.indexOf(row.threshold);
    if (beyond >= 0) assert.equal(row.devices.slice(beyond + 1).reduce((a, b) => a + b, 0), whole.stale, `${row.platform}: beyond the threshold`);
  }
  const curve = model.threshold_curve;
  assert.deepEqual((await table("#curve")).map((r) => r.slice(1).map(digits)), curve.rows.map((r) => r.stale));
  for (const row of curve.rows) {
    row.stale.forEach((n, i) => assert.ok(i === 0 || n <= row.stale[i - 1], `${row.platform}: more devices are stale at a longer threshold`));
    const at = curve.days.indexOf(row.threshold);
    const stale = row.platform === "all" ? model.totals.stale : model.activity.find((a) => a.platform === row.platform).stale;
    if (at >= 0) assert.equal(row.stale[at], stale, `${row.platform}: the curve at the threshold in force`);
  }
  const drawn = await page.locator("#pictures svg[role=img]").evaluateAll((all) => all.map((svg) => (
    document.getElementById(svg.getAttribute("aria-labelledby"))?.textContent.trim() ?? "")));
  const known = model.silence.rows.filter((row) => row.devices.some((n) => n > 0)).length;
  assert.equal(drawn.length, 2 + known, "pictures");
  assert.ok(drawn.every((name) => name.length > 20), "a picture without a name");
  const columns = await page.locator("svg[aria-labelledby=upset-name] .p-count").allTextContents();
  assert.deepEqual(columns.map(digits), model.overlaps.slice(0, 18).map((o) => o.devices));
  const severities = await table("#severities");
  assert.deepEqual(severities.map((r) => digits(r[0])), model.severities.map((x) => x.findings));
});

test("the first screen tells the state of the fleet, as shares of all devices", async () => {
  const { page } = await read();
  assert.equal(await page.locator("main > section").first().getAttribute("id"), "summary");
  const { in_order, stale, misaligned, undecided, devices: all } = model.totals;
  assert.equal(in_order + stale + misaligned + undecided, all, "each device is in one state");
  const tiles = await page.locator("#summary .state > div").evaluateAll((list) => list.map((n) => Array.from(n.children, (c) => c.textContent)));
  assert.deepEqual(tiles.map(([, figure]) => digits(figure)), [in_order, stale, misaligned, undecided]);
  for (const [name, figure, share] of tiles) {
    assert.ok(Math.abs(Number.parseFloat(share) - (digits(figure) * 100) / all) <= 0.06, `${name}: ${share}`);
    assert.ok(share.replace(/\D/g, " ").includes(String(all)), `${name} names no denominator: ${share}`);
  }
});

test("the first line has the flagged devices by their severest finding, and they add up", async (t) => {
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  const line = page.locator("#summary .verdict-line");
  assert.ok((await line.textContent()).startsWith(`${model.fleet.flagged}.`));
  const grades = (await line.locator(".grade a").allTextContents()).map(digits);
  assert.equal(grades.reduce((sum, own) => sum + own, 0), model.totals.flagged);
  assert.equal(model.totals.stale_flagged + model.totals.misaligned, model.totals.flagged);
  const first = await page.locator("#summary .first > li").first().boundingBox();
  assert.ok(first.y + 40 < 900, `the first action begins at ${first.y}`);
});

for (const format of ["A4", "Letter"]) {
  test(`the report prints on at most 15 sheets of ${format}, and what management reads on the first alone`, async (t) => {
    const { page } = await open(t);
    await page.locator("#explorer[data-ready]").waitFor();
    const headings = await page.locator("main > section h2, main > section > h3:not(.screen-only), .beside h3:not(.screen-only)").allTextContents();
    const { sheets, outline } = printed(await page.pdf({ format, outline: true, tagged: true }));
    assert.ok(sheets > 3 && sheets <= 15, `${sheets} sheets`);
    const first = Object.keys(outline).filter((title) => outline[title] === 1);
    for (const title of ["Summary", "How good the evidence is", "Start here"]) assert.ok(first.includes(title), `${title} is not on the first sheet: ${first}`);
    for (const title of headings) {
      if (!first.includes(title)) assert.ok(outline[title] >= 2, `${title} is on no sheet`);
    }
    for (const title of ["Road map", "Work packages", "Questions", "Data quality", "Rules", "Evidence"]) assert.ok(outline[title] >= 2, `${title} is on sheet ${outline[title]}`);
  });
}

test("every export is told with its rows and its age", async () => {
  const { page } = await read();
  const rows = await page.locator("#doctor .read tbody tr").evaluateAll((all) => all.map((tr) => Array.from(tr.cells, (td) => td.textContent.trim())));
  assert.equal(rows.length, model.sources.length);
  model.sources.forEach((s, i) => {
    assert.equal(rows[i][0], s.console_title);
    assert.ok(rows[i][1].startsWith(exportName(s.export)));
    assert.equal(digits(rows[i][2]), s.rows);
    assert.equal(digits(rows[i][3]), s.records);
    assert.equal(digits(rows[i][4]), s.bad_rows);
    if (s.age_days > 0) assert.equal(digits(rows[i][6]), s.age_days);
  });
});

test("the embedded devices are those of report.json and devices.csv", () => {
  assert.equal(total, model.devices.shown, "devices.shown");
  assert.equal(flagged().length, model.devices.flagged, "devices.flagged");
  assert.equal(details.length, total, "every device has its details");
  if (model.devices.complete) {
    assert.deepEqual([...list.key].sort(), devices.map((d) => original(d.device_key)).sort(), "the page and devices.csv hold different devices");
    assert.equal(details.reduce((sum, [records]) => sum + records.length, 0) + model.totals.records_without_device, model.totals.records, "records");
    assert.equal(details.reduce((sum, [, findings]) => sum + findings.length, 0), model.totals.findings, "findings");
    assert.equal(details.reduce((sum, [, , steps]) => sum + steps.length, 0), model.totals.steps, "steps");
  }
  const csv = new Map(devices.map((d) => [original(d.device_key), d]));
  list.key.forEach((key, at) => {
    const row = csv.get(key);
    assert.ok(row, key);
    assert.equal(row.activity, list.words.activity[list.activity[at]], key);
    assert.equal(row.days_inactive, list.days[at] === null ? "" : String(list.days[at]), key);
    // The page has the gravest first.
    assert.equal(row.findings, list.findings[at].map((r) => list.rules[r]).sort().join("|"), key);
    const order = details[at][1].map(([rule, severity]) => [severity, rule]).sort((a, b) => b[0] - a[0]).map(([, rule]) => rule);
    assert.deepEqual(list.findings[at], order, `${key}: the gravest finding first`);
    assert.equal(original(row.name), list.name[at], key);
  });
});

test("the page says which devices it holds, and where the rest is", async () => {
  const { page } = await read();
  const scope = page.locator("#devices-scope");
  const text = (await scope.textContent()).replace(/[\u202f\u00a0\u2009](?=\d)/g, "");
  assert.ok(text.includes(String(model.devices.flagged)), text);
  assert.equal(text.includes("Not all flagged devices"), model.devices.flagged < model.devices.total);
  assert.equal(text.startsWith("All "), model.devices.complete);
  assert.equal(await scope.locator("a[href='./devices.csv']").count(), 1);
});

test("before its data the page is small", () => {
  const bare = html.replace(/(<script type="application\/octet-stream"[^>]*>)[^<]*/g, "$1");
  // Packages, questions and notices are data, too, however they are written.
  const data = ["suggestions", "questions", "doctor"].map((id) => between(bare, `<section id="${id}"`, "</section>").length);
  const rest = data.reduce((left, own) => left - own, bare.length);
  assert.ok(rest < 320_000, `${rest} bytes`);
});

test("the list does not wait for what is out of view, and links lead there all the same", async (t) => {
  const { page } = await open(t, { prepare: () => {
    new MutationObserver((_, observer) => {
      if (document.getElementById("explorer")?.hidden !== false) return;
      observer.disconnect();
      window.skipped = Array.from(document.querySelectorAll("main > section"))
        .filter((section) => !section.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).map((section) => section.id);
      document.querySelector('a[href="#evidence"]').click();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ["hidden"] });
  } });
  const skipped = await page.evaluate(() => window.skipped);
  assert.ok(!skipped.includes("summary") && !skipped.includes("devices"), `${skipped} are not laid out`);
  for (const id of ["suggestions", "rules", "evidence"]) assert.ok(skipped.includes(id), `${id} is laid out before anybody has seen it`);
  const there = (id) => page.waitForFunction((own) => {
    const { top } = document.getElementById(own).getBoundingClientRect();
    return top >= 0 && top < 60;
  }, id, { timeout: 10_000 });
  await there("evidence");
  await page.locator("#explorer[data-ready]").waitFor();
  assert.equal(await page.locator("main > section:not(.laid-out)").count(), 0, "sections that are never laid out");
  for (const id of ["suggestions", "rules"]) {
    await page.locator(`a[href="#${id}"]`).first().click();
    await there(id);
  }
  assert.equal(await page.locator("main .scroll[tabindex]").evaluateAll((all) => all.filter((box) => box.scrollWidth <= box.clientWidth + 1 && box.checkVisibility()).length), 0, "stops that have nothing to scroll");
});

// The sample has few devices, and much to say of each: a device of a large tenant costs about half of it.
test("a device costs the page few bytes", () => {
  const packed = Array.from(html.matchAll(/<script type="application\/octet-stream"[^>]*>([^<]*)/g), (m) => m[1].length);
  assert.equal(packed.length, 1 + Math.ceil(total / 500), "the list and its chunks");
  const each = packed.reduce((sum, length) => sum + length) / total;
  assert.ok(each < 310, `${Math.round(each)} bytes a device`);
});

// ---- paper, narrow screens, no script ------------------------------------------------------------------------------

test("on paper every section is there, unfolded, without controls", async (t) => {
  const { page } = await open(t);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.waitForFunction(() => document.querySelectorAll("main details:not([open])").length === 0).catch(() => {});
  await printedRows(page, 0);
  for (const id of SECTIONS) assert.ok(await page.locator(`#${id} h2`).isVisible(), `the heading of ${id} is not printed`);
  const folded = await page.locator("main details").evaluateAll((all) => all.filter((d) => !d.open).length);
  assert.equal(folded, 0, "folded parts");
  assert.equal(await page.locator("#paper-list tbody bdi").count(), flagged().length, "flagged devices on paper");
  for (const id of ["#explorer", ".skip", "#unfold", "#devices-static", ".screen-only"]) {
    for (const node of await page.locator(id).all()) assert.equal(await node.isVisible(), false, `${id} is printed`);
  }
  const clipped = await page.locator("main .scroll").evaluateAll((all) => all.filter((n) => getComputedStyle(n).overflowX !== "visible").length);
  assert.equal(clipped, 0, "tables that paper would cut off");
  const heads = await page.locator("main thead").evaluateAll((all) => all.filter((n) => getComputedStyle(n).display !== "table-header-group").length);
  assert.equal(heads, 0, "table headings that do not repeat");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "paper is white");
  await page.emulateMedia({ media: "screen" });
  await page.waitForFunction(() => !document.querySelector("details.card[open]")).catch(() => {});
  assert.equal(await page.locator("details.card[open]").count(), 0, "cards stay open after printing");
});

test("paper holds the devices that a filter chose, and without one says where the lists are", async (t) => {
  const key = list.key[flagged()[0]];
  const { page } = await open(t, { hash: `#find=q:${encodeURIComponent(`"${list.name[flagged()[0]]}"`)}` });
  await page.locator("#explorer[data-ready]").waitFor();
  const shown = await page.locator("#grid tbody tr[data-key]").count();
  assert.ok(shown >= 1 && await page.locator(`#grid tbody tr[data-key="${key}"]`).count() === 1);
  await page.emulateMedia({ media: "print" });
  await printedRows(page, shown);
  assert.equal(await page.locator("#paper-list").isVisible(), false, "what a filter chose stands in the place of the whole list");
  assert.ok(await page.locator("#devices-scope a[href='./devices.csv']").isVisible());
});

test("without a script the cards are still printed in full", async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false });
  await page.emulateMedia({ media: "print" });
  const steps = page.locator("details.card .paper-steps");
  assert.equal(await steps.count(), model.suggestions.filter((s) => s.actions.length > 0).length);
  for (const line of await steps.all()) assert.ok(await line.isVisible(), "a card's steps are folded on paper");
});

test("paper names every step of every package in its order, in words", async (t) => {
  const { page } = await open(t);
  await page.emulateMedia({ media: "print" });
  for (const { id, actions, devices: all } of model.suggestions.filter((s) => s.actions.length > 0)) {
    // Ways of one step that follow one another are one line.
    const groups = [];
    for (const a of actions) {
      if (groups.at(-1)?.[0].step === a.step) groups.at(-1).push(a);
      else groups.push([a]);
    }
    const lines = await page.locator(`[id="suggestion-${id}"] .paper-steps > li`).evaluateAll((rows) => rows.map((li) => ({
      text: li.textContent.replace(/[\u202f]/g, "").replace(/\s+/g, " "), what: li.querySelector("strong").textContent, final: li.querySelector(".mark-final") !== null,
    })));
    assert.equal(lines.length, groups.length, id);
    groups.forEach((group, at) => {
      const { text, what, final } = lines[at];
      assert.ok(group[0].action.startsWith(what) && !what.includes(" > "), `${id}: ${what}`);
      assert.ok(text.startsWith(group[0].console_title), `${id}: ${text}`);
      const count = group.reduce((sum, a) => sum + a.devices, 0);
      assert.equal(text.includes(`${count} of ${all} device`), count < all, `${id}: ${text}`);
      const waits = group.some((a) => ["after-grace", "verify"].includes(a.phase));
      assert.equal(text.includes("not before"), waits, `${id}: ${text}`);
      assert.equal(final, group.some((a) => a.irreversible), `${id}: what cannot be undone`);
    });
  }
});

test("one package can be printed alone, with all that its steps ask for, and the next print is whole again", async (t) => {
  const { page } = await open(t, { prepare: () => { window.print = () => {}; } });
  const s = model.suggestions.find((own) => own.actions.length > 3);
  const card = page.locator(`[id="suggestion-${s.id}"]`);
  await card.locator("summary").first().click();
  await card.locator(".print-card").click();
  await page.emulateMedia({ media: "print" });
  for (const part of ["#summary", "#roadmap", "#devices", "#evidence"]) assert.equal(await page.locator(part).isVisible(), false, part);
  assert.equal(await page.locator("details.card:visible").count(), 1, "packages on paper");
  for (const [i, a] of s.actions.entries()) {
    const step = card.locator(".steps > li").nth(i);
    assert.ok(await step.isVisible(), a.step);
    if (a.why) assert.ok((await step.locator(".step-facts").innerText()).replace(/\s+/g, " ").includes(plain(a.why).replace(/\s+/g, " ").slice(0, 60)), a.step);
  }
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.ok(await page.locator("#summary").isVisible(), "the rest is printed again");
});

test("nothing on paper is smaller than 8 pt", async (t) => {
  const { page } = await open(t);
  await page.emulateMedia({ media: "print" });
  const small = await page.evaluate(() => {
    const found = new Set();
    for (const node of document.querySelectorAll("body *")) {
      const own = Array.from(node.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || node.closest("svg, .away, .defs") || node.getClientRects().length === 0) continue;
      const size = parseFloat(getComputedStyle(node).fontSize) * 0.75;
      if (size < 7.99 && node.tagName !== "CODE") found.add(`${node.tagName}.${node.className} in ${node.closest("section, header")?.id}: ${size.toFixed(1)} pt`);
    }
    return [...found];
  });
  assert.deepEqual(small, []);
});

test("the road map has the steps of every package by stage", async () => {
  const { page } = await read();
  const figures = await page.locator("#roadmap [data-stage]").evaluateAll((all) => all.map((n) => [n.dataset.stage, n.textContent]));
  assert.deepEqual(figures.map(([stage, text]) => [stage, digits(text)]), model.roadmap.stages.map((s) => [s.stage, s.work.steps]));
  assert.equal(model.roadmap.stages.reduce((sum, s) => sum + s.work.steps, 0), model.totals.steps, "every step is in one stage");
  assert.equal(model.roadmap.stages.reduce((sum, s) => sum + s.work.irreversible, 0), model.totals.irreversible_steps);
  const rows = await page.locator("#roadmap tr[data-package]").evaluateAll((all) => all.map((tr) => [tr.dataset.package, Array.from(tr.cells, (td) => window.__texts(td))]));
  assert.equal(rows.length, model.roadmap.packages.length);
  rows.forEach(([id, cells], at) => {
    const own = model.roadmap.packages[at];
    assert.equal(id, own.id);
    assert.equal(digits(cells[1]), own.devices);
    own.stages.forEach((work, stage) => {
      const cell = cells[stage + 2];
      if (work.steps === 0) assert.equal(cell, "—");
      else assert.ok(stage === 3 ? cell.startsWith(work.from) : digits(cell.split(" step")[0]) === work.steps, `${id}: ${cell}`);
      if (work.irreversible) assert.ok(cell.replace(/\s+/g, " ").includes(`${work.irreversible} cannot be undone`), `${id}: ${cell}`);
    });
  });
});

test("the page prints to a document of several pages", async (t) => {
  const { page } = await open(t);
  const titles = await page.locator("main > section > h2").allTextContents();
  assert.ok(titles.length >= SECTIONS.length);
  const pdf = await page.pdf({ format: "A4", outline: true, tagged: true });
  assert.equal(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
  const text = pdf.toString("latin1");
  for (const title of titles) assert.ok(text.includes(`/Title (${title})`), `${title} is not in the outline`);
  const pages = text.match(/\/Type\s*\/Page\b/g) ?? [];
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

test("on a usual screen the road map is whole, and its dates stay in one piece", async (t) => {
  const { page } = await open(t);
  const box = page.locator("#roadmap .scroll");
  assert.ok(await box.evaluate((n) => n.scrollWidth <= n.clientWidth + 1), "the table is wider than its place");
  const broken = await page.locator("#roadmap .date").evaluateAll((all) => all.filter((n) => n.getClientRects().length > 1).length);
  assert.equal(broken, 0, "dates on two lines");
});

test("tiles fill their rows at every width", async (t) => {
  for (const width of [390, 640, 800, 1000, 1280, 1920]) {
    const { page } = await open(t, { viewport: { width, height: 800 } });
    const rows = await page.locator(".tiles").evaluateAll((all) => all.map((tiles) => {
      const tops = Array.from(tiles.children, (n) => Math.round(n.getBoundingClientRect().top));
      return [...new Set(tops)].map((top) => tops.filter((own) => own === top).length);
    }));
    for (const row of rows) assert.equal(new Set(row).size, 1, `${width} px: ${row}`);
  }
});

test("a copied link to a section opens at its heading", async (t) => {
  for (const width of [390, 1280]) {
    for (const id of ["questions", "rules", "evidence"]) {
      const { page } = await open(t, { hash: `#${id}`, viewport: { width, height: 800 } });
      await page.locator("#explorer[data-ready]").waitFor();
      await page.waitForTimeout(200);
      const top = await page.locator(`#${id}`).evaluate((n) => n.getBoundingClientRect().top);
      assert.ok(top >= -1 && top < 60, `${id} at ${width} px stands at ${Math.round(top)}`);
    }
  }
});

test("a package copied as Markdown has what a reader sees, and no link that leads nowhere", async (t) => {
  const { page } = await open(t, { prepare: () => {
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.__copied = text; } } });
  } });
  const s = model.suggestions.find((own) => own.actions.some((a) => a.devices < own.devices && a.console_title));
  const card = page.locator(`[id="suggestion-${s.id}"]`);
  await card.locator("summary").first().click();
  await card.locator(".copy-card").click();
  const text = await page.evaluate(() => window.__copied);
  assert.ok(!text.includes("show them") && !text.includes("plan.csv"), text);
  assert.ok(text.includes(`\\[${s.actions.find((a) => a.console_title).console_title}\\] `), text);
  assert.match(text.split("\n")[2], /^[A-Z][a-z]+, .*, \d+ devices?/, "severity, devices and marks are told apart");
});

test("a narrow screen never scrolls sideways as a whole", async (t) => {
  const key = list.key[flagged()[0]];
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
  const file = join(lab, "unreadable.html");
  writeFileSync(file, html.replace(/(id="list"[^>]*>)[^<]*/, "$1AAAA"));
  const { page, trouble } = await open(t, { file, settle: 1000 });
  assert.ok(await page.locator("#devices-static").isVisible());
  assert.deepEqual(trouble.errors, []);
});

test("severities that were found are named beside that of the rule where they differ", async () => {
  const { page } = await read();
  const differing = model.rules.filter((r) => r.found.length && String(r.found) !== r.severity);
  assert.ok(differing.length > 0, "the sample has such a rule");
  for (const r of model.rules) {
    const cell = await page.locator(`#rules tr[data-rule="${r.rule}"] td`).first().textContent();
    const told = differing.includes(r) ? `as a rule; here ${r.found.join(", ")}` : "";
    assert.ok(told ? cell.includes(told) : !cell.includes("as a rule"), `${r.rule}: ${cell}`);
  }
});

test("what to ask first stands before the first work of a package, and nothing begins with what cannot be undone", async () => {
  const { page } = await read();
  const starts = await page.locator("#summary .first > li").evaluateAll((all) => all.map((li) => Array.from(li.querySelectorAll("p"), (p) => p.textContent)));
  starts.forEach((lines, i) => {
    const s = model.suggestions[i];
    // What cannot wait asks nothing before its first action.
    const asked = s.urgent ? [] : s.actions.filter((a) => a.step === "export-list" && a.condition);
    assert.equal(lines.filter((line) => line.startsWith("Ask first")).length, asked.length, s.id);
    for (const a of asked) assert.ok(lines.some((line) => line.startsWith("Ask first") && line.includes(plain(a.condition).replace(/^Warning: /, ""))), a.condition);
    const work = s.actions.find((a) => a.step !== "export-list" && a.phase !== "verify");
    const first = lines.find((line) => line.startsWith("First"));
    const held = work.irreversible || work.wipes;
    assert.equal(lines.some((line) => line.startsWith("What follows cannot be undone")), held, s.id);
    const said = plain(held ? s.actions[0].action : work.action);
    assert.ok(first.includes(said) || /the same as for number \d/.test(first), `${s.id}: ${first}`);
  });
});

test("numbers of reasons add up to the devices, and the grace period stands among the settings", async () => {
  const { page } = await read();
  for (const s of model.suggestions) {
    const sum = s.reasons.reduce((all, r) => all + r.devices, 0);
    assert.ok(sum <= s.devices, `${s.id}: ${sum} of ${s.devices}`);
  }
  const settings = await page.locator("#evidence table.ledger tbody tr").allTextContents();
  assert.ok(settings.some((row) => /^grace period\s*30 days/.test(row)), settings.join("|"));
});
