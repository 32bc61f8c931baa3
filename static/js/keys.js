// Shortcuts: `data-cae-key="Ctrl+K"` on what they click or focus; Ctrl+Entrée sends the form one is
// in; `?` shows the list.

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  // The place of the letter: Alt+N writes « ~ » on some keyboards.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  parts.push(event.altKey && letter ? letter : event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return parts.join("+");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat) return;
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  const keys = pressed(event);

  if (keys === "?" && !typing) {
    document.getElementById("raccourcis")?.showModal();
    return;
  }
  if (keys === "Ctrl+Enter") {
    const form = event.target.form ?? document.querySelector("form[data-cae-main]");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-cae-main]") ?? undefined);
    }
    return;
  }
  if (!event.ctrlKey && !event.metaKey && !event.altKey) return;
  const target = document.querySelector(`[data-cae-key="${CSS.escape(keys)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else {
    target.click();
  }
});
