/* Single-key shortcuts in the queue (ux 2.5, WCAG 2.1.4). Off until a person switches them on, and each to be changed,
   on a page of their own. Keys are heard only while the focus is in the list, and never in a field; what they do is
   what a press on a button or link of the page does. */

const list = document.querySelector("#rader");
const panel = document.querySelector("#tangenter");
const keys = panel?.dataset.on === "1" ? JSON.parse(panel.dataset.keys) : {};

function headings() {
  return [...list.querySelectorAll("article.row h2")];
}

function row() {
  return document.activeElement.closest("article.row");
}

function go(step) {
  const all = headings();
  const at = all.indexOf(row()?.querySelector("h2"));
  const onto = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  onto?.focus();
  onto?.scrollIntoView({ block: "nearest" });
}

/* What a key is about: the unit that has the focus, else the whole row. */
function link(deed) {
  const unit = document.activeElement.closest(".unit");
  const foot = row()?.querySelector(`.row-foot [data-deed="${deed}"]`);
  return unit?.querySelector(`[data-deed="${deed}"]`) ?? foot ?? row()?.querySelector(`[data-deed="${deed}"]`);
}

function marked() {
  return list.querySelectorAll("input[name=rad]:checked").length;
}

function several() {
  document.querySelector("#flera [value=markerade]")?.click();
}

function accept() {
  if (marked()) return several();
  const unit = document.activeElement.closest(".unit");
  const button = unit
    ? unit.querySelector("button.accept")
    : (row()?.querySelector("button.accept-all") ?? row()?.querySelector("button.accept"));
  button?.click();
}

function open(deed) {
  if (marked() && deed !== "forward") return several();
  link(deed)?.click();
}

function note() {
  const onto = link("reject");
  if (!onto) return;
  const address = new URL(onto.href);
  address.pathname = "/beslut/godkann";
  list.dispatchEvent(new CustomEvent("ask", { detail: { address: String(address), from: onto } }));
}

const DEEDS = {
  next: () => go(1),
  previous: () => go(-1),
  mark: () => row()?.querySelector("input[name=rad]")?.click(),
  accept,
  reject: () => open("reject"),
  later: () => open("later"),
  forward: () => open("forward"),
  refer: () => open("refer"),
  note,
  undo: () => document.querySelector("[role=status] form button")?.click(),
  search: () => document.querySelector("#sok").focus(),
  help: () => {
    const help = document.querySelector("#tangenter details");
    help.open = true;
    help.querySelector("summary").focus();
  },
};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  if (event.key === "Enter" && event.target.matches("h2")) {
    event.target.querySelector("a")?.click();
    return;
  }
  const deed = DEEDS[keys[event.key.toLowerCase()]];
  if (deed) {
    event.preventDefault();
    deed();
  }
}

list?.addEventListener("keydown", pressed);
