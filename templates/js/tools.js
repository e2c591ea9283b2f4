// Lets what a reader does come in between two pieces of work.
const pause = () => new Promise((go) => { setTimeout(go, 0); });

const DASH = "\u2014";
const $ = (id) => document.getElementById(id);

// The only way this script makes an element. Text goes in as text; nothing is ever parsed as markup.
const make = (tag, options, ...children) => fillIn(document.createElement(tag), options, children);
const SVG = "http://www.w3.org/2000/svg";
const draw = (tag, options, ...children) => fillIn(document.createElementNS(SVG, tag), options, children);
function fillIn(node, options, children) {
  for (const [name, value] of Object.entries(options || {})) node.setAttribute(name, value);
  for (const child of children) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}
const isolated = (text) => make("bdi", null, text);

// Our sentences put words of files and commands into backticks; here they are shown as what they are.
const marked = (text) => {
  const parts = String(text).split("`");
  return parts.length % 2 === 0 ? isolated(text) : make("bdi", null, ...parts.map((part, i) => (i % 2 ? make("code", null, part) : part)));
};

const number = new Intl.NumberFormat("en", { useGrouping: true });
const count = (n) => number.format(n).replace(/,/g, "\u202f");
const plural = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

const day = (seconds) => (seconds === null || seconds === undefined ? DASH : new Date(seconds * 1000).toISOString().slice(0, 10));
const moment = (seconds) => (seconds === null || seconds === undefined
  ? DASH : `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`);

// Sections out of view are laid out when the list is there, one at a time, so that nobody waits for them; at once where a link
// leads to one of them.
const sections = Array.from(document.querySelectorAll("main > section"));
const layOut = (some = sections) => { for (const section of some) section.classList.add("laid-out"); };
const layOutInTurn = async () => {
  for (const section of sections) {
    layOut([section]);
    section.getBoundingClientRect();
    await pause();
  }
};
// A link that the page was opened with leads to a place whose height was a guess. It is followed again until it stays where it
// is, unless somebody has scrolled meanwhile.
const settleOn = async (place) => {
  let moved = false;
  const move = () => { moved = true; };
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) window.addEventListener(kind, move, { once: true, passive: true });
  for (let turn = 0; turn < 20 && !moved; turn += 1) {
    const before = place.getBoundingClientRect().top;
    place.scrollIntoView({ behavior: "instant" });
    await new Promise((go) => { requestAnimationFrame(() => setTimeout(go, 0)); });
    if (turn > 1 && Math.abs(place.getBoundingClientRect().top - before) < 1) break;
  }
};

// A container that has nothing to scroll is no stop on the way through the page. One that is not laid out yet stays a stop until
// it is: to measure it sooner would lay it out.
const boxes = Array.from(document.querySelectorAll(".scroll"));
const settle = () => {
  const near = boxes.filter((box) => box.checkVisibility?.({ contentVisibilityAuto: true }) ?? true);
  const wide = near.map((box) => box.scrollWidth > box.clientWidth + 1);
  near.forEach((box, i) => {
    if (wide[i]) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  });
};

// What a spreadsheet would run as a formula gets an apostrophe, as in the CSV files of the report.
const csvCell = (value) => {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = /^[=+\-@\t\r\n'\uff1d\uff0b\uff0d\uff20]/.test(text) && typeof value !== "number" ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
const save = (name, lines) => {
  const text = lines.map((cells) => cells.map(csvCell).join(",")).join("\n");
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};
