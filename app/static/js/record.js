/* Record pages: tabs that load when they are opened, masked values, copying. */
(() => {
  const ck = window.ck;

  document.querySelectorAll("[data-tabs]").forEach((bar) => {
    const tabs = [...bar.querySelectorAll("[role=tab]")];
    const show = async (tab, focus = false) => {
      tabs.forEach((other) => {
        const on = other === tab;
        other.classList.toggle("on", on);
        other.setAttribute("aria-selected", String(on));
        other.tabIndex = on ? 0 : -1;
        document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
      });
      if (focus) tab.focus();
      const name = tab.id.replace(/^tab-/, "");
      history.replaceState(null, "", name === "home" ? location.pathname + location.search : `#${name}`);
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      if (!panel.dataset.load || panel.dataset.loaded) return;
      panel.dataset.loaded = "1";
      await load(panel, panel.dataset.load);
    };
    bar.addEventListener("click", (event) => { const tab = event.target.closest("[role=tab]"); if (tab) show(tab); });
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = { Home: tabs[0], End: tabs.at(-1) }[event.key] || (by && tabs[(tabs.indexOf(document.activeElement) + by + tabs.length) % tabs.length]);
      if (to) { event.preventDefault(); show(to, true); }
    });
    const open = () => { const asked = tabs.find((tab) => tab.id === `tab-${location.hash.slice(1)}`); if (asked) show(asked); };
    addEventListener("hashchange", open);
    open();
  });

  /* Hoisted: a tab named in the address is opened at once. */
  async function load(panel, url) {
    const answer = await ck.ask(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      panel.dataset.loaded = "";
      panel.replaceChildren(Object.assign(document.createElement("p"), { className: "card blank", textContent: ck.sentence(answer) }));
      return;
    }
    panel.innerHTML = answer.text;
    window.htmx?.process(panel);
    document.dispatchEvent(new CustomEvent("ck:loaded", { detail: panel }));
  }
  /* Order and pages of a list inside a tab stay inside the tab. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-load] th a, [data-load] .pages a, [data-load] .foot .menu a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const panel = link.closest("[data-load]");
    const base = new URL(panel.dataset.load, location.href);
    new URL(link.href).searchParams.forEach((value, name) => base.searchParams.set(name, value));
    load(panel, base);
  });

  /* A value that was shown can be copied, a number called and an address written to. */
  const reveal = (place, value) => {
    const { scheme, label } = place.dataset;
    const text = scheme ? Object.assign(document.createElement("a"), { href: `${scheme}:${scheme === "tel" ? value.replace(/[^+\d]/g, "") : value}`, textContent: value }) : value;
    place.replaceChildren(text);
    if (!label) return;
    const copy = Object.assign(document.createElement("button"), { type: "button", className: "tool copy no-print", innerHTML: '<i class="ti ti-copy" aria-hidden="true"></i>' });
    copy.dataset.copy = value;
    copy.setAttribute("aria-label", label);
    place.append(copy);
  };
  document.addEventListener("click", async (event) => {
    const show = event.target.closest("[data-show]");
    if (show) {
      show.disabled = true;
      const answer = await ck.ask(show.dataset.show, { method: "POST" });
      if (answer.ok) reveal(show.closest("[data-masked]"), answer.data?.value ?? answer.text);
      else { show.disabled = false; ck.toast(ck.sentence(answer), "bad"); }
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) { await navigator.clipboard?.writeText(copy.dataset.copy); ck.toast(ck.words.copied, "good"); }
    const print = event.target.closest("[data-print]");
    if (print) window.print();
  });

  /* Parts of a page take the place of those with their names; the page stays where it is. */
  const put = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    [...box.content.children].forEach((part) => {
      const old = part.id ? document.getElementById(part.id) : document.querySelector(".hero .kpis");
      if (!old) return;
      old.replaceWith(part);
      window.htmx?.process(part);
    });
  };
  const renew = async () => {
    for (const part of document.querySelectorAll("[data-part]")) {
      const answer = await ck.ask(part.dataset.part);
      if (answer.ok) put(answer.text);
    }
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-composer], [data-finish]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("[type=submit]");
    button.disabled = true;
    const answer = await ck.ask(form.action, { method: "POST", body: new FormData(form) });
    delete form.dataset.sent;
    button.disabled = false;
    if (!answer.ok) { ck.toast(ck.sentence(answer), "bad"); return; }
    if (form.matches("[data-composer]")) {
      const here = form.contains(document.activeElement) || document.activeElement === document.body;
      put(answer.text);
      if (here) document.querySelector("[data-composer] textarea")?.focus({ preventScroll: true });
      ck.toast(ck.words.recorded, "good");
      return;
    }
    document.querySelector(`[name=complete_plan][value="${form.dataset.plan}"]`)?.closest("label").remove();
    await renew();
    ck.toast(form.dataset.said, "good", { undo: async () => { const back = await ck.ask(form.dataset.finish, { method: "POST" }); await renew(); return back; } });
  }, true);

  /* How much there is in each tab, asked for after the page. */
  const counting = document.querySelector("[data-tab-counts]");
  if (counting) ck.ask(counting.dataset.tabCounts).then((answer) => Object.entries(answer.data || {}).forEach(([name, count]) => {
    if (count !== "0") document.getElementById(`tab-${name}`)?.append(Object.assign(document.createElement("span"), { className: "count", textContent: count }));
  }));
})();
