// What surrounds a request: refusals said in words, one sending per click.
import { complain } from "./overlays.js";

const SENTENCES = {
  401: "Votre session est terminée. Rechargez la page pour vous reconnecter.",
  403: "Vous n’avez pas le droit de faire cela. Rechargez la page si vous venez de vous connecter.",
  404: "Ce que vous cherchez n’existe plus. Rechargez la page.",
  409: "Quelqu’un d’autre vient de modifier cela. Rechargez la page.",
  413: "Ce fichier est trop lourd.",
  429: "Trop de demandes à la fois. Attendez une minute et recommencez.",
};

document.addEventListener("htmx:before:response", (event) => {
  // Signed out meanwhile: the answer is the sign-in page, which no fragment can hold.
  const answer = event.detail.ctx.response.raw;
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/compte/")) {
    event.preventDefault();
    location.assign(answer.url);
  }
});
document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status === 400 || status === 422) return; // the fragment itself says what is wrong
  complain(SENTENCES[status] ?? "Cela n’a pas fonctionné, et rien n’a été enregistré. Recommencez.");
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.response) return;
  complain("Pas de réponse du serveur. Vérifiez votre connexion, puis recommencez.");
});

// A second click while a form is on its way sends nothing; the server refuses a replay anyway.
const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-cae-again]")) {
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  event.submitter?.setAttribute("aria-busy", "true");
  // A download leaves the page where it is: let it be asked again.
  setTimeout(() => release(form), 8000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));

function release(form) {
  sent.delete(form);
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

// A form with changes that nothing saves by itself asks before one leaves it.
let changed = null;
let changedAt = 0;
document.addEventListener("input", (event) => {
  changed = event.target.closest("form[data-cae-guard]") ?? changed;
  changedAt = performance.now();
});
document.addEventListener("htmx:after:swap", () => {
  // It saved itself: its address is that of the draft; unless something was typed since, all is kept.
  const saved = document.querySelector("[data-cae-saved]");
  if (!saved) return;
  history.replaceState(history.state, "", saved.dataset.caeSaved);
  if (performance.now() - changedAt > 1000) changed = null;
});
// An answer that puts fields anew does not know what was typed while it came: the one to that does.
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.askedAt = performance.now();
});
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (changedAt > ctx.askedAt && tasks.some(putsFieldsAnew)) event.preventDefault();
});

function putsFieldsAnew({ target, swapSpec }) {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  return swapSpec.style === "outerHTML" && place?.querySelector("input:not([type=hidden]), select, textarea");
}

document.addEventListener("submit", () => {
  changed = null;
});
window.addEventListener("beforeunload", (event) => {
  if (changed?.isConnected) event.preventDefault();
});
