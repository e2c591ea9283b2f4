// ---- the page: folding, explorer, addresses, paper -------------------------------------------------------------------

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
window.addEventListener("resize", settle);
document.addEventListener("toggle", settle, true);

// The place that the address names.
const target = () => {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { /* the text as it stands */ }
  return id ? $(id) : null;
};
const openTarget = () => {
  const place = target();
  if (place && place.tagName === "DETAILS") {
    place.open = true;
    place.scrollIntoView();
    place.querySelector("summary").focus({ preventScroll: true });
  } else if (place && place.dataset.rule) place.querySelector("details").open = true;
};

const explorer = $("explorer");
let explore = null;
// The address that the page gave itself: what it says is shown already.
let written = null;

function start(list) {
  const query = $("q");
  const filters = {
    show: $("f-show"), platform: $("f-platform"), activity: $("f-activity"), severity: $("f-severity"), rule: $("f-rule"), package: $("f-package"), control: $("f-control"),
    console: $("f-console"), lacks: $("f-lacks"), ownership: $("f-ownership"), join: $("f-join"), identity: $("f-identity"), days: $("f-days"),
  };
  const search = searcher(list);
  const grid = lister(list, (at) => { location.hash = `device=${encodeURIComponent(list.key(at))}`; });
  const drawer = drawerOf(list, (at, by) => {
    const next = at === null ? null : grid.neighbour(at, by);
    if (next !== null) {
      grid.reveal(next);
      location.hash = `device=${encodeURIComponent(list.key(next))}`;
    }
  });
  for (const word of list.raw.words.identity) filters.identity.append(make("option", { value: word }, word[0].toUpperCase() + word.slice(1)));

  const values = () => Object.fromEntries(Object.entries(filters).map(([name, filter]) => [name, filter.value]));
  const usual = { show: "flagged" };
  const filtered = () => query.value.trim() !== "" || Object.entries(values()).some(([name, value]) => value !== (usual[name] || ""));
  const address = () => Object.entries(values()).filter(([name, value]) => value !== (usual[name] || ""))
    .concat(query.value.trim() ? [["q", query.value.trim()]] : [])
    .map(([name, value]) => `${name}:${encodeURIComponent(value)}`).join(";");

  const select = (keep, stay) => {
    const found = search.find(grid.order(), query.value, values());
    grid.show(found, stay === true);
    $("count").textContent = found.length === 0
      ? `None of ${plural(list.total, "device", "devices")} matches.`
      : `${count(found.length)} of ${plural(list.total, "device", "devices")} in this page.`;
    if (keep !== true && !location.hash.startsWith("#device=")) {
      const text = address();
      try {
        history.replaceState(null, "", text ? `#find=${text}` : "#devices");
        written = location.hash;
      } catch { /* the address stays */ }
    }
  };
  grid.onChange(() => select(true));
  query.addEventListener("input", select);
  for (const filter of Object.values(filters)) filter.addEventListener(filter.tagName === "INPUT" ? "input" : "change", select);
  const controls = $("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("reset", () => setTimeout(select, 0));
  $("save").addEventListener("click", () => save("devices-shown.csv", grid.rows(grid.shown)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".save-list");
    if (!button) return;
    const { name } = button.dataset;
    save(`${name}.csv`, grid.rows(search.find(grid.order(), "", { show: "", package: name })));
  });

  const lost = $("lost");
  let asked = 0;
  $("devices-static").hidden = true;
  explorer.hidden = false;
  select(true);

  return {
    // Reads the ids of all records, for the search.
    prepare: () => search.prepare(() => {
      explorer.dataset.ready = "true";
      if (query.value.trim() !== "") select(true, true);
    }),
    async show(key) {
      asked += 1;
      const own = asked;
      const at = list.position(key);
      lost.hidden = at !== undefined;
      if (at === undefined) {
        drawer.hide();
        lost.replaceChildren("No device with the key ", make("code", null, isolated(key)), " is in this page. devices.csv lists every device.");
        $("devices").scrollIntoView();
        return;
      }
      // The details are unpacked first; by then another device may have been asked for, or none.
      const still = () => own === asked;
      await drawer.show(at, { back: grid.neighbour(at, -1) !== null, next: grid.neighbour(at, 1) !== null }, still);
    },
    hide() {
      asked += 1;
      drawer.hide();
    },
    find(text) {
      asked += 1;
      drawer.hide();
      const wanted = new Map(text.split(";").map((part) => {
        const cut = part.indexOf(":");
        let value = part.slice(cut + 1);
        try { value = decodeURIComponent(value); } catch { /* the text as it stands */ }
        return [part.slice(0, cut), value];
      }));
      query.value = wanted.get("q") || "";
      for (const [name, filter] of Object.entries(filters)) {
        filter.value = wanted.get(name) ?? usual[name] ?? "";
        if (filter.selectedIndex < 0) filter.value = "";
      }
      $("more").open = $("more").open || ["package", "control", "console", "lacks", "ownership", "join", "identity", "days"].some((name) => wanted.has(name));
      select(true);
      $("devices").scrollIntoView();
      $("devices-title").focus({ preventScroll: true });
    },
    // Without a filter paper says where the lists are; with one it is what somebody wants in hand.
    print: () => { if (filtered()) grid.paper(); },
  };
}

