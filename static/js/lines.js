// Repeated lines of a document: a Django formset whose empty line waits in a <template>, one for each
// kind of row: `data-cae-add="section"` takes `data-cae-row="section"`.

function changed(lines) {
  for (const type of ["input", "change"]) lines.dispatchEvent(new Event(type, { bubbles: true }));
}

function shown(lines) {
  return [...lines.querySelectorAll("[data-cae-line]:not(.is-removed)")];
}

function renumber(lines) {
  shown(lines).forEach((line, index) => {
    const order = line.querySelector("input[name$='-ORDER']");
    if (order) order.value = index + 1;
  });
}

function add(lines, kind) {
  const total = lines.querySelector("input[name$='-TOTAL_FORMS']");
  const empty = lines.querySelector(kind ? `[data-cae-row="${kind}"]` : "template:not([data-cae-row])");
  const last = shown(lines).filter((line) => line.querySelector("[data-cae-carry]")).at(-1);
  const copy = empty.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const body = lines.querySelector("[data-cae-lines-body]");
  body.insertAdjacentHTML("beforeend", copy);
  const line = body.lastElementChild;
  for (const field of last?.querySelectorAll("[data-cae-carry]") ?? []) {
    const same = line.querySelector(`[data-cae-carry="${field.dataset.caeCarry}"]`);
    if (same) same.value = field.value;
  }
  window.htmx?.process(line);
  renumber(lines);
  // Asked again with the new line: an answer on its way does not know it, and would take it off.
  changed(lines);
  [...line.querySelectorAll("input, select, textarea")].find((field) => field.checkVisibility())?.focus();
}

function remove(lines, line) {
  const mark = line.querySelector("input[name$='-DELETE']");
  const next = line.nextElementSibling ?? line.previousElementSibling;
  if (mark) {
    // The server drops it; until then its fields must not stop the form.
    mark.checked = true;
    line.classList.add("is-removed");
    line.querySelectorAll("[required]").forEach((field) => (field.required = false));
  } else {
    line.querySelectorAll("input, textarea").forEach((field) => (field.value = ""));
  }
  renumber(lines);
  changed(lines);
  next?.querySelector("[data-cae-remove]")?.focus();
}

document.addEventListener("click", (event) => {
  const lines = event.target.closest("[data-cae-lines]");
  if (!lines) return;
  const adding = event.target.closest("[data-cae-add]");
  if (adding) {
    event.preventDefault();
    add(lines, adding.dataset.caeAdd);
  } else if (event.target.closest("[data-cae-remove]")) {
    remove(lines, event.target.closest("[data-cae-line]"));
  }
});

// Order: the arrows on the grip, or the mouse.
function move(line, before) {
  const lines = line.closest("[data-cae-lines]");
  line.parentElement.insertBefore(line, before);
  renumber(lines);
  changed(lines);
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-cae-grip]");
  if (!grip || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const line = grip.closest("[data-cae-line]");
  const others = shown(line.closest("[data-cae-lines]"));
  const at = others.indexOf(line);
  if (event.key === "ArrowUp" && at > 0) move(line, others[at - 1]);
  if (event.key === "ArrowDown" && at < others.length - 1) move(line, others[at + 1].nextElementSibling);
  grip.focus();
});

document.addEventListener("pointerdown", (event) => {
  const line = event.target.closest("[data-cae-grip]")?.closest("[data-cae-line]");
  if (line) line.draggable = true;
});
document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.("[data-cae-line]")) return;
  event.dataTransfer.effectAllowed = "move";
  event.target.classList.add("is-dragged");
});
document.addEventListener("dragover", (event) => {
  const dragged = document.querySelector("[data-cae-line].is-dragged");
  const over = event.target.closest?.("[data-cae-line]");
  if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const middle = over.getBoundingClientRect();
  const after = event.clientY > middle.top + middle.height / 2;
  over.parentElement.insertBefore(dragged, after ? over.nextElementSibling : over);
});
document.addEventListener("dragend", (event) => {
  if (!event.target.matches?.("[data-cae-line]")) return;
  event.target.draggable = false;
  event.target.classList.remove("is-dragged");
  const lines = event.target.closest("[data-cae-lines]");
  renumber(lines);
  changed(lines);
});
