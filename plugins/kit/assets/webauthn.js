// Asks browsers for security keys and passkeys: on the gateway's own pages, and on others that read its
// flows and call these functions by the names that their buttons carry.
(() => {
  "use strict";

  if (window.oryPasskeyLogin) {
    return;
  }

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

  const toText = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
    return btoa(letters.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  };

  const keys = (list) => (list || []).map((key) => ({ ...key, id: toBytes(key.id) }));

  const forCreation = ({ publicKey }) => ({
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
    excludeCredentials: keys(publicKey.excludeCredentials),
  });

  const forRequest = ({ publicKey }) => ({
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    allowCredentials: keys(publicKey.allowCredentials),
  });

  const written = (credential, response) =>
    JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
    });

  const writtenKey = (credential) => {
    const { attestationObject, getTransports } = credential.response;
    return written(credential, {
      attestationObject: toText(attestationObject),
      transports: getTransports ? getTransports.call(credential.response) : [],
    });
  };

  const writtenSignature = (credential) => {
    const { authenticatorData, signature, userHandle } = credential.response;
    return written(credential, {
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : undefined,
    });
  };

  const named = (name) => document.getElementsByName(name)[0];
  const parsed = (name) => JSON.parse(named(name).value);

  // A browser asks for one key at a time: who presses a button no longer waits for the list of
  // passkeys below a field.
  let waiting = null;
  const begin = () => {
    if (waiting) {
      waiting.abort();
    }
    waiting = new AbortController();
    return waiting.signal;
  };

  const send = (name, method, value) => {
    const field = named(name);
    const form = field.form;
    field.value = value;
    if (!form.querySelector('input[type="hidden"][name="method"]')) {
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "method";
      hidden.value = method;
      form.append(hidden);
    }
    HTMLFormElement.prototype.submit.call(form);
  };

  const complain = (name, error) => {
    const field = named(name);
    const place = field && field.form && field.form.querySelector("[data-key-trouble]");
    if (!place || error.name === "AbortError") {
      return;
    }
    place.textContent = error.name === "InvalidStateError" ? place.dataset.known : place.dataset.failed;
    place.hidden = false;
  };

  const create = async (options, name, method) => {
    try {
      const publicKey = forCreation(options);
      const credential = await navigator.credentials.create({ publicKey, signal: begin() });
      send(name, method, writtenKey(credential));
    } catch (error) {
      complain(name, error);
    }
  };

  const get = async (options, name, method, mediation) => {
    try {
      const request = { publicKey: forRequest(options), signal: begin() };
      const credential = await navigator.credentials.get(mediation ? { ...request, mediation } : request);
      send(name, method, writtenSignature(credential));
    } catch (error) {
      // Nobody has asked for the list below a field, so nobody is told that there is none.
      if (!mediation) {
        complain(name, error);
      }
    }
  };

  const fillsIn = async () => {
    const { isConditionalMediationAvailable: ask } = window.PublicKeyCredential;
    return Boolean(ask && (await ask.call(window.PublicKeyCredential)));
  };

  const functions = {
    oryWebAuthnRegistration: (options) =>
      create(options || parsed("webauthn_register_trigger"), "webauthn_register", "webauthn"),
    oryWebAuthnLogin: (options) =>
      get(options || parsed("webauthn_login_trigger"), "webauthn_login", "webauthn"),
    oryPasskeyLogin: () => get(parsed("passkey_challenge"), "passkey_login", "passkey"),
    oryPasskeyLoginAutocompleteInit: async () => {
      if (named("passkey_challenge") && (await fillsIn())) {
        await get(parsed("passkey_challenge"), "passkey_login", "passkey", "conditional");
      }
    },
    oryPasskeyRegistration: () =>
      create(parsed("passkey_create_data").credentialOptions, "passkey_register", "passkey"),
    oryPasskeySettingsRegistration: () =>
      create(parsed("passkey_create_data").credentialOptions, "passkey_settings_register", "passkey"),
  };

  const isPossible = Boolean(window.PublicKeyCredential && navigator.credentials);
  for (const [name, call] of Object.entries(functions)) {
    const guarded = isPossible ? call : async () => {};
    window[name] = guarded;
    window[`__${name}`] = guarded;
  }

  // Our own pages keep these buttons hidden until they can do something.
  const wire = () => {
    for (const button of document.querySelectorAll("button[data-trigger]")) {
      const call = functions[button.dataset.trigger];
      if (isPossible && call) {
        button.hidden = false;
        button.addEventListener("click", () => call());
      }
      const first = functions[button.dataset.loadTrigger];
      if (isPossible && first) {
        first();
      }
    }
  };

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", wire);
  } else {
    wire();
  }
})();