// ---- addresses

const route = () => {
  const hash = location.hash.slice(1);
  const cut = hash.indexOf("=");
  const name = cut > 0 ? hash.slice(0, cut) : "";
  const value = cut > 0 ? hash.slice(cut + 1) : "";
  if (explore && name === "device") {
    let key = value;
    try { key = decodeURIComponent(value); } catch { /* the text as it stands */ }
    explore.show(key);
  } else if (explore && name === "find") explore.find(value);
  else {
    if (explore) explore.hide();
    openTarget();
  }
};
// The event comes when the browser has time for it. By then somebody may have typed, and the address is the page's own:
// to follow it would take the focus out of the search box.
window.addEventListener("hashchange", () => {
  if (location.hash === written) return;
  written = null;
  route();
});
// A link to the place that the address already names changes no address, so it is handled here.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
  if (link) layOut();
  if (link && link.getAttribute("href") === location.hash) route();
});

// ---- paper: every part unfolded, the list as a plain table

// One package alone: its button marks it, and paper shows nothing else.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest(".print-card") : null;
  if (!button) return;
  const card = button.closest(".card");
  document.body.classList.add("print-one");
  card.classList.add("printed");
  window.print();
});
const wholeAgain = () => {
  document.body.classList.remove("print-one");
  for (const card of document.querySelectorAll(".printed")) card.classList.remove("printed");
};
window.addEventListener("afterprint", wholeAgain);

let opened = [];
let printing = false;
const beforePrint = () => {
  if (printing) return;
  printing = true;
  opened = Array.from(document.querySelectorAll("main details:not([open])"));
  for (const part of opened) part.open = true;
  if (explore) explore.print();
};
const afterPrint = () => {
  if (!printing) return;
  printing = false;
  for (const part of opened) part.open = false;
  opened = [];
  if ($("printed")) $("printed").replaceChildren();
  if ($("paper-list")) $("paper-list").hidden = false;
};
window.addEventListener("beforeprint", beforePrint);
window.addEventListener("afterprint", afterPrint);
window.matchMedia("print").addEventListener("change", (event) => (event.matches ? beforePrint() : afterPrint()));

// ---- begin

(async () => {
  if (location.hash) layOut();
  const node = $("list");
  if (explorer && node) {
    try {
      const packed = await unpack(node);
      await pause();
      const list = devicesOf(listOf(packed), Number(node.dataset.chunk));
      await pause();
      explore = start(list);
    } catch {
      explore = null;
    }
  }
  route();
  const asked = location.hash;
  await layOutInTurn();
  settle();
  const place = asked && asked === location.hash && !asked.includes("=") ? target() : null;
  if (place) await settleOn(place);
  if (explore) await explore.prepare();
})();
