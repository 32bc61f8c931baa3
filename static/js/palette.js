// The window of the search: opened by its control or its shortcut, its results chosen with the
// arrows while one goes on typing. The control is a link to the page of the search.

const palette = document.getElementById("recherche");
const input = palette?.querySelector("input");

function options() {
  return [...palette.querySelectorAll("[role=option]")];
}

function current() {
  return palette.querySelector("[role=option][aria-selected=true]");
}

function choose(option) {
  current()?.setAttribute("aria-selected", "false");
  if (!option) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function open() {
  if (!palette.open) palette.showModal();
  input.focus();
  input.select();
}

if (palette) {
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-cae-palette]");
    if (!control || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });

  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const all = options();
      // One place more than the options: the text itself, before the first and after the last.
      const next = (all.indexOf(current()) + 1 + step + all.length + 1) % (all.length + 1);
      choose(all[next - 1]);
    } else if (event.key === "Enter") {
      const found = palette.querySelector("[data-cae-found]");
      // What is shown answers what was typed before: the page of the search will answer this.
      if (!current() || found?.dataset.caeFound !== input.value) return;
      event.preventDefault();
      current().click();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const found = palette.querySelector("[data-cae-found]");
    if (!found || found.dataset.caeSeen) return;
    found.dataset.caeSeen = "yes";
    palette.querySelector("[role=status]").textContent = found.dataset.said;
    input.setAttribute("aria-expanded", String(found.matches("[role=listbox]")));
    choose(options()[0]);
  });

  for (const failure of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(failure, () => {
      // What complains of it stands under an open window.
      if (palette.open) palette.close();
    });
  }
}
