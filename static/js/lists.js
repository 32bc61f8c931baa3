// Tables with ticks, and filters that apply themselves.

function scopeOf(element) {
  return element.closest("form") ?? document;
}

function count(scope) {
  const bar = scope.querySelector("[data-cae-bulk]");
  const rows = [...scope.querySelectorAll("input[data-cae-row]:not(:disabled)")];
  const ticked = rows.filter((row) => row.checked).length;
  const all = scope.querySelector("input[data-cae-all]");
  if (all) {
    all.checked = ticked > 0 && ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  }
  if (!bar) return;
  bar.classList.toggle("is-shown", ticked > 0);
  bar.querySelector("[data-cae-count]").textContent = ticked;
  const noun = bar.querySelector("[data-cae-noun]");
  noun.textContent = ticked > 1 ? noun.dataset.many : noun.dataset.single;
  const sum = bar.querySelector("[data-cae-sum]");
  if (sum) sum.textContent = euros(rows.filter((row) => row.checked));
}

function euros(rows) {
  const cents = rows.reduce((total, row) => total + Number(row.dataset.caeCents), 0);
  return new Intl.NumberFormat("fr-FR", { style: "currency", currency: "EUR" }).format(cents / 100);
}

let previous = null;

document.addEventListener("click", (event) => {
  const row = event.target.closest("input[data-cae-row]");
  if (row) {
    // Shift takes everything between the last two ticks.
    if (event.shiftKey && previous?.isConnected) {
      const rows = [...scopeOf(row).querySelectorAll("input[data-cae-row]:not(:disabled)")];
      const [from, to] = [rows.indexOf(previous), rows.indexOf(row)].sort((a, b) => a - b);
      rows.slice(from, to + 1).forEach((one) => (one.checked = row.checked));
    }
    previous = row;
    count(scopeOf(row));
    return;
  }
  const none = event.target.closest("[data-cae-none]");
  if (none) {
    const scope = scopeOf(none);
    scope.querySelectorAll("input[data-cae-row]").forEach((one) => (one.checked = false));
    count(scope);
  }
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-cae-all]");
  if (!all) return;
  const scope = scopeOf(all);
  scope.querySelectorAll("input[data-cae-row]:not(:disabled)").forEach((one) => {
    one.checked = all.checked;
  });
  count(scope);
});

function recount() {
  document.querySelectorAll("[data-cae-bulk]").forEach((bar) => count(scopeOf(bar)));
}
window.addEventListener("pageshow", recount);
document.addEventListener("htmx:after:swap", recount);

// A filter applies when it changes, a search when one stops typing; the address keeps them.
let waiting;
function apply(form) {
  clearTimeout(waiting);
  if (!form.matches("[hx-get]")) form.requestSubmit();
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-cae-filters]");
  if (form && event.target.type !== "search") apply(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-cae-filters]");
  if (!form || event.target.type !== "search") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => apply(form), 600);
});
