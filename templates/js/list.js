// ---- the list: only the lines in view exist --------------------------------------------------------------------------

const GRID = [
  { key: "name", label: "Name" },
  { key: "serial", label: "Serial", class: "serial" },
  { key: "platform", label: "Platform", class: "word" },
  { key: "user", label: "Primary user", class: "user" },
  { key: "last", label: "Last activity", class: "date" },
  { key: "days", label: "Days inactive", class: "n", first: "descending" },
  { key: "severity", label: "Severity", class: "grade", first: "descending" },
  { key: "findings", label: "Findings", class: "found" },
];
const PRINT_LIMIT = 500;

// The order of words as people sort them: numbers by their value, capital and small letters alike. The rules of the language
// take a second for fifty thousand names; names of plain letters, digits and the usual signs are written so that the order of
// their characters is the same order.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const SIGNS = { _: "!", "-": "\"", ".": "#", "@": "$" };
const simple = (word) => (/^[\w .@-]*$/.test(word) && !/\d{19}/.test(word)
  ? word.toLowerCase().replace(/0*(\d+)|[_\-.@]/g, (sign, digits) => digits?.padStart(18, "0") ?? SIGNS[sign]) : null);
const inOrder = ([word, a], [other, b]) => {
  if (a === null || b === null) return collator.compare(word, other);
  return a < b ? -1 : Number(a > b);
};

const chip = (slug) => (SEVERITIES.includes(slug)
  ? make("span", { class: `sev sev-${slug}` }, slug[0].toUpperCase() + slug.slice(1))
  : DASH);

