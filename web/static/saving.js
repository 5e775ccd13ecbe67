/* A decision in the queue without leaving the page (ux 2.5, 2.7): the form is posted as it stands, what the answer
   shows is put in place row by row, the focus goes on to the next heading, and what could not be saved says so at its
   row with a button to try again. Without script, or where the answer is another page, the form leads there itself. */

const list = document.querySelector("#rader");
const DEEDS = new Set(["/beslut", "/beslut/angra", "/beslut/till-enhet"]);
const SLOW = 400;
let saving = false;
let plain = false;

function headings(within) {
  return [...within.querySelectorAll("article.row h2")].map((heading) => heading.id);
}

/* Where the focus goes: the row itself while it is there, else the next that is, else the one before; what is taken
   back, to the row that came of it. */
function onwards(before, own, isBack) {
  const after = new Set(headings(list.isConnected ? list : document));
  const at = before.indexOf(own);
  const came = [...after].find((id) => !before.includes(id));
  const near = isBack || at < 0 ? [came, own, ...before] : [...before.slice(at), ...before.slice(0, at).reverse()];
  const id = near.find((one) => after.has(one));
  return document.getElementById(id) ?? document.querySelector("#innehall");
}

/* Rows that read as before stay as they are, with their marks. */
function settle(rows) {
  const known = new Map([...list.children].map((item) => [item.querySelector("h2").id, item]));
  const settled = [...rows.children].map((item) => {
    const was = known.get(item.querySelector("h2").id);
    if (was?.outerHTML === item.outerHTML) return was;
    const mark = item.querySelector("input[name=rad]");
    if (mark) mark.checked = was?.querySelector("input[name=rad]")?.checked ?? false;
    return item;
  });
  list.replaceChildren(...settled);
  for (const { name, value } of rows.attributes) list.setAttribute(name, value);
  rows.replaceWith(list);
}

function show(page) {
  const main = document.querySelector("main");
  const fresh = document.adoptNode(page.querySelector("main"));
  const told = main.querySelector(":scope > [role=status]");
  const news = fresh.querySelector(":scope > [role=status]");
  const rows = fresh.querySelector("#rader");
  if (rows) settle(rows);
  news.remove();
  for (const node of [...main.childNodes]) if (node !== told) node.remove();
  main.append(...fresh.childNodes);
  told.hidden = news.hidden;
  told.replaceChildren(...news.childNodes); // the region stays, so that what is new in it is read aloud
  document.title = page.title;
  list.dispatchEvent(new CustomEvent("shown"));
}

function failed(form, button, said, number) {
  const place = button?.closest(".row-main") ?? form.closest("dialog, main");
  const fault = document.createElement("p");
  fault.className = "notice notice-red row-fault";
  fault.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = list.dataset.retry;
  again.addEventListener("click", () => {
    fault.remove();
    form.requestSubmit(button);
  });
  place.querySelector(".row-fault")?.remove();
  fault.append([said, number].filter(Boolean).join(" "), " ", again);
  place.append(fault);
}

async function save(form, button) {
  const row = button?.closest("article.row") ?? document.activeElement?.closest("article.row");
  const from = form.closest("dialog")?.from ?? row;
  const own = from?.querySelector?.("h2")?.id ?? "";
  const before = headings(list);
  const address = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const words = button?.textContent;
  const slow = setTimeout(() => {
    if (button) button.textContent = list.dataset.saving;
  }, SLOW);
  button?.setAttribute("aria-disabled", "true");
  list.setAttribute("aria-busy", "true");
  let answer, page;
  try {
    const body = new URLSearchParams(new FormData(form, button));
    answer = await fetch(address, { method: "POST", body, headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    answer = null; // no answer at all: said at the row below
  }
  clearTimeout(slow);
  list.removeAttribute("aria-busy");
  if (button) {
    button.removeAttribute("aria-disabled");
    button.textContent = words;
  }
  const main = page?.querySelector("main");
  if (answer?.ok && new URL(answer.url).pathname === "/" && main) {
    form.closest("dialog")?.close();
    show(page);
    onwards(before, own, address === "/beslut/angra").focus();
  } else if (answer && [409, 422].includes(answer.status) && page.querySelector("#fraga")) {
    list.dispatchEvent(new CustomEvent("asked", { detail: { page, from } }));
  } else if (!answer || answer.status >= 500) {
    const said = main?.querySelector(".lead")?.textContent ?? list.dataset.failed;
    failed(form, button, said, page?.querySelector("#nummer")?.textContent);
  } else {
    plain = true; // signed out, no right, or something else that has a page of its own
    form.requestSubmit(button);
  }
}

if (list) {
  document.addEventListener("submit", async (event) => {
    const address = event.submitter?.getAttribute("formaction") ?? event.target.getAttribute("action");
    if (plain || !DEEDS.has(address)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (saving) return; // a second press does nothing
    saving = true;
    try {
      await save(event.target, event.submitter);
    } finally {
      saving = false;
    }
  });
}
