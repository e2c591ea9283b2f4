(() => {
  "use strict";

  const PAGE = 50;
  const PRINT_LIMIT = 500;
  const DASH = "\u2014";
  const SEVERITIES = ["info", "low", "medium", "high", "critical"];
  const ACTIVITIES = { active: "active", silent: "silent", unknown: "unknown" };
  const LABELS = {
    device_key: "Device key", name: "Name", serial: "Serial", platform: "Platform", manufacturer: "Manufacturer",
    model: "Model", ownership: "Ownership", join_type: "Join type", primary_user: "Primary user", consoles: "Consoles",
    last_activity: "Last sign of life", last_activity_console: "Seen by", days_silent: "Days silent",
    activity: "Activity", identity: "Identity", findings: "Findings", highest_severity: "Highest severity",
  };
  const JOIN_TYPES = {
    joined: "Entra joined", hybrid: "Entra hybrid joined", registered: "Entra registered", none: "not joined",
  };
  const GRID = [
    { key: "name", label: "Name" },
    { key: "serial", label: "Serial", class: "serial" },
    { key: "platform", label: "Platform", class: "word" },
    { key: "primary_user", label: "Primary user" },
    { key: "last_activity", label: "Last sign of life", class: "date" },
    { key: "days_silent", label: "Days silent", class: "n", first: "descending" },
    { key: "activity", label: "Activity", class: "word" },
    { key: "highest_severity", label: "Severity", first: "descending" },
    { key: "findings", label: "Findings" },
  ];

  const $ = (id) => document.getElementById(id);

  // The only way this script makes an element. Text goes in as text; nothing is ever parsed as markup.
  const make = (tag, options, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(options || {})) {
      if (name === "class") node.className = value;
      else node.setAttribute(name, value);
    }
    for (const child of children) {
      if (child !== null && child !== undefined) node.append(child);
    }
    return node;
  };
  const isolated = (text) => make("bdi", null, text);

  const number = new Intl.NumberFormat("en", { useGrouping: true });
  const count = (n) => number.format(n).replace(/,/g, "\u202f");
  const plural = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

  // ---- folding -------------------------------------------------------------------------------------------------

  for (const node of document.querySelectorAll(".needs-js")) node.hidden = false;

  const cards = Array.from(document.querySelectorAll("details.card"));
  const unfold = $("unfold");
  if (unfold) {
    unfold.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-pressed") !== "true";
      for (const card of cards) card.open = open;
      unfold.setAttribute("aria-pressed", String(open));
    });
  }

  // A container that has nothing to scroll is no stop on the way through the page.
  const boxes = Array.from(document.querySelectorAll(".scroll"));
  const settle = () => {
    for (const box of boxes) {
      if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  };
  window.addEventListener("resize", settle);
  document.addEventListener("toggle", settle, true);

  const openTarget = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* the text as it stands */ }
    const target = id ? $(id) : null;
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
      target.querySelector("summary").focus({ preventScroll: true });
    }
  };

  // ---- data ----------------------------------------------------------------------------------------------------

  const load = () => {
    try {
      const data = JSON.parse($("data").textContent);
      return Array.isArray(data.rows) && Array.isArray(data.columns) ? data : null;
    } catch {
      return null;
    }
  };
  const data = load();
  const explorer = $("explorer");
  let explore = null;
  if (data && explorer) explore = start(data);

  const route = () => {
    const hash = location.hash.slice(1);
    const cut = hash.indexOf("=");
    const name = cut > 0 ? hash.slice(0, cut) : "";
    let value = cut > 0 ? hash.slice(cut + 1) : "";
    try { value = decodeURIComponent(value); } catch { /* the text as it stands */ }
    if (explore && name === "device") explore.show(value);
    else if (explore && name === "find") explore.find(value);
    else {
      if (explore) explore.hide();
      openTarget();
    }
  };
  window.addEventListener("hashchange", route);
  // A link to the card that the address already names changes no address, so it is handled here.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    if (link && link.getAttribute("href") === location.hash) route();
  });

  // ---- paper ---------------------------------------------------------------------------------------------------

  let folded = null;
  const toPaper = () => {
    if (folded) return;
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const node of folded) node.open = true;
    if (explore) explore.print();
  };
  const fromPaper = () => {
    if (!folded) return;
    for (const node of folded) node.open = false;
    folded = null;
    const printed = $("printed");
    if (printed) printed.replaceChildren();
  };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);
  const paper = window.matchMedia("print");
  paper.addEventListener("change", () => (paper.matches ? toPaper() : fromPaper()));

  settle();
  route();

  // ---- explorer ------------------------------------------------------------------------------------------------

  function start(source) {
    const at = new Map(source.columns.map((name, i) => [name, i]));
    const steps = source.steps || {};
    const total = source.rows.length;
    const cell = (row, key) => {
      const value = at.has(key) ? row[at.get(key)] : "";
      return value === null || value === undefined ? "" : value;
    };
    const list = (value) => String(value).split("|").filter((part) => part !== "");

    // Proper names come from the page, so that page and script cannot disagree.
    const named = (selector, read) => new Map(Array.from(document.querySelectorAll(selector), read));
    const platforms = named("#f-platform option", (o) => [o.value, o.textContent]);
    const consoles = named("tr[data-console]", (tr) => [tr.dataset.console, tr.querySelector("th").textContent]);
    const rules = named("tr[data-rule]", (tr) => [tr.dataset.rule, tr.querySelector(".rule-title").textContent]);
    const platformName = (slug) => (slug && platforms.get(slug)) || slug;
    const consoleName = (slug) => consoles.get(slug) || slug;
    const ruleName = (slug) => rules.get(slug) || slug;

    const items = source.rows.map((row, order) => {
      const findings = list(cell(row, "findings"));
      const days = cell(row, "days_silent");
      return {
        row,
        order,
        key: String(cell(row, "device_key")),
        findings,
        severity: SEVERITIES.indexOf(String(cell(row, "highest_severity"))),
        days: days === "" || Number.isNaN(Number(days)) ? null : Number(days),
        text: `${row.join("\n")}\n${findings.map(ruleName).join("\n")}`.toLowerCase(),
      };
    });
    const byKey = new Map(items.map((item) => [item.key, item]));

    // A platform or a rule may stand in the rows alone.
    const offer = (select, values, name) => {
      const known = new Set(Array.from(select.options, (o) => o.value));
      for (const value of values) {
        if (value && !known.has(value)) {
          known.add(value);
          select.append(make("option", { value }, name(value)));
        }
      }
    };
    const query = $("q");
    const filters = {
      platform: $("f-platform"), activity: $("f-activity"), severity: $("f-severity"), rule: $("f-rule"),
    };
    offer(filters.platform, items.map((item) => String(cell(item.row, "platform"))), platformName);
    offer(filters.rule, items.flatMap((item) => item.findings), ruleName);

    const day = (value) => (/^\d{4}-\d\d-\d\d/.test(value) ? String(value).slice(0, 10) : value || DASH);
    const moment = (value) => {
      const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z$/.exec(value);
      return parts ? `${parts[1]} ${parts[2]} UTC` : value;
    };
    const chip = (slug) => (SEVERITIES.includes(slug)
      ? make("span", { class: `sev sev-${slug}` }, slug[0].toUpperCase() + slug.slice(1))
      : isolated(String(slug) || DASH));

    const display = (item, key) => {
      const value = cell(item.row, key);
      switch (key) {
        case "platform": return platformName(String(value)) || DASH;
        case "last_activity": return day(String(value));
        case "days_silent": return item.days === null ? DASH : count(item.days);
        case "activity": return ACTIVITIES[value] || isolated(String(value) || DASH);
        case "highest_severity": return chip(String(value));
        case "findings": return make("span", { class: "clamp" }, item.findings.map(ruleName).join(", ") || DASH);
        case "primary_user": return make("span", { class: "clamp two" }, isolated(String(value).trim() === "" ? DASH : String(value)));
        default: return isolated(String(value).trim() === "" ? DASH : String(value));
      }
    };

    // -- order and choice

    const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
    const sort = { key: "highest_severity", direction: "descending" };
    let matches = items;
    let page = 0;

    const compare = (a, b) => {
      const sign = sort.direction === "ascending" ? 1 : -1;
      if (sort.key === "highest_severity") {
        return sign * (a.severity - b.severity) || (b.days ?? -1) - (a.days ?? -1) || a.order - b.order;
      }
      if (sort.key === "days_silent") {
        if (a.days === null || b.days === null) return (a.days === null) - (b.days === null) || a.order - b.order;
        return sign * (a.days - b.days) || a.order - b.order;
      }
      const x = plainText(a, sort.key);
      const y = plainText(b, sort.key);
      if (x === "" || y === "") return (x === "") - (y === "") || a.order - b.order;
      return sign * collator.compare(x, y) || a.order - b.order;
    };
    const plainText = (item, key) => {
      if (key === "platform") return platformName(String(cell(item.row, key)));
      if (key === "findings") return item.findings.map(ruleName).join(", ");
      return String(cell(item.row, key)).trim();
    };

    const select = () => {
      const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      const { platform, activity, severity, rule } = filters;
      matches = items.filter((item) => (
        (!platform.value || cell(item.row, "platform") === platform.value)
        && (!activity.value || cell(item.row, "activity") === activity.value)
        && (!severity.value || cell(item.row, "highest_severity") === severity.value)
        && (!rule.value || item.findings.includes(rule.value))
        && words.every((word) => item.text.includes(word))
      )).sort(compare);
      page = 0;
      draw();
    };
    const filtered = () => query.value.trim() !== "" || Object.values(filters).some((f) => f.value !== "");

    // -- table

    const grid = $("grid");
    const body = grid.tBodies[0];
    const heads = GRID.map((column) => {
      const button = make("button", { type: "button" }, column.label);
      const head = make("th", { scope: "col", class: column.class || "" }, button);
      button.addEventListener("click", () => {
        const other = sort.direction === "ascending" ? "descending" : "ascending";
        sort.direction = sort.key === column.key ? other : column.first || "ascending";
        sort.key = column.key;
        select();
      });
      return head;
    });
    grid.tHead.rows[0].replaceChildren(...heads);

    const link = (item) => {
      const name = String(cell(item.row, "name"));
      const text = name.trim() === "" ? `no name (${cell(item.row, "serial") || item.key})` : name;
      return make("a", { href: `#device=${encodeURIComponent(item.key)}`, class: "clamp" }, isolated(text));
    };
    const line = (item) => {
      const tr = make("tr", { "data-key": item.key });
      for (const column of GRID) {
        if (column.key === "name") tr.append(make("th", { scope: "row" }, link(item)));
        else tr.append(make("td", { class: column.class || "" }, display(item, column.key)));
      }
      return tr;
    };

    const back = $("back");
    const next = $("next");
    const draw = () => {
      const pages = Math.max(1, Math.ceil(matches.length / PAGE));
      page = Math.min(Math.max(page, 0), pages - 1);
      const from = page * PAGE;
      const part = matches.slice(from, from + PAGE);
      body.replaceChildren(...part.map(line));
      GRID.forEach((column, i) => {
        if (column.key === sort.key) heads[i].setAttribute("aria-sort", sort.direction);
        else heads[i].removeAttribute("aria-sort");
      });
      const whole = plural(total, "device", "devices");
      $("count").textContent = matches.length === 0
        ? `None of ${whole} matches.`
        : `${count(from + 1)}\u2013${count(from + part.length)} of ${count(matches.length)} matching, ${whole} in this page.`;
      $("page").textContent = `Page ${count(page + 1)} of ${count(pages)}`;
      back.setAttribute("aria-disabled", String(page === 0));
      next.setAttribute("aria-disabled", String(page >= pages - 1));
      settle();
    };
    const turn = (by) => () => {
      const pages = Math.max(1, Math.ceil(matches.length / PAGE));
      if (page + by < 0 || page + by >= pages) return;
      page += by;
      draw();
      $("count").scrollIntoView({ block: "nearest" });
    };
    back.addEventListener("click", turn(-1));
    next.addEventListener("click", turn(1));
    query.addEventListener("input", select);
    for (const filter of Object.values(filters)) filter.addEventListener("change", select);
    const controls = $("controls");
    controls.addEventListener("submit", (event) => event.preventDefault());
    controls.addEventListener("reset", () => setTimeout(select, 0));
    body.addEventListener("click", (event) => {
      const tr = event.target.closest("tr");
      const selecting = String(window.getSelection()) !== "";
      if (tr && !selecting && !event.target.closest("a")) tr.querySelector("a").click();
    });

    // -- drawer

    const drawer = $("drawer");
    const title = $("drawer-title");
    const inside = $("drawer-body");
    $("drawer-close").addEventListener("click", () => drawer.close());
    drawer.addEventListener("click", (event) => {
      if (event.target === drawer) drawer.close();
    });
    drawer.addEventListener("close", () => {
      if (location.hash.startsWith("#device=")) {
        try { history.replaceState(null, "", "#devices"); } catch { /* the address stays */ }
      }
      if (document.activeElement === document.body) $("devices-title").focus();
    });

    const SVG = "http://www.w3.org/2000/svg";
    const mark = (kind, text) => {
      const svg = document.createElementNS(SVG, "svg");
      for (const [name, value] of [["aria-hidden", "true"], ["width", "14"], ["height", "14"]]) svg.setAttribute(name, value);
      const use = document.createElementNS(SVG, "use");
      use.setAttribute("href", `#i-${kind}`);
      svg.append(use);
      return make("span", { class: `mark mark-${kind}` }, svg, text);
    };
    const pairs = (name, entries) => make("dl", { class: name },
      ...entries.map(([term, value]) => make("div", null, make("dt", null, term), make("dd", null, value))));

    const columnName = (key) => {
      if (LABELS[key]) return LABELS[key];
      const slug = Array.from(consoles.keys()).filter((c) => key.startsWith(`${c.replace(/-/g, "_")}_`) || key.startsWith(`${c}_`))
        .sort((a, b) => b.length - a.length)[0];
      const words = (slug ? key.slice(slug.length + 1) : key).replace(/_/g, " ").trim();
      return slug ? `${consoleName(slug)}: ${words}` : words.charAt(0).toUpperCase() + words.slice(1);
    };
    const full = (item, key) => {
      const value = String(cell(item.row, key));
      if (value.trim() === "") return DASH;
      if (key === "platform" || key === "highest_severity" || key === "days_silent") return display(item, key);
      if (key === "consoles") return list(value).map(consoleName).join(", ");
      if (key === "last_activity_console") return consoleName(value);
      if (key === "join_type") return JOIN_TYPES[value] || value;
      if (key === "findings") {
        return make("ul", { class: "bare" }, ...item.findings.map((slug) => (
          make("li", null, rules.has(slug) ? make("a", { href: `#rule-${slug}` }, ruleName(slug)) : isolated(slug))
        )));
      }
      if (/^\d{4}-\d\d-\d\dT/.test(value)) return moment(value);
      return isolated(value);
    };
    const stepItem = ([, action, where, object, condition, irreversible, wipes]) => {
      const head = make("p", { class: "step-head" },
        make("span", { class: "where" }, where || "No console"), " ", make("strong", null, action), " ");
      if (irreversible === true) head.append(mark("final", "Cannot be undone"));
      if (wipes === true) head.append(mark("wipes", "Erases data"));
      const facts = [];
      if (condition) facts.push(["Condition", condition]);
      if (object) facts.push(["Object", make("code", null, isolated(object))]);
      return make("li", null, head, facts.length ? pairs("step-facts", facts) : null);
    };

    const fill = (item) => {
      const name = String(cell(item.row, "name"));
      title.replaceChildren(isolated(name.trim() === "" ? "Device without a name" : name));
      const todo = Array.isArray(steps[item.key]) ? steps[item.key] : [];
      const rest = source.columns.filter((key) => key !== "name");
      const known = rest.filter((key) => Object.hasOwn(LABELS, key));
      const extra = rest.filter((key) => !Object.hasOwn(LABELS, key) && String(cell(item.row, key)).trim() !== "");
      inside.replaceChildren(
        make("h3", null, "Steps, in order"),
        todo.length
          ? make("ol", { class: "steps" }, ...todo.map(stepItem))
          : make("p", null, "There is no plan for this device. A person must look at it."),
        make("h3", null, "Device"),
        pairs("sheet", known.map((key) => [columnName(key), full(item, key)])),
      );
      if (extra.length) {
        inside.append(make("h3", null, "In each console"), pairs("sheet", extra.map((key) => [columnName(key), full(item, key)])));
      }
      inside.scrollTop = 0;
    };

    const lost = $("lost");
    const show = (key) => {
      const item = byKey.get(key);
      lost.hidden = Boolean(item);
      if (!item) {
        hide();
        lost.replaceChildren("No flagged device with the key ", make("code", null, isolated(key)), " is in this page. ",
          make("a", { href: "./devices.csv" }, "devices.csv"), " lists every device.");
        $("devices").scrollIntoView();
        return;
      }
      fill(item);
      if (!drawer.open) drawer.showModal();
    };
    const hide = () => {
      if (drawer.open) drawer.close();
    };
    const find = (text) => {
      hide();
      query.value = "";
      const wanted = new Map(text.split(";").map((part) => {
        const cut = part.indexOf(":");
        return [part.slice(0, cut), part.slice(cut + 1)];
      }));
      for (const [name, filter] of Object.entries(filters)) {
        filter.value = wanted.get(name) || "";
        if (filter.selectedIndex < 0) filter.value = "";
      }
      select();
      $("devices").scrollIntoView();
      $("devices-title").focus({ preventScroll: true });
    };

    // -- paper

    const print = () => {
      const part = matches.slice(0, PRINT_LIMIT);
      const table = make("table", { class: "paper" },
        make("caption", null, filtered() ? "Flagged devices that match the filter in use when this was printed" : "Flagged devices"),
        make("thead", null, make("tr", null, ...GRID.map((c) => make("th", { scope: "col", class: c.class || "" }, c.label)))),
        make("tbody", null, ...part.map((item) => make("tr", null, ...GRID.map((c) => (
          c.key === "name"
            ? make("th", { scope: "row" }, display(item, "name"))
            : make("td", { class: c.class || "" }, display(item, c.key))
        ))))));
      const said = part.length < matches.length
        ? make("p", { class: "note" }, `The first ${count(part.length)} of ${plural(matches.length, "device", "devices")} are printed. The files named above list all of them.`)
        : null;
      $("printed").replaceChildren(...[said, table].filter(Boolean));
    };

    const fallback = $("devices-static");
    fallback.hidden = true;
    explorer.hidden = false;
    select();
    return { show, hide, find, print };
  }
})();
