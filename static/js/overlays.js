// Menus, dialogs, toasts.

// A menu closes when one clicks elsewhere, or leaves it with Tab or Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-cae-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details[data-cae-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-cae-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// `command` and `commandfor` are the browser's own; older ones get the two we use.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}
if (!("closedBy" in HTMLDialogElement.prototype)) {
  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog[closedby=any]")) event.target.close();
  });
}

// A link whose page is also brought by htmx into a drawer: the drawer opens at once.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-cae-drawer][hx-get]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  document.getElementById(link.dataset.caeDrawer)?.showModal();
});

// A toast without anything to undo leaves by itself, unless one is reading it.
const STAY = 7000;

function dismiss(toast) {
  toast.classList.add("is-leaving");
  setTimeout(() => toast.remove(), 250);
}

function settle(toast) {
  if (toast.dataset.caeSettled || toast.closest(".toasts--here")) return;
  toast.dataset.caeSettled = "";
  if (toast.querySelector("form") || toast.matches(".toast--danger")) return;
  const leave = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAY);
    else dismiss(toast);
  };
  setTimeout(leave, STAY);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cae-dismiss]");
  if (button) dismiss(button.closest("[data-cae-toast]"));
});

const toasts = document.getElementById("toasts");
if (toasts) {
  toasts.querySelectorAll("[data-cae-toast]").forEach(settle);
  new MutationObserver(() => {
    toasts.querySelectorAll("[data-cae-toast]").forEach(settle);
  }).observe(toasts, { childList: true });
}

// Says something that no page of the server could say: the network is down, the session is over.
export function complain(text) {
  if (!toasts) return;
  const toast = document.createElement("div");
  toast.className = "toast toast--danger";
  toast.dataset.caeToast = "";
  const sentence = document.createElement("p");
  sentence.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--small";
  close.dataset.caeDismiss = "";
  close.textContent = "Fermer";
  toast.append(sentence, close);
  toasts.append(toast);
}
