/* A combobox that asks GET address?q= for rows [{id, text, hint}] (or {results: […]}).
   <div data-remote="address" [data-submit] [data-within="name" data-of="id"]><input type=hidden><input role=combobox></div>
   data-within names the field of the form that the rows belong to: they are narrowed by it, and a choice that belongs
   elsewhere (data-of) is cleared when it changes. */
(() => {
  const ck = window.ck;
  let serial = 0;

  const setUp = (box) => {
    if (box.dataset.ready) return;
    box.dataset.ready = "1";
    const hidden = box.querySelector("input[type=hidden]");
    const input = box.querySelector("[role=combobox]");
    const list = document.createElement("ul");
    list.className = "rsel";
    list.id = `rsel-${++serial}`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label") || document.querySelector(`label[for="${input.id}"]`)?.textContent || "");
    input.setAttribute("aria-controls", list.id);
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "tool rsel-x";
    clear.setAttribute("aria-label", ck.words.clear);
    clear.innerHTML = '<i class="ti ti-x" aria-hidden="true"></i>';
    box.append(clear, list);

    /* Between typing and the answer the rows are old: Enter then waits for the new ones and takes the first. */
    let rows = [], spot = -1, timer = 0, running = null, chosen = input.value, old = false, eager = false;
    const mark = (index) => {
      spot = rows.length ? (index + rows.length) % rows.length : -1;
      [...list.children].forEach((row, number) => { row.classList.toggle("on", number === spot); row.setAttribute("aria-selected", String(number === spot)); });
      if (spot >= 0) { input.setAttribute("aria-activedescendant", list.children[spot].id); list.children[spot].scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
    };
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const within = box.dataset.within;
    /* By name: form.elements would also find the visible input, whose id is the same word. */
    const outer = () => (within ? hidden.form?.querySelector(`input[name="${within}"]`) : null);
    const showClear = () => { clear.hidden = !hidden.value || input.disabled; };
    const set = (id, text) => {
      hidden.value = id;
      input.value = chosen = text;
      if (within) box.dataset.of = rows.find((row) => String(row.id) === String(id))?.[within] ?? "";
      showClear();
      close();
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
      hidden.dispatchEvent(new CustomEvent("ck:chosen", { bubbles: true, detail: rows.find((row) => String(row.id) === String(id)) || null }));
      if (box.dataset.submit !== undefined) box.closest("form").requestSubmit();
    };
    const draw = (text) => {
      list.replaceChildren(...(rows.length ? rows.map((row, number) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${number}`;
        item.setAttribute("role", "option");
        item.append(Object.assign(document.createElement("span"), { className: "clip", textContent: row.text }));
        if (row.hint) item.append(Object.assign(document.createElement("span"), { className: "sub", textContent: row.hint }));
        item.addEventListener("mousedown", (event) => { event.preventDefault(); set(row.id, row.text); });
        return item;
      }) : [Object.assign(document.createElement("li"), { className: "sub", textContent: text })]));
      list.hidden = false;
      list.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-expanded", "true");
      mark(rows.length ? 0 : -1);
    };
    const ask = async (words) => {
      running?.abort();
      running = new AbortController();
      const glue = box.dataset.remote.includes("?") ? "&" : "?";
      const whole = outer();
      const narrowed = whole?.value ? `${encodeURIComponent(whole.name)}=${encodeURIComponent(whole.value)}&` : "";
      const answer = await ck.ask(`${box.dataset.remote}${glue}${narrowed}q=${encodeURIComponent(words)}`, { signal: running.signal });
      if (answer.status === -1 || !box.contains(document.activeElement) || words !== input.value.trim()) return;
      rows = answer.ok ? (answer.data?.results || answer.data || []) : [];
      old = false;
      if (eager && rows.length) set(rows[0].id, rows[0].text); else draw(answer.ok ? ck.words.nothing : ck.sentence(answer));
      eager = false;
    };
    const later = (wait) => { clearTimeout(timer); timer = setTimeout(() => ask(input.value.trim()), wait); };

    input.addEventListener("input", (event) => { old = true; eager = false; if (!event.isComposing) later(160); });
    input.addEventListener("compositionend", () => later(40));
    input.addEventListener("focus", () => { input.select(); });
    input.addEventListener("click", () => { if (list.hidden) later(0); });
    input.addEventListener("keydown", (event) => {
      if (ck.composing(event)) return;
      if (event.key === "ArrowDown") { event.preventDefault(); if (list.hidden) later(0); else mark(spot + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(spot - 1); }
      if (event.key === "Enter" && !event.ctrlKey && (old || (!list.hidden && spot >= 0))) { event.preventDefault(); if (old) eager = true; else set(rows[spot].id, rows[spot].text); }
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); input.value = chosen; close(); }
      if (event.key === "Tab" && !old && !list.hidden && spot >= 0 && input.value.trim() && input.value !== chosen) set(rows[spot].id, rows[spot].text);
    });
    /* What was typed but not chosen is not a choice, unless data-free says that any text will do. */
    const typed = () => { if (input.value !== chosen) { hidden.value = ""; chosen = input.value; showClear(); } };
    input.addEventListener("blur", () => setTimeout(() => { clearTimeout(timer); running?.abort(); if (box.dataset.free !== undefined) typed(); else if (!input.value.trim() && hidden.value) set("", ""); else input.value = chosen; close(); }));
    clear.addEventListener("click", () => { set("", ""); input.focus(); });
    if (within) hidden.form?.addEventListener("change", (event) => { if (event.target.name === within && hidden.value && event.target.value !== box.dataset.of) set("", ""); });
    showClear();
  };

  const all = (root) => root.querySelectorAll("[data-remote]").forEach(setUp);
  all(document);
  document.addEventListener("ck:loaded", (event) => all(event.detail));
  document.addEventListener("htmx:load", (event) => all(event.detail.elt.parentElement || document));
})();
