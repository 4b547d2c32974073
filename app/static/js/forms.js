/* Forms: no double sending, a warning before unsaved changes are lost, Ctrl+Enter, small helpers. */
(() => {
  const ck = window.ck;
  const changed = new Set();
  let leaving = false;

  document.addEventListener("input", (event) => { const form = event.target.closest("[data-form]"); if (form) changed.add(form); });
  document.addEventListener("change", (event) => { const form = event.target.closest("[data-form]"); if (form) changed.add(form); });
  addEventListener("beforeunload", (event) => {
    if (leaving || ![...changed].some((form) => form.isConnected)) return;
    event.preventDefault();
    event.returnValue = ck.words.unsaved;
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-leave]")) leaving = true; });
  /* What was sent in the background is saved: nobody is asked about it. */
  ck.saved = (form) => changed.delete(form);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.closest("#dialog")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (ck.ready && form.dataset.ready === undefined) {
      event.preventDefault();
      if (form.dataset.asking !== undefined) return;
      form.dataset.asking = "";
      ck.ready().then((yes) => {
        delete form.dataset.asking;
        if (!yes) return;
        form.dataset.ready = "";
        form.requestSubmit(event.submitter || undefined);
        delete form.dataset.ready;
      });
      return;
    }
    form.dataset.sent = "1";
    sessionStorage.setItem("sending", location.pathname);
    history.replaceState({ ...history.state, sent: true }, "");
    document.documentElement.classList.add("is-busy");
    changed.delete(form);
    leaving = leaving || form.dataset.form !== undefined;
    // After this event, so that the pressed button's own name and value are still sent.
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = true; }));
    form.setAttribute("aria-busy", "true");
  });
  /* Back in the browser brings the page as it was left: usable again. */
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    document.documentElement.classList.remove("is-busy");
    form.removeAttribute("aria-busy");
    form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = false; });
    leaving = false;
  }));

  /* What was sent is saved when the next page is neither the form with a refusal nor an error. */
  const saved = (path) => `saved:${path}`;
  const sending = sessionStorage.getItem("sending");
  sessionStorage.removeItem("sending");
  if (sending) {
    if (document.querySelector("[data-errors], .conflict, .oops")) sessionStorage.removeItem(saved(sending));
    else sessionStorage.setItem(saved(sending), "1");
  }
  /* Back after saving: a form page is passed by, and so is the page before it when it is the one somebody comes from.
     Elsewhere the fields are those of the page, not what the browser kept of them. */
  const passBy = (back) => {
    leaving = true;
    const { navigation } = window;
    const at = navigation?.currentEntry?.index;
    if (navigation?.activation?.from?.index < at) { history.forward(); return; }
    if (at === 0 || history.length === 1) { location.replace(back); return; }
    /* The form may stand there several times: it was refused before. */
    const page = (index) => navigation?.entries()[index]?.url.split("#")[0] || "";
    const form = (index) => page(index) && new URL(page(index)).pathname === location.pathname;
    let before = at - 1, after = at + 1;
    while (form(before)) before -= 1;
    while (form(after)) after += 1;
    if (before > 0 && page(before) === page(after)) before -= 1;
    if (navigation && before >= 0) history.go(before - at); else history.back();
  };
  addEventListener("pageshow", (event) => {
    const came = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (!came || !history.state?.sent || !sessionStorage.getItem(saved(location.pathname))) return;
    const back = document.querySelector("main form.form-c [name=_back]");
    if (back) passBy(back.value);
    else setTimeout(() => document.querySelectorAll("main form[data-form]").forEach((form) => { form.reset(); changed.delete(form); }));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form");
    const save = form?.querySelector("[data-save]") || form?.querySelector("button[type=submit]");
    if (save) { event.preventDefault(); form.requestSubmit(save); }
  });

  /* Two people edited one record: put the other one's value into a field, or one's own back. */
  const read = (inputs) => inputs.map((input) => (input.matches("[type=radio], [type=checkbox]") ? input.checked : input.value));
  const take = (choice, side) => {
    const form = choice.closest("form");
    const named = [...form.querySelectorAll(`[name="${CSS.escape(choice.dataset.take)}"]`)];
    const inputs = named.concat(named.map((input) => input.parentElement.querySelector("[role=combobox]")).filter((input) => input && !named.includes(input)));
    choice.mine ??= read(inputs);
    if (choice.dataset.chosen === side.dataset.side) return;
    choice.dataset.chosen = side.dataset.side;
    const theirs = JSON.parse(choice.dataset.theirsValue);
    inputs.forEach((input, at) => {
      const box = input.matches("[type=radio], [type=checkbox]");
      if (side.dataset.side === "mine") { if (box) input.checked = choice.mine[at]; else input.value = choice.mine[at]; }
      else if (box) input.checked = Array.isArray(theirs) ? theirs.includes(input.value) : input.value === theirs || (input.type === "checkbox" && theirs === "True");
      else input.value = input.matches("[role=combobox]:not([name])") ? choice.dataset.theirsText : Array.isArray(theirs) ? theirs.join(", ") : theirs;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    choice.querySelectorAll("[data-side]").forEach((one) => { one.classList.toggle("on", one === side); one.setAttribute("aria-pressed", String(one === side)); });
  };

  document.querySelector("[data-errors]")?.focus();
  /* An address may name the field that is to be changed, in a part that is folded too. */
  const named = location.hash.length > 1 && document.querySelector(`main form [data-field="${CSS.escape(location.hash.slice(1))}"]`);
  if (named) {
    named.closest("details")?.setAttribute("open", "");
    named.scrollIntoView({ block: "center" });
    named.querySelector("input:not([type=hidden]), select, textarea, [role=combobox]")?.focus();
  }
  document.addEventListener("click", (event) => {
    const target = event.target;
    const jump = target.closest("[data-errors] a");
    if (jump) {
      const field = document.getElementById(jump.hash.slice(1));
      if (field) { event.preventDefault(); field.closest("details")?.setAttribute("open", ""); (field.matches("input, select, textarea") ? field : field.querySelector("input, button, select") || field).focus(); }
    }
    const side = target.closest("[data-take] [data-side]");
    if (side) take(side.closest("[data-take]"), side);
    const reveal = target.closest("[data-reveal]");
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal);
      const show = field.type === "password";
      field.type = show ? "text" : "password";
      reveal.setAttribute("aria-label", show ? ck.words.revealed : ck.words.reveal);
      reveal.firstElementChild.className = `ti ${show ? "ti-eye-off" : "ti-eye"}`;
    }
    const day = target.closest("[data-set-day]");
    if (day) { const field = day.closest("form").querySelector("input[type=date], [data-day]"); field.value = day.dataset.setDay; field.dispatchEvent(new Event("change", { bubbles: true })); }
    const demo = target.closest("[data-demo]");
    if (demo) {
      const form = demo.closest("form");
      form.elements.username.value = demo.dataset.demo;
      form.elements.password.value = demo.dataset.password;
      form.querySelectorAll("[data-demo]").forEach((other) => other.classList.toggle("on", other === demo));
      form.querySelector("[type=submit]").focus();
    }
  });

  /* The browser's own words beside a file input are in the browser's language. */
  document.addEventListener("change", (event) => {
    const place = event.target.type === "file" && document.querySelector(`[data-file-of="${CSS.escape(event.target.id)}"]`);
    if (place) place.textContent = event.target.files[0]?.name || place.dataset.none || "";
  });
})();
