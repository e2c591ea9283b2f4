// ---- one device ------------------------------------------------------------------------------------------------------

const DAY_SECONDS = 86400;
const RECORDS_SHOWN = 60;

function drawerOf(list, move) {
  const { raw } = list;
  const drawer = $("drawer");
  const title = $("drawer-title");
  const inside = $("drawer-body");
  let current = null;
  $("drawer-close").addEventListener("click", () => drawer.close());
  $("drawer-back").addEventListener("click", () => move(current, -1));
  $("drawer-next").addEventListener("click", () => move(current, 1));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  drawer.addEventListener("close", () => {
    current = null;
    if (location.hash.startsWith("#device=")) {
      try { history.replaceState(null, "", "#devices"); } catch { /* the address stays */ }
    }
    if (document.activeElement === document.body) $("devices-title").focus({ preventScroll: true });
  });

  const mark = (kind, text) => make("span", { class: `mark mark-${kind}` },
    draw("svg", { "aria-hidden": "true", width: 14, height: 14 }, draw("use", { href: `#i-${kind}` })), text);
  const pairs = (name, entries) => make("dl", { class: name },
    ...entries.map(([term, value]) => make("div", null, make("dt", null, term), make("dd", null, value))));
  const said = (text) => isolated(String(text).trim() === "" ? DASH : String(text));

  const recordOf = (at, r) => ({
    console: raw.words.console[r[0]], title: raw.console_titles[r[0]], export: raw.exports[r[1]] ?? "", row: r[2], id: r[3],
    name: r[4] === null ? list.name(at) : r[4], serial: r[5] === null ? list.serial(at) : r[5],
    seen: r[6], enrolled: r[7], held: r[8] ?? 0, refused: r[9] ?? [], live: r[10] === 1,
    page: r[11] === 1 ? raw.pages[r[0]].replace("{id}", encodeURIComponent(r[3])) : "",
  });
  const kindsOf = (record) => raw.words.kind.map((slug, i) => ({ slug, tier: raw.words.tier[i], on: (record.held & (1 << i)) !== 0 }))
    .filter((kind) => kind.on);

  // -- parts

  // `no_activity_in=intune|entra; inactive_days=90` as people say it. CSV and JSON have it as it is.
  const NAMES = {
    no_activity_in: "No recent activity in", not_supplied: "Not supplied", inactive_days: "Inactive after, days",
    days_inactive: "Days inactive", sensor_days: "Sensor inactive after, days", pending_days: "Actions pending after, days",
    delete_days: "Deleted after, days", stock_days: "Stock after, days", last_activity_console: "Last activity seen by",
    signals_complete: "No other activity, concluded", userless: "Without a user", record_days: "Days since the newest record was made",
    entra_device_id: "Entra device id", owner_quota: "Quota of the owner", owner_devices: "Devices of the owner", owner_stale: "Of these, stale",
  };
  const WORDS = {
    last_seen: "last activity", days: "days since the last activity", count: "records", id: "id", absent: "no record, concluded",
    entra_id: "Entra device id", entra_listed: "Entra device id is listed", any_enabled: "a record is enabled",
  };
  const prefixes = raw.words.console.map((slug, i) => [`${slug.replaceAll("-", "_")}_`, raw.console_titles[i]]);
  const labelOf = (name) => {
    if (Object.hasOwn(NAMES, name)) return NAMES[name];
    const [prefix, title] = prefixes.find(([own]) => name.startsWith(own)) ?? ["", ""];
    const rest = name.slice(prefix.length);
    const words = (title && WORDS[rest]) || rest.replaceAll("_", " ");
    return title ? `${title}, ${words}` : words[0].toUpperCase() + words.slice(1);
  };
  const valueOf = (value) => ({ true: "yes", false: "no" }[value]
    ?? value.split("|").map((word) => (raw.words.console.includes(word) ? list.consoleTitle(word) : word)).join(", "));
  const evidencePart = (evidence) => make("ul", { class: "bare" }, ...evidence.split(/; (?=[a-z][a-z0-9_]*=)/).map((part) => {
    const named = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(part);
    return named ? make("li", null, `${labelOf(named[1])}: `, isolated(valueOf(named[2]))) : make("li", null, isolated(part));
  }));

  const findingsPart = (at, findings, records) => findings.toSorted((a, b) => b[1] - a[1]).map(([rule, severity, confidence, evidence, objects, concerned, cause]) => {
    const slug = raw.rules[rule];
    const facts = [];
    if (evidence) facts.push(["Evidence", evidencePart(evidence)]);
    if (objects.length) facts.push([concerned === 1 ? "Object" : "Objects", make("span", null, ...objects.flatMap((o, i) => (
      [i ? ", " : "", `${records[o].title} `, make("code", null, isolated(records[o].id))])),
    concerned > objects.length ? ` and ${count(concerned - objects.length)} more; findings.csv and records.csv have them` : "")]);
    else if (concerned) facts.push(["Objects", `${plural(concerned, "record", "records")}; records.csv has them`]);
    if (cause !== null) facts.push(["Follows from", make("a", { href: `#rule-${raw.rules[cause]}` }, ruleName(raw.rules[cause]))]);
    facts.push(["Confidence", raw.words.confidence[confidence] || DASH]);
    return make("li", null,
      make("p", { class: "step-head" }, chip(raw.words.severity[severity]), " ", make("a", { href: `#rule-${slug}` }, ruleName(slug))),
      pairs("step-facts", facts));
  });
  const stepsPart = (steps, records) => steps.map(([number, object, dated]) => {
    const [, action, where, usual, role, irreversible, wipes, why] = raw.entries[number];
    const condition = dated || usual;
    const head = make("p", { class: "step-head" }, make("span", { class: "where" }, where || "No console"), " ", make("strong", null, marked(action)), " ");
    if (irreversible) head.append(mark("final", "Cannot be undone"));
    if (wipes) head.append(mark("wipes", "Erases data"));
    const id = typeof object === "number" ? records[object].id : object;
    const facts = [];
    if (id) facts.push(["Object", make("code", null, isolated(id))]);
    if (condition) facts.push(condition.startsWith("Warning: ") ? ["Warning", marked(condition.slice(9))] : ["Check first", marked(condition)]);
    if (role) facts.push(["Role", role]);
    if (why) facts.push(["Why", marked(why)]);
    return make("li", null, head, facts.length ? pairs("step-facts", facts) : null);
  });

  const questionsPart = (asked) => asked.map(([rule, text, candidates]) => {
    const slug = raw.rules[rule];
    const [unknown, settled] = raw.asked[text] || ["", ""];
    const facts = [["Not known", marked(unknown)]];
    if (candidates) facts.push(["May be the device", isolated(candidates.split("|").join(", "))]);
    if (settled) facts.push(["Settled by", marked(settled)]);
    return make("li", null, make("p", { class: "step-head" }, make("a", { href: `#rule-${slug}` }, ruleName(slug))), pairs("step-facts", facts));
  });
  const ledgerPart = (lines) => lines.map(([state, step, console, object, planned, claimed, by, settled, note]) => {
    const facts = [["Object", make("code", null, isolated(object))], ["Planned", day(planned)]];
    if (claimed !== null) facts.push(["Said to be done", make("span", null, `${day(claimed)} by `, isolated(by))]);
    if (settled !== null) facts.push(["Shown by a list", day(settled)]);
    if (note) facts.push(["Note", isolated(note)]);
    return make("li", null, make("p", { class: "step-head" }, make("span", { class: "where" }, console), " ", make("strong", null, state), `: ${step}`), pairs("step-facts", facts));
  });

  const proof = (at, records, total) => {
    const words = {
      exact: "All records are matched by device ids that the consoles themselves write.",
      strong: "Some of the records are matched by serial number or IMEI only; nothing contradicts them.",
      weak: "A record is matched by name or by a shortened serial number only. That is no proof: manual review is needed before anything is removed.",
      conflict: "Identifiers contradict each other. Manual review is needed before anything is removed.",
      single: "This device has one record; there is nothing to match.",
    };
    const word = list.identity(at);
    const held = raw.words.kind.map((slug, i) => ({ slug, tier: raw.words.tier[i], with: records.filter((r) => (r.held & (1 << i)) !== 0) }))
      .filter((kind) => kind.with.length > 0);
    const lines = held.map((kind) => make("li", null, make("strong", null, KINDS[kind.slug] || kind.slug), ` (${kind.tier}) matches `,
      kind.with.slice(0, RECORDS_SHOWN).map((r) => `${r.title}, row ${r.row}`).join("; "),
      kind.with.length > RECORDS_SHOWN || total > records.length ? "; and more, records.csv has all." : "."));
    const refusals = records.flatMap((r) => r.refused.map((reason) => [r, reason])).slice(0, RECORDS_SHOWN)
      .map(([r, reason]) => make("li", null, make("strong", null, "Refused"), ` at ${r.title}, row ${r.row}: `, isolated(reason)));
    return [
      make("p", null, make("strong", null, word ? word[0].toUpperCase() + word.slice(1) : DASH), ". ", words[word] || ""),
      lines.length + refusals.length ? make("ul", { class: "plain" }, ...lines, ...refusals) : null,
    ];
  };

  // Signals over time, one line a record; the table of records says the same.
  const timeline = (at, records) => {
    const dated = records.filter((r) => r.seen !== null || r.enrolled !== null).slice(0, RECORDS_SHOWN);
    if (!dated.length) return make("p", null, "No record has a date.");
    const threshold = raw.as_of - raw.thresholds[raw.platform[at]] * DAY_SECONDS;
    const all = dated.flatMap((r) => [r.seen, r.enrolled]).filter((t) => t !== null);
    const end = all.reduce((most, t) => Math.max(most, t), raw.as_of);
    const start = all.reduce((least, t) => Math.min(least, Math.max(t, raw.as_of - 8 * 366 * DAY_SECONDS)), threshold - 30 * DAY_SECONDS);
    const [left, right, line] = [150, 610, 22];
    const height = dated.length * line + 44;
    const x = (t) => Math.round((left + (Math.max(t, start) - start) / (end - start) * (right - left)) * 10) / 10;
    const children = [
      draw("title", null, `Signs of activity by record. ${dated.map((r) => `${r.title}: ${r.seen === null ? "none" : day(r.seen)}`).join("; ")}. As of ${day(raw.as_of)}.`),
      draw("rect", { class: "t-old", x: left, y: 8, width: Math.max(0, x(threshold) - left), height: height - 34 }),
      draw("line", { class: "p-threshold", x1: x(threshold), x2: x(threshold), y1: 8, y2: height - 26 }),
    ];
    const firstYear = new Date(start * 1000).getUTCFullYear() + 1;
    for (let year = firstYear; year <= new Date(end * 1000).getUTCFullYear(); year += 1) {
      const t = Date.UTC(year, 0, 1) / 1000;
      children.push(draw("line", { class: "p-grid", x1: x(t), x2: x(t), y1: 8, y2: height - 26 }), draw("text", { class: "p-tick", x: x(t), y: height - 12 }, String(year)));
    }
    dated.forEach((r, i) => {
      const y = 20 + i * line;
      children.push(draw("text", { class: "p-label", x: 0, y: y + 4 }, r.title.length > 22 ? `${r.title.slice(0, 21)}\u2026` : r.title));
      if (r.enrolled !== null && r.seen !== null) children.push(draw("line", { class: "t-span", x1: x(r.enrolled), x2: x(r.seen), y1: y, y2: y }));
      if (r.enrolled !== null) children.push(draw("circle", { class: "t-enrolled", cx: x(r.enrolled), cy: y, r: 4 }));
      if (r.seen !== null) children.push(draw("circle", { class: r.seen < threshold ? "t-seen t-stale" : "t-seen", cx: x(r.seen), cy: y, r: 5 }));
    });
    return make("div", null,
      make("div", { class: "timeline" }, draw("svg", { class: "picture", role: "img", viewBox: `0 0 640 ${height}`, width: 640, height }, ...children)),
      make("p", { class: "legend" }, `Filled: newest activity. Open: enrolled or added, no sign of activity. Shaded: older than the threshold of ${raw.thresholds[raw.platform[at]]} days.`));
  };

  // A block for each record: its ids are long, and people compare names and dates.
  const recordsPart = (records, total) => make("div", null,
    total > RECORDS_SHOWN ? make("p", null, `The first ${RECORDS_SHOWN} of ${count(total)} records; records.csv has all.`) : null,
    make("ul", { class: "records bare" }, ...records.slice(0, RECORDS_SHOWN).map((r) => make("li", null,
      make("p", { class: "step-head" }, make("strong", null, r.title), r.live ? make("span", { class: "quiet" }, "current record") : ""),
      pairs("step-facts", [
        ["Id", make("span", null, make("code", null, isolated(r.id)), r.page ? " " : "",
          r.page ? make("a", { href: r.page, rel: "noreferrer noopener", target: "_blank" }, `Open in ${r.title}`) : "")],
        ["Name", said(r.name)], ["Serial", said(r.serial)],
        ["Last activity", moment(r.seen)], ["Enrolled", day(r.enrolled)],
        ["Matched by", kindsOf(r).map((k) => KINDS[k.slug] || k.slug).join(", ") || DASH],
        ["Export", make("span", null, isolated(r.export), `, row ${r.row}`)],
      ])))));

  const fill = (at, [rows, findings, steps, total, planned, asked = [], ledger = [], why = null, decided = null]) => {
    const records = rows.map((r) => recordOf(at, r));
    const facts = [
      ["Device key", make("code", null, isolated(list.key(at)))], ["Serial", said(list.serial(at))],
      ["Platform", platformName(list.platform(at))], ["Manufacturer", said(list.manufacturer(at))], ["Model", said(list.model(at))],
      ["Ownership", list.ownership(at)], ["Join type", JOINS[list.join(at)] || list.join(at)], ["Primary user", said(list.user(at))],
      ["Consoles", list.consoles(at).map(list.consoleTitle).join(", ") || DASH],
      ["Last activity", `${moment(list.last(at))}${raw.seen_by[at] >= 0 ? `, seen by ${raw.console_titles[raw.seen_by[at]]}` : ""}`],
    ];
    if (decided) {
      const [status, by, until, assignee, note] = decided;
      facts.push(["Decision", make("span", null, status.replace("-", " "), by ? " by " : "", by ? isolated(by) : "", until ? ` until ${until}` : "")]);
      if (assignee) facts.push(["Assignee", isolated(assignee)]);
      if (note) facts.push(["Note", isolated(note)]);
    }
    if (list.package(at)) facts.push(["Work package", make("a", { href: `#suggestion-${list.package(at)}` }, list.packageTitle(at))]);
    const days = list.days(at);
    inside.replaceChildren(
      make("p", { class: "verdict" }, list.flagged(at) ? chip(list.severity(at)) : "No finding", " ",
        make("strong", null, list.activity(at)), days === null ? ", no activity is known" : `, last activity ${days === 0 ? "on the day" : `${plural(days, "day", "days")} before the day`} of the report`),
      make("h3", null, "Findings"),
      findings.length ? make("ul", { class: "findings" }, ...findingsPart(at, findings, records)) : make("p", null, "No rule that ran flags this device.", why ? " It is stale: " : "", why ? marked(why) : "", why ? "." : ""),
      make("h3", null, "Steps, in order"),
      planned > steps.length ? make("p", null, `The first ${count(steps.length)} of ${count(planned)} steps; plan.csv has all.`) : "",
      steps.length ? make("ol", { class: "steps" }, ...stepsPart(steps, records))
        : make("p", null, findings.length ? "No step is planned for this device. It needs manual review." : "No step is planned."),
      ...(asked.length ? [make("h3", null, "Questions"), make("ul", { class: "asked" }, ...questionsPart(asked))] : []),
      ...(ledger.length ? [make("h3", null, "Earlier steps"), make("ul", { class: "earlier" }, ...ledgerPart(ledger))] : []),
      make("h3", null, "Signals"), timeline(at, records),
      make("h3", null, "Device"), pairs("sheet", facts),
      make("h3", null, "Records"), recordsPart(records, total),
      make("h3", null, "Proof of identity"), ...proof(at, records, total).filter(Boolean),
    );
    for (const box of inside.querySelectorAll(".scroll")) {
      if (box.scrollWidth <= box.clientWidth + 1) box.removeAttribute("tabindex");
    }
    inside.scrollTop = 0;
  };

  return {
    get current() { return current; },
    async show(at, neighbours, still) {
      const detail = await list.detail(at);
      if (!still()) return;
      current = at;
      title.replaceChildren(isolated(list.name(at).trim() === "" ? "Device without a name" : list.name(at)));
      if (!drawer.open) drawer.showModal();
      fill(at, detail);
      $("drawer-back").setAttribute("aria-disabled", String(!neighbours.back));
      $("drawer-next").setAttribute("aria-disabled", String(!neighbours.next));
    },
    hide() {
      if (drawer.open) drawer.close();
    },
  };
}