function lister(list, open) {
  const { raw, total } = list;
  const grid = $("grid");
  const body = grid.tBodies[0];
  const view = $("window");
  let shown = [];
  let active = 0;
  let height = 40;

  const display = (at, key) => {
    switch (key) {
      case "platform": return platformName(list.platform(at)) || DASH;
      case "last": return day(list.last(at));
      case "days": return list.days(at) === null ? DASH : count(list.days(at));
      case "severity": return chip(list.severity(at));
      case "findings": return foundLine(list.rules(at));
      default: return isolated(list[key](at).trim() === "" ? DASH : list[key](at));
    }
  };
  // The gravest finding, and how many more there are.
  const foundLine = ([first, ...more]) => (first === undefined ? DASH : make("span", { class: "found-line" },
    make("span", null, ruleName(first)), more.length ? make("span", { class: "tally" }, `+${more.length}`) : null));
  // What a cell may be too narrow for.
  const whole = (at, key) => {
    if (key === "findings") return list.rules(at).map(ruleName).join(", ");
    return key === "platform" ? platformName(list.platform(at)) : key === "user" ? list.user(at) : "";
  };
  const nameOf = (at) => (list.name(at).trim() === "" ? `no name (${list.serial(at) || list.key(at)})` : list.name(at));

  // -- order: one ranking a column, made when it is first asked for

  const sort = { key: "severity", direction: "descending" };
  const rankings = new Map();
  const blank = (key, at) => {
    if (key === "last") return raw.last[at] === null;
    if (key === "days") return raw.days[at] === null;
    if (key === "severity" || key === "findings") return raw.findings[at].length === 0;
    return String(list[key](at)).trim() === "";
  };
  const comparison = (key) => {
    if (key === "last" || key === "days") return (a, b) => raw[key][a] - raw[key][b];
    if (key === "severity") return (a, b) => raw.severity[a] - raw.severity[b] || (raw.days[a] ?? -1) - (raw.days[b] ?? -1);
    const text = key === "findings" ? (at) => list.rules(at).map(ruleName).join(", ")
      : key === "platform" ? (at) => platformName(list.platform(at)) : (at) => list[key](at).trim();
    const texts = Array.from({ length: total }, (_, at) => text(at));
    // Many devices share a word: each word is compared once.
    const words = Array.from(new Set(texts), (word) => [word, simple(word)]).sort(inOrder);
    const rank = new Map(words.map(([word], i) => [word, i]));
    const ranks = Int32Array.from(texts, (word) => rank.get(word));
    return (a, b) => ranks[a] - ranks[b];
  };
  const ranking = (key, direction) => {
    const name = `${key} ${direction}`;
    if (!rankings.has(name)) {
      const compare = comparison(key);
      const sign = direction === "ascending" ? 1 : -1;
      const known = [];
      const unknown = [];
      for (let at = 0; at < total; at += 1) (blank(key, at) ? unknown : known).push(at);
      known.sort((a, b) => sign * compare(a, b) || a - b);
      rankings.set(name, known.concat(unknown));
    }
    return rankings.get(name);
  };
  const order = () => ranking(sort.key, sort.direction);

  // -- heads

  let changed = () => {};
  const heads = GRID.map((column) => {
    const button = make("button", { type: "button" }, column.label);
    const head = make("th", { scope: "col", class: `${column.class || ""} c-${column.key}` }, button);
    button.addEventListener("click", () => {
      const other = sort.direction === "ascending" ? "descending" : "ascending";
      sort.direction = sort.key === column.key ? other : column.first || "ascending";
      sort.key = column.key;
      changed();
    });
    return head;
  });
  grid.tHead.rows[0].replaceChildren(...heads);

  // -- lines

  const link = (at, place) => make("a", {
    href: `#device=${encodeURIComponent(list.key(at))}`, tabindex: place === active ? "0" : "-1",
  }, isolated(nameOf(at)));
  const line = (place) => {
    const at = shown[place];
    const tr = make("tr", { "data-key": list.key(at), "data-place": place, "aria-rowindex": place + 2 });
    for (const column of GRID) {
      if (column.key === "name") tr.append(make("th", { scope: "row", class: "c-name" }, link(at, place)));
      else {
        const title = whole(at, column.key);
        tr.append(make("td", { class: `${column.class || ""} c-${column.key}`, ...(title ? { title } : {}) }, display(at, column.key)));
      }
    }
    return tr;
  };
  const gap = (lines) => {
    const cell = make("td", { colspan: GRID.length });
    const tr = make("tr", { class: "gap", "aria-hidden": "true" }, cell);
    cell.style.height = `${lines * height}px`;
    return tr;
  };
  let range = [0, 0];
  const lines = new Map();
  const mark = (place) => {
    active = place;
    for (const [own, tr] of lines) tr.querySelector("a").tabIndex = own === active ? 0 : -1;
  };
  // Lines that stay in view stay the same nodes and are never moved: a repaint cannot take the focus away.
  const paint = (force) => {
    const room = Math.ceil(view.clientHeight / height) || 20;
    const first = Math.max(0, Math.floor(view.scrollTop / height));
    if (!force && range[0] <= first && range[1] >= Math.min(shown.length, first + room)) return;
    const from = Math.min(Math.max(0, first - 12), Math.max(0, shown.length - room));
    const to = Math.min(shown.length, from + room + 36);
    range = [from, to];
    const focused = body.contains(document.activeElement);
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    if (shown.length > 0 && (active < from || active >= to)) {
      // The line that has the focus, or gets it back from the drawer, stays wherever the view has gone.
      if (focused || $("drawer").open) places.splice(active < from ? 0 : places.length, 0, active);
      else active = Math.min(shown.length - 1, Math.ceil(view.scrollTop / height));
    }
    const wanted = [];
    let end = 0;
    for (const place of places) {
      if (place > end) wanted.push(gap(place - end));
      if (!lines.has(place)) lines.set(place, line(place));
      wanted.push(lines.get(place));
      end = place + 1;
    }
    if (shown.length > end) wanted.push(gap(shown.length - end));
    const kept = new Set(wanted);
    for (const node of Array.from(body.children)) if (!kept.has(node)) node.remove();
    for (const [place, tr] of lines) if (!kept.has(tr)) lines.delete(place);
    let next = body.firstChild;
    for (const node of wanted) {
      if (node === next) next = next.nextSibling;
      else body.insertBefore(node, next);
    }
    mark(active);
    if (focused && !body.contains(document.activeElement)) refocus();
  };
  const refocus = () => body.querySelector("a[tabindex='0']")?.focus({ preventScroll: true });
  const measure = () => {
    const [one, last] = [lines.get(range[0]), lines.get(range[1] - 1)];
    const tall = one && last ? (last.getBoundingClientRect().bottom - one.getBoundingClientRect().top) / (range[1] - range[0]) : 0;
    if (tall > 0 && Math.abs(tall - height) > 0.1) {
      const top = view.scrollTop / height;
      height = tall;
      paint(true);
      view.scrollTop = top * height;
      paint(true);
    }
  };
  let waiting = false;
  view.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(false); });
  }, { passive: true });
  window.addEventListener("resize", () => { paint(true); measure(); });

  const go = (place, focus) => {
    if (shown.length === 0) return;
    active = Math.min(Math.max(place, 0), shown.length - 1);
    const head = grid.tHead.getBoundingClientRect().height;
    const y = active * height;
    if (y < view.scrollTop) view.scrollTop = y;
    else if (y + height > view.scrollTop + view.clientHeight - head) view.scrollTop = y + height - view.clientHeight + head;
    paint(true);
    if (focus) refocus();
  };
  // However the focus came to a line, the keys go on from there.
  body.addEventListener("focusin", (event) => {
    const tr = event.target.closest("tr[data-place]");
    if (tr && Number(tr.dataset.place) !== active) mark(Number(tr.dataset.place));
  });
  view.addEventListener("keydown", (event) => {
    if (!body.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = Math.max(1, Math.floor(view.clientHeight / height) - 2);
    const to = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + step, PageUp: active - step, Home: 0, End: shown.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to, true);
  });
  body.addEventListener("click", (event) => {
    const tr = event.target.closest("tr[data-place]");
    if (!tr) return;
    mark(Number(tr.dataset.place));
    if (!event.target.closest("a") && String(window.getSelection()) === "") open(shown[active]);
  });

  return {
    order,
    onChange(then) { changed = then; },
    get shown() { return shown; },
    // `stay`: what is looked at stays in view if it is still there.
    show(found, stay) {
      if (stay && found.length === shown.length && found.every((at, place) => at === shown[place])) return;
      const place = stay ? found.indexOf(shown[active]) : -1;
      shown = found;
      active = Math.max(0, place);
      lines.clear();
      view.scrollTop = active * height;
      grid.setAttribute("aria-rowcount", found.length + 1);
      GRID.forEach((column, i) => {
        if (column.key === sort.key) heads[i].setAttribute("aria-sort", sort.direction);
        else heads[i].removeAttribute("aria-sort");
      });
      paint(true);
      measure();
    },
    neighbour(at, by) {
      const place = shown.indexOf(at) + by;
      return place >= 0 && place < shown.length && shown.includes(at) ? shown[place] : null;
    },
    reveal(at) {
      const place = shown.indexOf(at);
      if (place >= 0) go(place, false);
    },
    rows: (found) => [
      ["device_key", "name", "serial", "platform", "manufacturer", "model", "ownership", "join_type", "primary_user", "consoles",
        "last_activity", "days_inactive", "activity", "identity", "findings", "highest_severity"],
      ...found.map((at) => [
        list.key(at), list.name(at), list.serial(at), list.platform(at), list.manufacturer(at), list.model(at), list.ownership(at),
        list.join(at), list.user(at), list.consoles(at).join("|"),
        list.last(at) === null ? "" : `${new Date(list.last(at) * 1000).toISOString().slice(0, 19)}Z`,
        list.days(at), list.activity(at), list.identity(at), list.rules(at).sort().join("|"), list.severity(at)]),
    ],
    paper() {
      const part = shown.slice(0, PRINT_LIMIT);
      const table = make("table", { class: "paper" },
        make("caption", null, "Devices that match the filter in use when this was printed"),
        make("thead", null, make("tr", null, ...GRID.map((c) => make("th", { scope: "col", class: c.class || "" }, c.label)))),
        make("tbody", null, ...part.map((at) => make("tr", null, ...GRID.map((c) => (
          c.key === "name" ? make("th", { scope: "row" }, isolated(nameOf(at)))
            : make("td", { class: c.class || "" }, c.key === "findings" ? whole(at, c.key) || DASH : display(at, c.key))
        ))))));
      const said = part.length < shown.length
        ? make("p", { class: "note" }, `The first ${count(part.length)} of ${plural(shown.length, "device", "devices")} are printed. The files named above list all of them.`)
        : null;
      $("printed").replaceChildren(...[said, table].filter(Boolean));
      if ($("paper-list")) $("paper-list").hidden = true;
    },
    nameOf,
  };
}
