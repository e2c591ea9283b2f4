// ---- data: deflated JSON in elements that no browser runs ------------------------------------------------------------

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

async function unpack(node) {
  const text = node.textContent;
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).json();
}
// The page is written list first: the details behind it come while the list is shown already.
const loaded = new Promise((go) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", go, { once: true });
  else go();
});

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

// -- columns, as the page packs them

// One text with a sign between its parts, or a list where a part holds the sign.
const texts = (column) => (typeof column === "string" ? column.split("|") : column);
// Texts that many share have a number; where most differ, each stands for itself.
const shared = ({ texts: all, of }) => {
  const own = texts(all);
  return of ? (at) => own[of[at]] || "" : (at) => own[at] || "";
};
// Differences to the number before.
const sums = (column) => {
  let sum = 0;
  return column.map((step) => {
    if (step === null) return null;
    sum += step;
    return sum;
  });
};
const inTurn = (column) => {
  let at = 0;
  return () => {
    at += 1;
    return column[at - 1];
  };
};
// What few have something to say of, by place.
const few = (column) => new Map(column);

function listOf(packed) {
  const serial = texts(packed.serial);
  const said = packed.entries.said;
  return {
    ...packed,
    serial,
    key: texts(packed.key).map((key, at) => (key === "" ? `serial:${serial[at]}` : key)),
    name: texts(packed.name),
    user: shared(packed.user),
    manufacturer: shared(packed.manufacturer),
    model: shared(packed.model),
    steps: shared(packed.steps),
    last: sums(packed.last),
    // What a step says: name, action, console, condition, role, irreversible, wipes, why.
    entries: packed.entries.flags.map(([final, wipes], entry) => {
      const [slug, action, where, condition, role, why] = said.of.slice(entry * 6, entry * 6 + 6).map((text) => said.kinds[text]);
      return [slug, action, where, condition, role, final, wipes, why];
    }),
  };
}

// The records of a chunk, in the order of its devices: what all of them have, and the id of each.
function recordsOf(packed) {
  const ids = packed.id.map((column) => inTurn(texts(column)));
  return packed.records.of.map((kind) => {
    const [all, records] = packed.records.kinds[kind];
    return { all, records: records.map((own) => ({ own, id: ids[own[0]]() })) };
  });
}

// What the drawer shows of each device of a chunk: records, findings, steps, how many records and steps there are, questions,
// earlier steps, why it has no finding, what was decided.
function detailsOf(packed, first, list) {
  const [row, name, serial, seen] = ["row", "name", "serial", "seen"].map((column) => inTurn(packed[column]));
  const enrolled = inTurn(sums(packed.enrolled));
  const [object, dated] = ["object", "dated"].map((column) => inTurn(texts(packed[column])));
  const evidence = inTurn(evidenceOf(packed.evidence));
  const [refused, asked, ledger, why, decided] = ["refused", "asked", "ledger", "why_none", "decided"].map((column) => few(packed[column]));
  const written = (own, common) => (own === 0 ? common.toLowerCase() : own);
  let record = -1;
  return recordsOf(packed).map(({ all, records }, place) => {
    const at = first + place;
    const newest = list.last(at) ?? 0;
    const rows = records.map(({ own: [console, from, held, live, page], id }) => {
      record += 1;
      const ago = seen();
      return [console, from, row(), id, written(name(), list.name(at)), written(serial(), list.serial(at)),
        ago === null ? null : newest - ago, enrolled(), held, refused.get(record) ?? null, live, page];
    });
    const given = [];
    const found = packed.found.kinds[packed.found.of[place]]
      .map(([rule, severity, confidence, objects, concerned, cause]) => [rule, severity, confidence, evidence()(list.key(at), given), objects, concerned, cause]);
    const [planned, kinds] = packed.steps.kinds[packed.steps.of[place]];
    const steps = kinds.map(([entry, of, waits]) => {
      const id = of >= 0 ? of : of === -1 ? "" : object();
      // The condition follows its day as the guide has it.
      return waits ? [entry, id, dated() + list.raw.entries[entry][3]] : [entry, id];
    });
    return [rows, found, steps, all, planned, asked.get(place) ?? [], ledger.get(place) ?? [], why.get(place) ?? null, decided.get(place) ?? null];
  });
}

// `name=value; name=value`, from columns of the values of those that name the same. A number is a value that was given before: 0
// in the key of the device, the others by its findings.
function evidenceOf({ forms, of }) {
  const said = forms.map(([names, columns]) => {
    const values = columns.map((column) => inTurn(texts(column)));
    return (key, given) => names.map((name, i) => {
      const own = values[i]();
      const value = typeof own === "string" ? own : own === 0 ? key.slice(key.indexOf(":") + 1) : given[own - 1];
      given.push(value);
      return name === null ? value : `${name}=${value}`;
    }).join("; ");
  });
  return of.map((form) => said[form]);
}

// The list as columns; a device is its position.
function devicesOf(raw, chunk) {
  const total = raw.key.length;
  const word = (name) => (at) => raw.words[name][raw[name][at]] || "";
  const consoleBit = new Map(raw.words.console.map((slug, i) => [slug, 1 << i]));
  let positions = null;
  const list = {
    raw, total, consoleBit,
    key: (at) => raw.key[at],
    name: (at) => raw.name[at],
    serial: (at) => raw.serial[at],
    user: raw.user,
    steps: raw.steps,
    manufacturer: raw.manufacturer,
    model: raw.model,
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
    position: (key) => (positions ??= new Map(raw.key.map((own, at) => [own, at]))).get(key),
  };
  const packed = async (which) => {
    await loaded;
    return unpack(document.getElementsByClassName("detail")[which]);
  };
  const kept = new Map();
  // A chunk is unpacked when one of its devices is opened; a few stay at hand.
  list.detail = async (at) => {
    const which = Math.floor(at / chunk);
    if (!kept.has(which)) {
      if (kept.size > 8) kept.delete(kept.keys().next().value);
      kept.set(which, packed(which).then((own) => detailsOf(own, which * chunk, list)));
    }
    return (await kept.get(which))[at % chunk];
  };
  list.chunks = Math.ceil(total / chunk);
  list.chunkSize = chunk;
  // What the records of each device of a chunk are called: ids, names, serial numbers, where they are not those of the device.
  list.called = async (which) => {
    const own = await packed(which);
    const [name, serial] = [inTurn(own.name), inTurn(own.serial)];
    return recordsOf(own).map(({ records }) => records.map(({ id }) => `${id} ${name() || ""} ${serial() || ""}`).join("\n").toLowerCase());
  };
  return list;
}
