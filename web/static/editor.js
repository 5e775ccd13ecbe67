/* While a need is tried on the calls: say so, but only when it takes a while (ux 2.7). Without script the page's own
   button does the same. */

const LATE = 400;
const shown = document.querySelector("#visning");
let waiting = 0;

document.body.classList.add("ed-scripted");

function begin() {
  shown.setAttribute("aria-busy", "true");
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (shown.querySelector(".ed-busy")) return;
    const words = document.createElement("p");
    words.className = "ed-busy";
    words.textContent = shown.dataset.busy;
    shown.prepend(words);
  }, LATE);
}

function end() {
  clearTimeout(waiting);
  shown.querySelector(".ed-busy")?.remove();
  shown.setAttribute("aria-busy", "false");
}

if (shown) {
  document.body.addEventListener("htmx:beforeRequest", (event) => event.detail.target === shown && begin());
  document.body.addEventListener("htmx:afterRequest", (event) => event.detail.target === shown && end());
}
