// Passkeys: the browser makes or finds one, its answer is posted like any field.
import { complain } from "./overlays.js";

const SENTENCES = {
  NotAllowedError: "Vous avez annulé, ou la clé d’accès n’a pas répondu. Recommencez, ou entrez autrement.",
  InvalidStateError: "Cet appareil a déjà une clé d’accès pour ce compte.",
  SecurityError: "Le navigateur refuse les clés d’accès à cette adresse\u00a0: ouvrez le site par son nom, en https.",
  NotSupportedError: "Cet appareil ne sait pas faire ce genre de clé d’accès.",
};

// A passkey belongs to a name: an address in figures has none.
function sentence(error) {
  if (error.name === "SecurityError" && location.hostname === "127.0.0.1") {
    return `Une clé d’accès demande un nom de site\u00a0: ouvrez http://localhost:${location.port}/.`;
  }
  return SENTENCES[error.name] ?? "La clé d’accès n’a pas fonctionné. Rechargez la page et recommencez.";
}

// Older browsers do not translate JSON themselves.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const named = (credentials) => credentials?.map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options, replacesPassword) {
  const selection = {
    ...options.authenticatorSelection,
    residentKey: replacesPassword ? "required" : "discouraged",
    requireResidentKey: replacesPassword,
    userVerification: replacesPassword ? "required" : "preferred",
  };
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
      authenticatorSelection: selection,
    },
  });
  return answer(credential, {
    attestationObject: text(credential.response.attestationObject),
    transports: credential.response.getTransports?.() ?? [],
  });
}

async function get(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = credential.response;
  return answer(credential, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function answer(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

async function ask(form) {
  if (!window.PublicKeyCredential) throw new DOMException("", "SecurityError");
  if (form.dataset.caePasskey === "login") {
    const reply = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(reply.status);
    return get((await reply.json()).request_options.publicKey);
  }
  const { publicKey } = JSON.parse(document.getElementById("passkey-options").textContent);
  if (form.dataset.caePasskey === "get") return get(publicKey);
  return create(publicKey, form.elements.passwordless.checked);
}

// Until now a click would have posted a form without its passkey.
for (const button of document.querySelectorAll("[data-cae-passkey] button[disabled]")) {
  button.disabled = false;
}

// Captured: a form that waits for a passkey is not yet on its way.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.matches("[data-cae-passkey]")) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      button?.removeAttribute("aria-busy");
      complain(sentence(error));
    }
  },
  true,
);
