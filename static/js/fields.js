// Fields with a little more than the browser's own: slider, file, copy, list one types in.

// A slider and the number it sets. Only the number is sent.
document.addEventListener("input", (event) => {
  const pair = event.target.closest("[data-cae-range]");
  if (!pair) return;
  const slider = pair.querySelector("input[type=range]");
  const figure = pair.querySelector("input:not([type=range])");
  if (event.target === slider) {
    figure.value = slider.value;
  } else {
    slider.value = figure.value.replaceAll(/\s/g, "").replace(",", ".");
  }
});

// A file: its name, its weight, its picture. Pictures are read as data:, which the policy allows.
function weight(size) {
  const mega = size / 1e6;
  return mega >= 0.1 ? `${mega.toFixed(1).replace(".", ",")}\u00a0Mo` : `${Math.ceil(size / 1e3)}\u00a0ko`;
}

document.addEventListener("change", (event) => {
  const drop = event.target.closest("[data-cae-drop]");
  if (!drop || event.target.type !== "file") return;
  const output = drop.querySelector("output");
  output.replaceChildren();
  for (const file of event.target.files) {
    const name = document.createElement("span");
    name.textContent = `${file.name}, ${weight(file.size)}`;
    output.append(name);
    if (!["image/jpeg", "image/png", "image/webp"].includes(file.type)) continue;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = reader.result;
      name.before(picture);
    });
    reader.readAsDataURL(file);
  }
});
for (const [type, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(type, (event) => {
    event.target.closest?.("[data-cae-drop]")?.classList.toggle("is-over", over);
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-cae-copy]");
  if (!button) return;
  const source = button.parentElement.querySelector("input");
  source.select();
  await navigator.clipboard?.writeText(source.value).catch(() => {});
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = "Copié";
  setTimeout(() => (label.textContent = before), 2000);
});

// A select one types in. The select stays, hidden, and holds the value that is sent.
const plain = (text) => text.normalize("NFD").replaceAll(/\p{Diacritic}/gu, "").toLowerCase();
let boxes = 0;

class Combobox {
  constructor(select) {
    this.select = select;
    this.id = `combobox-${(boxes += 1)}`;
    this.options = [...select.options].filter((option) => option.value);
    this.at = -1;

    this.input = document.createElement("input");
    this.input.type = "text";
    this.input.id = select.id;
    this.input.autocomplete = "off";
    this.input.required = select.required;
    this.input.placeholder = select.dataset.caeCombobox || "Tapez pour chercher";
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-controls", this.id);
    this.input.setAttribute("aria-autocomplete", "list");
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    this.list = document.createElement("ul");
    this.list.id = this.id;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Propositions");

    if (select.dataset.caeKey) this.input.dataset.caeKey = select.dataset.caeKey;
    delete select.dataset.caeKey;
    select.id = `${this.id}-select`;
    select.hidden = true;
    select.required = false;
    const box = document.createElement("div");
    box.className = "combobox";
    select.before(box);
    box.append(this.input, this.list, select);
    this.restore();

    // What is typed to search is no value of the form: what listens to the form hears the choice.
    for (const type of ["input", "change"]) this.input.addEventListener(type, (event) => event.stopPropagation());
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(this.found[[...this.list.children].indexOf(item)]);
    });
  }

  restore() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.value ? chosen.text : "";
  }

  open(typed) {
    const words = plain(typed).split(/\s+/);
    this.found = this.options
      .filter((option) => words.every((word) => plain(option.text).includes(word)))
      .slice(0, 50);
    this.at = typed && this.found.length ? 0 : -1;
    this.list.replaceChildren(
      ...this.found.map((option, index) => {
        const item = document.createElement("li");
        item.id = `${this.id}-${index}`;
        item.setAttribute("role", "option");
        item.textContent = option.text;
        return item;
      }),
    );
    if (!this.found.length) {
      const none = document.createElement("li");
      none.className = "combobox-none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = "Rien ne correspond";
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.at));
      if (index === this.at) item.scrollIntoView({ block: "nearest" });
    });
    if (this.at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  choose(option) {
    if (!option) return;
    this.select.value = option.value;
    this.restore();
    this.close();
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    if (!this.input.value) this.choose([...this.select.options].find((option) => !option.value));
    this.restore();
    this.close();
  }

  onKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = this.found.length;
      if (count) this.at = (this.at + step + count) % count;
      this.mark();
    } else if (event.key === "Enter" && !this.list.hidden && this.at >= 0) {
      event.preventDefault();
      this.choose(this.found[this.at]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.restore();
      this.close();
    }
  }
}

function enhance(root) {
  for (const select of root.querySelectorAll("select[data-cae-combobox]:not([hidden])")) {
    new Combobox(select);
  }
}
enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-cae-add]")) enhance(document);
});
