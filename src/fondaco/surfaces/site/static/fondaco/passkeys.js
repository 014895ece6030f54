/* Passkeys: asks the browser to make one or to show one, puts its answer into the form and sends it.
   A form says what it wants: data-passkey="create" or "get", with the server's options in data-options, or with the
   address that gives fresh ones in data-options-from. */
(() => {
  "use strict";
  const passkeys = window.webauthnJSON;
  const forms = document.querySelectorAll("form[data-passkey]");
  if (!passkeys?.supported()) {
    for (const form of forms) {
      form.classList.add("unsupported");
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      const note = form.querySelector("[data-unsupported]");
      if (note) note.hidden = false;
    }
    return;
  }

  async function readOptions(form) {
    if (!form.dataset.optionsFrom) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options;
  }

  async function run(form) {
    const failed = form.querySelector("[data-failed]");
    const kept = form.querySelector("[data-kept]");
    for (const words of [failed, kept]) if (words) words.hidden = true;
    try {
      const options = await readOptions(form);
      const credential = await (form.dataset.passkey === "create" ? passkeys.create(options) : passkeys.get(options));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      /* Closed by the person, refused by the device, or no answer: the page says so and stays as it is. A device that
         was to make a passkey and has one of ours says that by this name (WebAuthn §5.1.3). */
      const words = error?.name === "InvalidStateError" && kept ? kept : failed;
      if (words) words.hidden = false;
    }
  }

  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form);
    });
  }
})();
