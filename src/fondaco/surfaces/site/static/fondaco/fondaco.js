/* The few things that plain HTML cannot do. Every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("script");

  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  function openDialog(event, opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
    dialog.addEventListener("close", () => opener.focus(), { once: true });
  }

  /* Browsers refuse it when the person or a policy said no, and have no clipboard at all on plain http: nobody may
     leave the only page with a secret in the belief that they have it. */
  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(button.dataset.done);
    } catch {
      const shown = button.parentElement?.querySelector("code");
      if (shown) window.getSelection()?.selectAllChildren(shown);
      toast(root.dataset.uncopied, "warn");
    }
  }

  function toast(text, tone = "good") {
    const box = document.createElement("div");
    box.className = `toast ${tone}`;
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    document.getElementById("toasts")?.append(box);
    setTimeout(() => box.remove(), 4000);
  }

  function setTheme(form, theme) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-form] button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.removeAttribute("open");
    }
  }

  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog]");
    if (opener) openDialog(event, opener);
    const copier = closest(event, "[data-copy]");
    if (copier) copy(copier);
    if (closest(event, "[data-print]")) window.print();
    closest(event, "[data-close]")?.closest("dialog")?.close();
    closest(event, "[data-dismiss]")?.closest(".toast")?.remove();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    closeMenus(closest(event, "details.menu"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open]");
      open?.querySelector("summary")?.focus();
      closeMenus(null);
    }
    const typing = closest(event, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-theme-form]") && event.submitter) {
      event.preventDefault();
      setTheme(form, event.submitter.value);
    } else if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-autosubmit]")) form.requestSubmit();
  });

  /* After an error the summary takes the focus, so that a screen reader reads it first. */
  const summon = (part) => part.querySelector("[data-focus]")?.focus();
  summon(document);
  document.addEventListener("htmx:load", (event) => summon(event.target));

  /* On phones entries and tabs scroll: the current one comes into view. Not by scrollIntoView, which also makes the first Tab
     go on from there, past the link that skips to the content. */
  for (const entries of document.querySelectorAll(".side nav ul, .tabs ul")) {
    const here = entries.querySelector("[aria-current]")?.getBoundingClientRect();
    if (here) entries.scrollLeft += here.left + here.width / 2 - (entries.getBoundingClientRect().left + entries.clientWidth / 2);
  }

  for (const note of document.querySelectorAll(".toast.good")) {
    setTimeout(() => note.remove(), 8000);
  }

  document.addEventListener("htmx:responseError", () => toast(root.dataset.failed, "bad"));
  document.addEventListener("htmx:sendError", () => toast(root.dataset.failed, "bad"));
})();
