/* Single-key shortcuts in the queue (ux 2.5). Off until switched on, kept by this browser; without script nothing is
   missing. Keys are heard only while the focus is in the list, and never in a field. */

const list = document.querySelector("#rader");
const panel = document.querySelector("#tangenter");
const KEPT = "fondvakt-keys";

function stored() {
  try {
    return localStorage.getItem(KEPT) === "on";
  } catch {
    return false; // a browser that keeps nothing has the keys off at every page
  }
}

function store(on) {
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // as above
  }
}

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
function place() {
  return document.activeElement.closest(".unit") ?? row();
}

function accept() {
  const unit = document.activeElement.closest(".unit");
  const button = unit
    ? unit.querySelector("button.accept")
    : (row()?.querySelector(".row-foot button.primary") ?? row()?.querySelector("button.accept"));
  button?.click();
}

function open(deed) {
  const details = place()?.querySelector(`details[data-deed="${deed}"]`);
  if (!details) return;
  details.open = true;
  details.querySelector("select, input:checked, input:not([type=hidden])")?.focus();
}

const DEEDS = {
  j: () => go(1),
  k: () => go(-1),
  a: accept,
  r: () => open("reject"),
  s: () => open("later"),
  z: () => document.querySelector("[role=status] form button")?.click(),
  "?": () => {
    const help = panel.querySelector("details");
    help.open = true;
    help.querySelector("summary").focus();
  },
};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "Enter" && event.target.matches("h2")) {
    event.target.querySelector("a")?.click();
    return;
  }
  const deed = DEEDS[event.key.toLowerCase()];
  if (deed) {
    event.preventDefault();
    deed();
  }
}

function show(on) {
  const button = panel.querySelector("button");
  button.setAttribute("aria-pressed", String(on));
  list.removeEventListener("keydown", pressed);
  if (on) list.addEventListener("keydown", pressed);
}

if (list && panel) {
  panel.hidden = false;
  let on = stored();
  show(on);
  panel.querySelector("button").addEventListener("click", () => {
    on = !on;
    store(on);
    show(on);
  });
}
