/* Editing a version: what is typed is kept on the server, characters are counted, the part of a picture is chosen.
   Every form works without this file: saving keeps what was refused, and pictures are cut in the middle. */
(() => {
  "use strict";
  const PAUSE = 800, AGAIN = 5000, HEARTBEAT = 20000;

  const form = document.querySelector("form[data-draft]");
  if (form) keepDraft(form);
  for (const field of document.querySelectorAll("[data-limit]")) count(field);
  for (const box of document.querySelectorAll("[data-crop]")) new Crop(box);
  localise(document);

  /* Moments of today as the time of day, in the reader's own time. */
  function localise(part) {
    for (const time of part.querySelectorAll("time[data-clock]")) {
      const moment = new Date(time.dateTime);
      const today = moment.toDateString() === new Date().toDateString();
      const options = { hour: "2-digit", minute: "2-digit" };
      time.textContent = moment.toLocaleString(document.documentElement.lang, today ? options : { ...options, day: "numeric", month: "long" });
    }
  }

  function keepDraft(form) {
    const line = document.getElementById("draft-saved");
    const token = form.elements.csrfmiddlewaretoken;
    let edits = 0, kept = 0, timer = 0, running = null, isLeaving = false, isStarted = false, isFailing = false;

    const later = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(send, pause);
    };
    const say = (words) => {
      if (line.textContent.trim() !== words) line.textContent = words;
    };
    const noteEdit = () => {
      edits += 1;
      say(line.dataset.typing);
      later(PAUSE);
    };

    form.addEventListener("input", noteEdit);
    form.addEventListener("submit", () => {
      isLeaving = true;
      clearTimeout(timer);
      running?.abort();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) isLeaving = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (isFailing && edits !== kept && !isLeaving) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden ? edits !== kept : isStarted) send();
    });
    setInterval(() => {
      if (!document.hidden) send();
    }, HEARTBEAT);
    send();

    async function send() {
      if (isLeaving) return;
      if (running && !document.hidden) return later(PAUSE);
      running?.abort();
      const sent = edits, body = new URLSearchParams(new FormData(form));
      if (!edits) body.set("untouched", "1");
      const call = (running = new AbortController());
      try {
        const answer = await fetch(form.dataset.draft, {
          method: "POST", body, redirect: "manual", keepalive: document.hidden, signal: call.signal,
        });
        await hear(answer, sent);
      } catch (error) {
        if (error.name !== "AbortError") fail(line.dataset.offline);
      } finally {
        if (running === call) running = null;
      }
    }

    async function hear(answer, sent) {
      if (answer.type === "opaqueredirect") return fail(line.dataset.signedOut);
      if (answer.status === 403) return renew();
      if (!answer.ok && answer.status !== 422) return fail(line.dataset.offline);
      show(await answer.text(), sent === edits);
      if (answer.ok) kept = sent;
      isFailing = !answer.ok;
      isStarted = true;
    }

    /* Signing in again changes the token against forged requests; the form goes on with the new one. */
    async function renew() {
      const answer = await fetch(form.dataset.draft, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || !answer.ok) return fail(line.dataset.signedOut);
      token.value = parse(await answer.text()).querySelector("[data-token]").dataset.token;
      later(0);
    }

    function fail(words) {
      isFailing = true;
      if (edits !== kept) say(words);
      later(AGAIN);
    }

    /* Only what changed is put in, so that screen readers say nothing twice. */
    function show(text, isCurrent) {
      const page = parse(text);
      localise(page);
      for (const slot of page.querySelectorAll("[data-slot]")) {
        const place = document.getElementById(slot.dataset.slot);
        const isStale = slot.dataset.slot === "draft-saved" && !isCurrent;
        if (place && !isStale && place.innerHTML !== slot.innerHTML) place.replaceChildren(...slot.childNodes);
      }
    }

    const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  }

  function count(field) {
    const line = document.createElement("p");
    const most = Number(field.dataset.limit);
    line.className = "counter";
    field.after(line);
    const write = () => {
      const length = [...field.value.trim()].length;
      line.textContent = field.dataset.countWords.replace("{count}", length).replace("{most}", most);
      line.classList.toggle("over", length > most);
    };
    field.addEventListener("input", write);
    write();
  }

  /* The part of a picture to keep: by sliders, by keys in them, or by dragging the frame. */
  function Crop(box) {
    const file = document.getElementById(box.dataset.crop);
    const inputs = Object.fromEntries(["left", "top", "width", "height"].map((name) => [name, file.form.elements[`crop_${name}`]]));
    const sliders = Object.fromEntries([...box.querySelectorAll("[data-part]")].map((slider) => [slider.dataset.part, slider]));
    const picture = box.querySelector("img"), frame = box.querySelector(".crop-frame"), whole = box.querySelector("[data-whole]");
    const ratio = Number(box.dataset.ratio), least = Number(box.dataset.least), most = Number(box.dataset.most || Infinity);

    file.addEventListener("change", choose);
    picture.addEventListener("load", begin);
    picture.addEventListener("error", hide);
    whole?.addEventListener("change", draw);
    for (const slider of Object.values(sliders)) slider.addEventListener("input", draw);
    picture.parentElement.addEventListener("pointerdown", drag);

    function choose() {
      hide();
      const chosen = file.files[0];
      if (!chosen?.type.startsWith("image/")) return;
      const reader = new FileReader();
      reader.addEventListener("load", () => show(reader.result, chosen.type === "image/svg+xml"));
      reader.readAsDataURL(chosen);
    }

    /* A drawing has no pixels: it is drawn as wide as the server draws it, so that the part means the same there. */
    function show(address, isDrawing) {
      if (!isDrawing) {
        picture.src = address;
        return;
      }
      const drawing = new Image();
      drawing.addEventListener("load", () => {
        if (!drawing.naturalWidth || !drawing.naturalHeight) return;
        const canvas = document.createElement("canvas");
        canvas.width = 1024;
        canvas.height = Math.round((canvas.width * drawing.naturalHeight) / drawing.naturalWidth);
        canvas.getContext("2d").drawImage(drawing, 0, 0, canvas.width, canvas.height);
        picture.src = canvas.toDataURL();
      });
      drawing.src = address;
    }

    function hide() {
      box.hidden = true;
      for (const input of Object.values(inputs)) input.value = "";
    }

    function begin() {
      const largest = Math.floor(Math.min(picture.naturalWidth, picture.naturalHeight * ratio, most));
      if (largest < least) return hide();
      Object.assign(sliders.size, { min: least, max: largest });
      sliders.size.value = largest;
      const height = Math.round(largest / ratio);
      sliders.left.max = picture.naturalWidth;
      sliders.top.max = picture.naturalHeight;
      sliders.left.value = Math.floor((picture.naturalWidth - largest) / 2);
      sliders.top.value = Math.floor((picture.naturalHeight - height) / 2);
      box.hidden = false;
      draw();
    }

    function draw() {
      const isWhole = Boolean(whole?.checked);
      const width = isWhole ? picture.naturalWidth : Number(sliders.size.value);
      const height = isWhole ? picture.naturalHeight : Math.min(Math.round(width / ratio), picture.naturalHeight);
      sliders.left.max = picture.naturalWidth - width;
      sliders.top.max = picture.naturalHeight - height;
      const part = { left: isWhole ? 0 : Number(sliders.left.value), top: isWhole ? 0 : Number(sliders.top.value), width, height };
      for (const [name, input] of Object.entries(inputs)) input.value = part[name];
      for (const slider of Object.values(sliders)) {
        slider.disabled = isWhole;
        slider.nextElementSibling.textContent = slider.value;
      }
      const percent = (number, of) => `${(100 * number) / of}%`;
      Object.assign(frame.style, {
        left: percent(part.left, picture.naturalWidth), width: percent(width, picture.naturalWidth),
        top: percent(part.top, picture.naturalHeight), height: percent(height, picture.naturalHeight),
      });
      for (const canvas of box.querySelectorAll("canvas")) {
        if (canvas.classList.contains("crop-shot")) canvas.height = Math.round((canvas.width * height) / width);
        canvas.getContext("2d").drawImage(picture, part.left, part.top, width, height, 0, 0, canvas.width, canvas.height);
      }
    }

    function drag(event) {
      if (whole?.checked) return;
      event.preventDefault();
      const scale = picture.naturalWidth / picture.clientWidth;
      const from = { x: event.clientX, y: event.clientY, left: Number(sliders.left.value), top: Number(sliders.top.value) };
      const move = (now) => {
        sliders.left.value = from.left + Math.round((now.clientX - from.x) * scale);
        sliders.top.value = from.top + Math.round((now.clientY - from.y) * scale);
        draw();
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", () => document.removeEventListener("pointermove", move), { once: true });
    }
  }
})();
