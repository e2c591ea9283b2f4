// ---- data: deflated JSON in elements that no browser runs ------------------------------------------------------------

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

async function unpack(node) {
  const text = node.textContent;
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).json();
}

// Proper names come from the page, so that page and script cannot disagree.
const named = (selector, read) => new Map(Array.from(document.querySelectorAll(selector), read));
const platformNames = named("#f-platform option", (o) => [o.value, o.textContent]);
const ruleNames = named("tr[data-rule]", (tr) => [tr.dataset.rule, tr.querySelector(".rule-title").textContent]);
const JOINS = {
  joined: "Entra joined", hybrid: "Entra hybrid joined", registered: "Entra registered", none: "not joined", unknown: "unknown",
};
const KINDS = {
  "object-id": "the same object", "entra-id": "Entra device id", "intune-id": "Intune device id", "autopilot-id": "Autopilot id",
  "object-guid": "AD object GUID", "merged-into": "Defender merge", serial: "serial number", imei: "IMEI or MEID",
  "hardware-id": "hardware id of Entra", name: "host name", "scanned-serial": "scanned serial number", "short-serial": "shortened serial number",
};
const platformName = (slug) => platformNames.get(slug) || slug;
const ruleName = (slug) => ruleNames.get(slug) || slug;

// The list as columns; a device is its position.
function devicesOf(raw, chunk) {
  const total = raw.key.length;
  const word = (name) => (at) => raw.words[name][raw[name][at]] || "";
  const shared = (name) => (at) => raw[name].texts[raw[name].of[at]] || "";
  const consoleBit = new Map(raw.words.console.map((slug, i) => [slug, 1 << i]));
  const list = {
    raw, total, consoleBit,
    key: (at) => raw.key[at],
    name: (at) => raw.name[at],
    serial: (at) => raw.serial[at],
    user: shared("user"),
    steps: shared("steps"),
    manufacturer: shared("manufacturer"),
    model: shared("model"),
    platform: word("platform"),
    ownership: word("ownership"),
    join: word("join_type"),
    activity: word("activity"),
    identity: word("identity"),
    severity: word("severity"),
    days: (at) => raw.days[at],
    last: (at) => raw.last[at],
    package: (at) => (raw.package[at] === null ? "" : raw.packages[raw.package[at]]),
    packageTitle: (at) => (raw.package[at] === null ? "" : raw.package_titles[raw.package[at]]),
    rules: (at) => raw.findings[at].map((r) => raw.rules[r]),
    consoles: (at) => raw.words.console.filter((_, i) => raw.consoles[at] & (1 << i)),
    consoleTitle: (slug) => raw.console_titles[raw.words.console.indexOf(slug)] || slug,
    flagged: (at) => raw.findings[at].length > 0,
    position: new Map(raw.key.map((key, at) => [key, at])),
  };
  const nodes = document.querySelectorAll("script.detail");
  const kept = new Map();
  // A chunk is unpacked when one of its devices is opened; a few stay at hand.
  list.detail = async (at) => {
    const which = Math.floor(at / chunk);
    if (!kept.has(which)) {
      if (kept.size > 8) kept.delete(kept.keys().next().value);
      kept.set(which, unpack(nodes[which]));
    }
    return (await kept.get(which))[at % chunk];
  };
  list.chunks = nodes.length;
  list.chunk = (which) => unpack(nodes[which]);
  list.chunkSize = chunk;
  return list;
}
