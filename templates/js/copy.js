// ---- a card as Markdown, for a ticket or a mail

// Text from an export is text there, too: signs of Markdown and HTML get a backslash.
const plainly = (text) => text.replace(/\s+/g, " ").trim().replace(/[\\`*_{}[\]<>#|~!]/g, "\\$&");
// What only a screen reader hears, and links that lead nowhere outside the page, stay behind.
const shownText = (node) => {
  const copy = node.cloneNode(true);
  if (!(copy instanceof Element)) return copy.textContent;
  for (const part of copy.querySelectorAll(".away, .ways")) part.remove();
  for (const where of copy.querySelectorAll(".where")) where.textContent = `[${where.textContent}]`;
  return copy.textContent;
};
const textOf = (node, query) => {
  const found = node.querySelector(query);
  return found ? plainly(shownText(found)) : "";
};
// Severity, devices, marks: parts that stand side by side.
const listed = (node) => Array.from(node?.children ?? [], (part) => plainly(shownText(part))).filter(Boolean).join(", ");
const markdownOf = (card) => {
  const lines = [`## ${textOf(card, "h4")}`, "", listed(card.querySelector(".card-meta")), "", textOf(card, ".lead"), ""];
  const note = card.querySelector(".own-note");
  if (note) lines.push(...Array.from(note.children, (part) => `> ${plainly(part.textContent)}`), "");
  for (const reason of card.querySelectorAll(".reasons > li")) {
    const own = Array.from(reason.childNodes).filter((node) => node.nodeName !== "UL").map((node) => shownText(node)).join("");
    lines.push(`- ${plainly(own)}`);
  }
  const steps = Array.from(card.querySelectorAll(".steps > li"));
  if (steps.length) lines.push("", "### Steps, in order", "");
  steps.forEach((step, i) => {
    lines.push(`${i + 1}. ${textOf(step, ".step-head")}`);
    for (const fact of step.querySelectorAll(".step-facts > div")) lines.push(`   - ${textOf(fact, "dt")}: ${textOf(fact, "dd")}`);
  });
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`;
};
// A page that was opened from a disk may have no clipboard of its own.
const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = make("textarea", { class: "away", "aria-hidden": "true" });
    box.value = text;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }
};
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest(".copy-card") : null;
  if (!button) return;
  const done = await copied(markdownOf(button.closest(".card")));
  button.parentElement.querySelector(".copy-said").textContent = done ? "Copied." : "The browser did not allow it.";
  button.focus();
});

