/* While a need is tried on the calls: say so, but only when it takes a while (ux 2.7). Without script the page's own
   button does the same. */

const LATE = 400;
const waiting = new Map();

document.body.classList.add("ed-scripted");

function begin(shown) {
  shown.setAttribute("aria-busy", "true");
  clearTimeout(waiting.get(shown));
  waiting.set(shown, setTimeout(() => {
    if (shown.querySelector(".ed-busy")) return;
    const words = document.createElement("p");
    words.className = "ed-busy";
    words.textContent = shown.dataset.busy;
    shown.prepend(words);
  }, LATE));
}

function end(shown) {
  clearTimeout(waiting.get(shown));
  shown.querySelector(".ed-busy")?.remove();
  shown.setAttribute("aria-busy", "false");
}

function asked(event) {
  return event.detail.target?.dataset.busy;
}

document.body.addEventListener("htmx:beforeRequest", (event) => asked(event) && begin(event.detail.target));
document.body.addEventListener("htmx:afterRequest", (event) => asked(event) && end(event.detail.target));
