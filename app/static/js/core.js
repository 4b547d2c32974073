/* What the other scripts share: words, storage per person, requests with the CSRF token, toasts. */
(() => {
  const ck = window.ck;
  ck.words = JSON.parse(document.body.dataset.words || "{}");
  ck.mine = (key) => `ck:${document.body.dataset.user || "0"}:${key}`;
  ck.csrf = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
  ck.say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), ck.words[key] || key);

  const PAUSES = [1000, 2000, 4000];
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
  let asking = 0;
  const busy = (by) => { asking += by; document.documentElement.classList.toggle("is-busy", asking > 0); };

  /* Answers {ok, status, data, text}; a server that cannot be reached is status 0. Reading is tried again, writing
     never, but for a refusal because the page's token is too old: then nothing was done. */
  ck.ask = async (url, options = {}) => {
    const reads = !options.method || options.method === "GET";
    busy(1);
    try {
      for (const pause of reads && options.retry !== false ? PAUSES : []) {
        const answer = await once(url, options);
        if (answer.status !== 0) return known(answer);
        await wait(pause);
      }
      const answer = await once(url, options);
      if (!reads && answer.data?.expired && ck.ready) {
        if (!await ck.ready()) return document.querySelector("#signed-out[open]") ? ck.signedOut() : answer;
        options.body?.set?.("csrf_token", ck.csrf());
        return known(await once(url, options));
      }
      return known(answer);
    } finally { busy(-1); }
  };
  /* Whoever is signed out is led to the sign-in page, which is no answer to what was asked. */
  const known = (answer) => (ck.signedOut && answer.response?.redirected && isDoor(answer.response.url) ? ck.signedOut() : answer);
  const isDoor = (url) => new URL(url, location.href).pathname === new URL(document.querySelector("#signed-out a").href).pathname;
  const once = async (url, { method = "GET", body, json, headers = {}, signal } = {}) => {
    const options = { method, signal, headers: { "X-Requested-With": "fetch", Accept: "application/json, text/html;q=0.9", ...headers }, credentials: "same-origin" };
    if (method !== "GET") options.headers["X-CSRFToken"] = ck.csrf();
    if (json !== undefined) { options.headers["Content-Type"] = "application/json"; options.body = JSON.stringify(json); } else if (body) options.body = body;
    try {
      const response = await fetch(url, options);
      ck.offline(false);
      const text = await response.text();
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      let data = null;
      if (isJson) { try { data = JSON.parse(text); } catch { data = null; } }
      return { ok: response.ok, status: response.status, data, text: isJson ? "" : text, response };
    } catch (error) {
      if (error.name === "AbortError") return { ok: false, status: -1, data: null, text: "" };
      ck.offline(true);
      return { ok: false, status: 0, data: null, text: "" };
    }
  };
  /* The sentence of a refusal, whatever the shape of the answer. */
  ck.sentence = (answer) => (answer.status === 0 ? ck.words.offline : answer.data?.message || answer.data?.error || ck.say("failed", { status: answer.status }));

  let banner = null;
  ck.offline = (gone) => {
    if (!gone) { banner?.remove(); banner = null; return; }
    if (banner) return;
    banner = Object.assign(document.createElement("div"), { className: "offline", textContent: ck.words.offline });
    banner.setAttribute("role", "alert");
    document.body.append(banner);
  };
  addEventListener("online", () => ck.offline(false));

  const box = document.querySelector("[data-toasts]");
  const icons = { good: "ti-circle-check", wait: "ti-alert-triangle", bad: "ti-alert-circle", open: "ti-info-circle" };
  const leave = (toast) => { if (toast.dataset.toast !== "bad") setTimeout(() => toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove(), toast.querySelector("form, .undo") ? 12000 : 6000); };
  /* toast(text, tone, {undo}): the address to post to, or a function that undoes and answers as ask does */
  ck.toast = (text, tone = "open", { undo } = {}) => {
    const toast = document.createElement("div");
    toast.className = `toast-i toast-${tone}`;
    toast.dataset.toast = tone;
    const icon = Object.assign(document.createElement("i"), { className: `ti ${icons[tone]}` });
    icon.setAttribute("aria-hidden", "true");
    toast.append(icon, Object.assign(document.createElement("span"), { textContent: text }));
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "undo", textContent: ck.words.undo });
      button.addEventListener("click", async () => {
        const own = typeof undo === "function";
        const answer = own ? await undo() : await ck.ask(undo, { method: "POST" });
        if (!answer.ok) ck.toast(ck.sentence(answer), "bad"); else if (own) toast.remove(); else location.reload();
      });
      toast.append(button);
    }
    const close = Object.assign(document.createElement("button"), { type: "button", className: "tool" });
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", ck.words.close);
    close.innerHTML = '<i class="ti ti-x" aria-hidden="true"></i>';
    toast.append(close);
    box?.append(toast);
    leave(toast);
  };
  box?.querySelectorAll("[data-toast]").forEach(leave);
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());

  /* True while somebody chooses Chinese characters: Enter and letters belong to the input method then. */
  ck.composing = (event) => event.isComposing || event.keyCode === 229;
  ck.typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

  document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = ck.csrf(); });
  document.addEventListener("htmx:beforeRequest", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ck.signedOut || !isDoor(event.detail.xhr.responseURL)) return;
    event.detail.shouldSwap = false;
    ck.signedOut();
  });
  document.addEventListener("htmx:sendError", () => ck.offline(true));
  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    let message = "";
    try { message = JSON.parse(responseText).message || ""; } catch { /* an HTML page */ }
    ck.toast(message || ck.say("failed", { status }), "bad");
  });
})();
