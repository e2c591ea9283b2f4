// The page of a rollup: several tenants side by side. Its folder comes from LASTSEEN_ROLLUP.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { axe, digits, open, readCsv } from "./lab.mjs";

if (!process.env.LASTSEEN_ROLLUP) throw new Error("set LASTSEEN_ROLLUP to the folder of a rollup");
const folder = resolve(process.env.LASTSEEN_ROLLUP);
const csv = (name) => readCsv(readFileSync(join(folder, name), "utf8"));
const show = (t, options = {}) => open(t, { file: join(folder, "rollup.html"), settle: 1, ...options });

const WAYS = {
  "the light scheme": {},
  "the dark scheme": { colorScheme: "dark" },
  "forced colours": { forcedColors: "active" },
  "200 % zoom": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};
for (const [name, way] of Object.entries(WAYS)) {
  test(`axe finds nothing on the page of a rollup in ${name}`, async (t) => {
    const { page } = await show(t, way);
    assert.deepEqual(await axe(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) <= 0, "it scrolls sideways");
  });
}

test("the page of a rollup asks for nothing, runs nothing and breaks no policy", async (t) => {
  const { page, trouble } = await show(t);
  await page.waitForTimeout(200);
  assert.deepEqual(trouble, { requests: [], console: [], errors: [], violations: [], dialogs: [] });
  assert.equal(await page.locator("script, img, iframe, link, object").count(), 0);
});

test("the figures and the matrix are those of the CSV files", async (t) => {
  const { page } = await show(t);
  const tables = await page.locator("main table").evaluateAll((all) => all.slice(0, 2).map((table) => ({
    heads: Array.from(table.tHead.rows[0].cells, (c) => c.textContent.trim()),
    rows: Array.from(table.tBodies[0].rows, (tr) => Array.from(tr.cells, (c) => window.__texts(c))),
  })));
  const figures = csv("figures.csv");
  const tenants = [...new Set(figures.map((line) => line.tenant))];
  assert.ok(tenants.length >= 2, "these tests need two tenants");
  assert.deepEqual(tables[0].heads.slice(1), tenants);
  let compared = 0;
  for (const row of tables[0].rows) {
    const name = row[0].split("\n")[0].trim();
    tenants.forEach((tenant, at) => {
      const line = figures.find((own) => own.tenant === tenant && own.figure === name);
      assert.ok(line, `${name} of ${tenant}`);
      assert.equal(digits(row[at + 1].split(" of ")[0]), Number(line.count), `${name} of ${tenant}`);
      compared += 1;
    });
  }
  assert.ok(compared >= figures.length, `${compared} of ${figures.length} figures are shown`);
  const ran = csv("rules.csv").filter((line) => line.outcome === "ran");
  for (const line of ran) {
    const row = tables[1].rows.find((own) => own[0].split("\n").some((part) => part.trim().startsWith(line.rule)));
    assert.ok(row, line.rule);
    assert.equal(digits(row[tables[1].heads.indexOf(line.tenant)].split(" of ")[0]), Number(line.findings), `${line.rule} of ${line.tenant}`);
  }
});

test("a page without scripts is laid out as a whole", async (t) => {
  const { page } = await show(t);
  const guessed = await page.locator("main > section").evaluateAll((all) => all.filter((n) => getComputedStyle(n).contentVisibility !== "visible").length);
  assert.equal(guessed, 0, "sections whose height is a guess for ever");
});

test("on paper no table of a rollup runs off, and headings repeat", async (t) => {
  const { page } = await show(t, { viewport: { width: 695, height: 1000 } });
  await page.emulateMedia({ media: "print" });
  const wide = await page.locator("table").evaluateAll((all) => all
    .filter((table) => table.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((table) => `${table.caption?.textContent}: ${Math.round(table.getBoundingClientRect().right)}`));
  assert.deepEqual(wide, []);
});
