// What readers meet who see the page otherwise: forced colours, more contrast, twice the size.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, flagged, list, open } from "./lab.mjs";

const WAYS = {
  "forced colours on white": { forcedColors: "active", colorScheme: "light" },
  "forced colours on black": { forcedColors: "active", colorScheme: "dark" },
  "more contrast": { contrast: "more" },
  "200 % zoom": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
  "200 % zoom in the dark": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2, colorScheme: "dark" },
};

for (const [name, way] of Object.entries(WAYS)) {
  // What is there folded is there unfolded.
  test(`axe finds nothing with ${name}, unfolded and in the drawer`, async (t) => {
    const { page, trouble } = await open(t, way);
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    assert.deepEqual(await axe(page), [], "unfolded");
    await page.evaluate((key) => { location.hash = `#device=${encodeURIComponent(key)}`; }, list.key[flagged()[0]]);
    await page.locator("#drawer[open]").waitFor();
    assert.deepEqual(await axe(page, "#drawer"), [], "drawer");
    assert.deepEqual(trouble.errors, []);
  });
}

test("at 200 % zoom nothing scrolls sideways as a whole, and every control is in reach", async (t) => {
  const { page } = await open(t, WAYS["200 % zoom"]);
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) <= 0);
  const cut = await page.locator("button, select, input, summary, main a").evaluateAll((all) => all
    .filter((n) => n.offsetParent !== null && !n.closest(".scroll, .window"))
    .filter((n) => { const box = n.getBoundingClientRect(); return box.left < -1 || box.right > innerWidth + 1; })
    .map((n) => n.outerHTML.slice(0, 80)));
  assert.deepEqual(cut, []);
});

test("with forced colours the parts of a chart are still told apart", async (t) => {
  const { page } = await open(t, WAYS["forced colours on black"]);
  const fill = (query) => page.locator(query).first().evaluate((n) => getComputedStyle(n).fill);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [active, hatch, unknown] = [await fill(".bar .bar-active"), await fill(".bar .bar-stale"), await fill(".bar .bar-unknown")];
  assert.notEqual(active, ground);
  assert.ok(hatch.includes("hatch"), hatch);
  assert.notEqual(active, unknown);
});

test("the keyboard alone opens a package, its list and comes back to the road map", async (t) => {
  const { page } = await open(t);
  const link = page.locator("#roadmap tbody a").first();
  await link.focus();
  const id = (await link.getAttribute("href")).slice(1);
  await page.keyboard.press("Enter");
  await page.waitForFunction((own) => document.getElementById(own)?.open, id);
  assert.ok(await page.evaluate((own) => document.getElementById(own).contains(document.activeElement), id), "the focus follows");
  for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.matches(".card-ways a"))); i += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "devices-title");
  await page.goBack();
  await page.goBack();
  assert.ok(await page.locator("#roadmap").isVisible());
});
