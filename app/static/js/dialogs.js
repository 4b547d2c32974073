/* Menus, dialogs, confirmations. data-open="id" opens a dialog, data-dialog="address" loads one,
   data-confirm="sentence" asks before a form is sent, data-close closes. */
(() => {
  const ck = window.ck;
  const shared = document.getElementById("dialog");
  const confirmBox = document.getElementById("confirm");

  ck.open = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };

  /* Load a form or a page part into the shared dialog. */
  ck.load = async (url) => {
    const answer = await ck.ask(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) { ck.toast(ck.sentence(answer), "bad"); return; }
    fill(answer.text);
    ck.open(shared);
    shared.querySelector("[autofocus], input:not([type=hidden]), select, textarea, button:not([data-close])")?.focus();
  };
  const fill = (html) => {
    shared.innerHTML = html;
    if (!shared.querySelector("#dialog-title")) shared.querySelector("h2, h1")?.setAttribute("id", "dialog-title");
    window.htmx?.process(shared);
    document.dispatchEvent(new CustomEvent("ck:loaded", { detail: shared }));
  };

  /* A form inside the shared dialog is sent in the background: a refusal comes back into the dialog. */
  shared?.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.dataset.native !== undefined || event.defaultPrevented) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    const button = event.submitter;
    if (button) button.disabled = true;
    const url = button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const answer = await ck.ask(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (button) button.disabled = false;
    // A card was put down: its board is shown again, not the record.
    if (ck.settle) shared.dataset.stays = "";
    ck.settle?.(answer.ok);
    if (answer.ok) {
      ck.saved(form);
      const target = "stays" in shared.dataset ? "" : answer.response.headers.get("HX-Redirect") || answer.data?.url || (answer.response.redirected ? answer.response.url : "");
      if (target && target !== location.href) location.assign(target); else location.reload();
      return;
    }
    if (answer.text && /<form/i.test(answer.text) && !/<html/i.test(answer.text)) { fill(answer.text); return; }
    problem(form, ck.sentence(answer));
  });
  ck.show = (html) => { fill(html); ck.open(shared); shared.querySelector("input:not([type=hidden]), select, textarea")?.focus(); };
  const problem = (form, text) => {
    let line = form.querySelector("[data-problem]");
    if (!line) {
      line = document.createElement("p");
      line.className = "alert-l";
      line.dataset.problem = "";
      line.setAttribute("role", "alert");
      (form.querySelector(".dlg-b") || form).prepend(line);
    }
    line.textContent = text;
  };
  shared?.addEventListener("close", () => { shared.replaceChildren(); delete shared.dataset.stays; ck.settle?.(false); ck.settle = null; });

  /* Resolves to true when the person agrees. */
  ck.confirm = (text) => new Promise((resolve) => {
    confirmBox.querySelector("[data-text]").textContent = text;
    const yes = confirmBox.querySelector("[data-yes]");
    const agree = () => { resolve(true); confirmBox.close(); };
    yes.addEventListener("click", agree, { once: true });
    confirmBox.addEventListener("close", () => { yes.removeEventListener("click", agree); resolve(false); }, { once: true });
    ck.open(confirmBox);
  });

  document.addEventListener("submit", (event) => {
    const asker = event.submitter?.dataset.confirm ? event.submitter : event.target;
    const text = asker.dataset.confirm;
    // A form that is sent after the session was looked at has been agreed to before.
    if (!text || asker.dataset.agreed || event.target.dataset.ready !== undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { submitter, target } = event;
    ck.confirm(text).then((agreed) => {
      if (!agreed) return;
      asker.dataset.agreed = "1";
      target.requestSubmit(submitter || undefined);
      delete asker.dataset.agreed;
    });
  }, true);

  /* What opened a dialog has the focus again afterwards; the menu it stands in, once that has been closed. */
  let origin = null;
  document.addEventListener("click", (event) => { if (!event.target.closest("dialog")) origin = event.target.closest("[data-open], [data-dialog], [data-bulk-dialog]"); }, true);
  document.addEventListener("close", () => setTimeout(() => {
    if (document.activeElement !== document.body || document.querySelector("dialog[open]")) return;
    (origin?.checkVisibility?.() ? origin : origin?.closest("details")?.querySelector("summary"))?.focus();
  }), true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); closeMenus(); ck.open(document.getElementById(opener.dataset.open)); return; }
    const loader = event.target.closest("[data-dialog]");
    if (loader && !event.ctrlKey && !event.metaKey) { event.preventDefault(); closeMenus(); ck.load(loader.dataset.dialog); return; }
    if (event.target.closest("[data-close]")) { event.target.closest("dialog")?.close(); return; }
    if (event.target instanceof HTMLDialogElement && event.target.id !== "confirm") {
      const edge = event.target.getBoundingClientRect();
      const outside = event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
      if (outside && event.target.id === "palette") event.target.close();
    }
    closeMenus(event.target.closest("details.drop"));
  });
  const closeMenus = (except) => document.querySelectorAll("details.drop[open]").forEach((menu) => { if (menu !== except && !menu.contains(except)) menu.open = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.drop[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); event.preventDefault(); }
  });
  /* A menu near the edge opens to the other side. */
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.classList.contains("drop") || !menu.open) return;
    const pop = menu.querySelector(".pop");
    pop.classList.remove("pop-shift");
    const edge = pop.getBoundingClientRect();
    if (edge.right > innerWidth - 8) pop.classList.remove("pop-l");
    if (pop.getBoundingClientRect().left < 8) pop.classList.add("pop-shift");
  }, true);
})();
