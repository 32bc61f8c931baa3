// A receipt beside the form: `data-cae-viewer` holds `.voucher-page` pictures and buttons
// `data-cae-view="in|out|turn|reset"`; the same by + − R 0 where the pictures have the focus.

const STEP = 1.25;
const [SMALLEST, LARGEST] = [0.5, 5];
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "reset", r: "turn", R: "turn" };
const seen = new WeakMap();

function view(viewer, what) {
  const state = seen.get(viewer) ?? { zoom: 1, turn: 0 };
  if (what === "in") state.zoom = Math.min(state.zoom * STEP, LARGEST);
  if (what === "out") state.zoom = Math.max(state.zoom / STEP, SMALLEST);
  if (what === "turn") state.turn = (state.turn + 90) % 360;
  if (what === "reset") Object.assign(state, { zoom: 1, turn: 0 });
  seen.set(viewer, state);
  viewer.querySelectorAll(".voucher-page").forEach((page) => lay(page, state));
}

// A page turned by a quarter is as wide as it was high: its place takes the new shape.
function lay(page, { zoom, turn }) {
  const picture = page.querySelector("img");
  const lies = turn % 180 !== 0;
  const ratio = picture.naturalHeight / picture.naturalWidth || 1;
  page.classList.toggle("is-turned", turn !== 0);
  page.style.setProperty("--turn", `${turn}deg`);
  page.style.width = `${zoom * 100}%`;
  page.style.aspectRatio = turn === 0 ? "" : lies ? `${ratio}` : `${1 / ratio}`;
  picture.style.width = lies ? `${100 / ratio}%` : "";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cae-view]");
  if (button) view(button.closest("[data-cae-viewer]"), button.dataset.caeView);
});

document.addEventListener("keydown", (event) => {
  const stage = event.target.closest?.(".voucher-stage");
  if (!stage || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  view(stage.closest("[data-cae-viewer]"), KEYS[event.key]);
});
