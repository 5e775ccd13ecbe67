/* The queue with script: what asks is asked in a dialog on the spot, marks are counted in the button, a second press
   does nothing, and a tab that was left open says when somebody else has changed the queue. Everything works without:
   the dialog shows the page that its link leads to, and the forms are posted as they are. */

const list = document.querySelector("#rader");
const EVERY = 60_000;
const SLOW = 400;

/* Ask on the spot. */

async function ask(address, from) {
  let page;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    location.assign(address); // the page itself says what is wrong, and leads to signing in
    return;
  }
  if (!page.querySelector("#fraga")) return location.assign(address);
  open(page, from);
}

/* A page that asks, as a dialog; what is missing stands on top of it. */
function open(page, from) {
  document.querySelector("dialog.ask")?.remove();
  const faults = page.querySelector("main .faults");
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "fraga-title");
  dialog.from = from?.closest("article.row") ?? from;
  dialog.append(...[faults, page.querySelector("#fraga")].filter(Boolean).map((part) => document.adoptNode(part)));
  dialog.addEventListener("close", () => {
    dialog.remove();
    from?.focus();
  });
  dialog.querySelector("[data-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  if (document.querySelector("#tangenter")?.dataset.on === "1") {
    dialog.classList.add("by-digits");
    dialog.addEventListener("keydown", digit);
  }
  document.querySelector("main").append(dialog);
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

/* A digit chooses, and where a choice is all that is needed, decides; for those who have switched the shortcuts on. */
function digit(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("textarea, input:not([type=radio])")) return;
  const chosen = event.currentTarget.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.checked = true;
  if (chosen.value === "dag") document.querySelector("#day").focus();
  else chosen.form.requestSubmit(chosen.form.querySelector("button[name=verdict]"));
}

document.querySelector("main").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-deed]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  ask(link.href, link);
});
list?.addEventListener("asked", (event) => open(event.detail.page, event.detail.from));
list?.addEventListener("ask", (event) => ask(event.detail.address, event.detail.from));

/* A second press does nothing; a slow one says so. */

let sending = false;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (sending) return event.preventDefault();
  sending = true;
  const button = event.submitter;
  setTimeout(() => {
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = document.querySelector("#rader, #tangenter")?.dataset.saving ?? button.textContent;
  }, SLOW);
});
addEventListener("pageshow", (event) => {
  sending = false;
  if (event.persisted) location.reload(); // an old page of the browser's would show what has left
});

/* How many are marked. */

function count() {
  const several = document.querySelector("#flera [value=markerade]");
  if (!several) return;
  const marked = list.querySelectorAll("input[name=rad]:checked").length;
  several.disabled = marked === 0;
  several.textContent = marked === 1 ? several.dataset.one : several.dataset.many.replace("{number}", marked);
}
if (list) {
  list.addEventListener("change", count);
  list.addEventListener("shown", count);
  count();
}

/* Where one was and what was marked, kept with the address: coming back, or loading anew, changes neither. */

function keep() {
  const heads = [...list.querySelectorAll("article.row h2")].map((heading) => heading.id);
  const at = heads.indexOf(document.activeElement.closest("article.row")?.querySelector("h2").id);
  const marked = [...list.querySelectorAll("input[name=rad]:checked")].map((mark) => mark.value);
  history.replaceState({ onto: at < 0 ? [] : heads.slice(at), marked }, "");
}
function restore() {
  const { onto = [], marked = [] } = history.state ?? {};
  const asked = new URLSearchParams(location.search).getAll("rad"); // from the page of several, gone back from
  for (const number of [...marked, ...asked]) {
    const mark = list.querySelector(`input[name=rad][value="${CSS.escape(number)}"]`);
    if (mark) mark.checked = true;
  }
  if (asked.length) history.replaceState(history.state, "", list.dataset.here);
  onto.map((id) => document.getElementById(id)).find(Boolean)?.focus({ preventScroll: true });
  count();
}
if (list) {
  restore();
  list.addEventListener("focusin", keep);
  list.addEventListener("change", keep);
}

/* What others have done since. */

const told = document.querySelector("main > [role=status]");
async function look() {
  if (document.hidden || !told.hidden) return;
  try {
    const since = new URLSearchParams({ sedan: list.dataset.revision, nar: list.dataset.at });
    const answer = await fetch(`/beslut/lage?${since}`);
    const said = answer.ok ? (await answer.text()).trim() : "";
    if (!said) return;
    const text = document.createElement("p");
    const again = document.createElement("a");
    again.href = list.dataset.here;
    again.textContent = list.dataset.again;
    text.append(said, " ", again);
    told.replaceChildren(text);
    told.hidden = false;
  } catch {
    // the next look tells
  }
}
if (list) {
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
}
