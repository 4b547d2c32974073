/* Lists: selection and bulk bar, preview panel, columns, row height, more filters, keys j k x Enter. */
(() => {
  const ck = window.ck;
  const setUp = (list) => {
    if (list.dataset.ready) return;
    list.dataset.ready = "1";
    const name = list.dataset.list;
    const table = list.querySelector("table");
    if (!table) return;
    const rows = () => [...table.tBodies[0].rows];
    const bulk = list.querySelector("[data-bulk]");
    const panel = list.parentElement.querySelector("[data-preview-panel]");

    /* --- selection --- */
    const boxes = () => [...table.querySelectorAll('tbody input[name="rowid"]')];
    const master = table.querySelector("[data-check-all]");
    const count = () => {
      const picked = boxes().filter((box) => box.checked);
      boxes().forEach((box) => box.closest("tr").classList.toggle("sel", box.checked));
      if (!bulk) return;
      bulk.hidden = !picked.length;
      bulk.querySelector("[data-selected]").textContent = ck.say("chosen", { count: picked.length });
      if (master) { master.checked = picked.length > 0 && picked.length === boxes().length; master.indeterminate = picked.length > 0 && !master.checked; }
      const every = bulk.querySelector("[data-select-all]");
      if (every) { every.hidden = picked.length !== boxes().length; every.setAttribute("aria-pressed", "false"); }
    };
    let last = null;
    table.addEventListener("click", (event) => {
      // Beside the box is meant for the box, above all under a thumb.
      if (event.target.matches("td.pick")) { event.target.querySelector("[name=rowid]")?.click(); return; }
      if (event.target.name !== "rowid") return;
      if (event.shiftKey && last) {
        const every = boxes();
        const [from, to] = [every.indexOf(last), every.indexOf(event.target)].sort((a, b) => a - b);
        every.slice(from, to + 1).forEach((box) => { box.checked = event.target.checked; });
      }
      last = event.target;
      count();
    });
    master?.addEventListener("change", () => { boxes().forEach((box) => { box.checked = master.checked; }); count(); });
    bulk?.addEventListener("click", (event) => {
      if (event.target.closest("[data-unselect]")) { boxes().forEach((box) => { box.checked = false; }); count(); }
      const out = event.target.closest("[data-bulk-export]");
      if (out) {
        const all = bulk.querySelector('[data-select-all][aria-pressed="true"]');
        const query = new URLSearchParams(all ? all.dataset.query : boxes().filter((box) => box.checked).map((box) => ["rowid", box.value]));
        location.assign(`${out.dataset.bulkExport}?${query}`);
      }
      const every = event.target.closest("[data-select-all]");
      if (every) {
        every.hidden = true;
        every.setAttribute("aria-pressed", "true");
        bulk.querySelector("[data-selected]").textContent = ck.say("chosen", { count: every.dataset.total });
      }
    });
    bulk?.addEventListener("submit", (event) => {
      /* All that match: the request carries the list's own query instead of rows, and a dialog says how many they are. */
      const every = bulk.querySelector('[data-select-all][aria-pressed="true"]');
      const url = event.submitter?.dataset.bulkDialog || (every && event.submitter?.getAttribute("formaction"));
      if (!url) return;
      event.preventDefault();
      const query = new URLSearchParams(every ? every.dataset.query : new FormData(bulk));
      query.delete("csrf_token");
      if (every) query.set("_back", bulk.elements._back.value);
      ck.load(`${url}?${query}`);
    });
    count();

    /* --- preview and rows --- */
    const close = () => { if (panel) { panel.hidden = true; panel.replaceChildren(); } rows().forEach((row) => { row.classList.remove("open"); row.removeAttribute("aria-current"); }); };
    const open = async (row) => {
      if (!row) return;
      rows().forEach((other) => { other.classList.toggle("open", other === row); if (other === row) other.setAttribute("aria-current", "true"); else other.removeAttribute("aria-current"); });
      row.scrollIntoView({ block: "nearest" });
      if (!panel || !row.dataset.preview) return;
      const answer = await ck.ask(row.dataset.preview, { headers: { "HX-Request": "true" } });
      if (!row.classList.contains("open")) return;
      if (!answer.ok) { ck.toast(ck.sentence(answer), "bad"); return; }
      panel.innerHTML = answer.text;
      panel.hidden = false;
      const page = panel.querySelector("[data-preview-open]");
      // The row's own address says also which list it stands in.
      if (page && row.dataset.href?.startsWith(page.getAttribute("href"))) page.href = row.dataset.href;
      window.htmx?.process(panel);
      document.dispatchEvent(new CustomEvent("ck:loaded", { detail: panel }));
    };
    const step = (by) => { const every = rows(); const at = every.findIndex((row) => row.classList.contains("open")); open(every[Math.min(Math.max(at + by, 0), every.length - 1)]); };
    table.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || event.target.closest("a, button, input, label, select, details, .pick") || getSelection().toString()) return;
      if (row.dataset.preview && panel) { if (row.classList.contains("open")) close(); else open(row); } else if (row.dataset.href) location.assign(row.dataset.href);
    });
    panel?.addEventListener("click", (event) => {
      if (event.target.closest("[data-preview-close]")) close();
      if (event.target.closest("[data-preview-next]")) step(1);
      if (event.target.closest("[data-preview-previous]")) step(-1);
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || ck.composing(event) || ck.typing(event.target) || document.querySelector("dialog[open]") || !list.checkVisibility?.()) return;
      const current = table.querySelector("tr.open");
      if (event.key === "j") step(current ? 1 : 1);
      else if (event.key === "k") step(-1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && current && !event.target.closest("a, button, summary")) location.assign(current.dataset.href);
      else if (event.key === "x" && current) current.querySelector('input[name="rowid"]')?.click();
    });

    /* --- columns --- */
    const chooser = document.querySelector(`[data-columns="${name}"]`);
    const head = () => [...table.tHead.rows[0].querySelectorAll("[data-col]")];
    const cells = (row, column) => row.querySelector(`[data-col="${CSS.escape(column)}"]`);
    /* What is on the page moves at once; the rest comes with the page when the chooser is closed. */
    const apply = (order) => {
      head().forEach((cell) => { if (!order.includes(cell.dataset.col)) for (const row of table.rows) { const gone = cells(row, cell.dataset.col); if (gone) gone.hidden = true; } });
      for (const row of table.rows) {
        const tail = row.querySelector(".do-c");
        order.forEach((column) => { const cell = cells(row, column); if (cell) { cell.hidden = false; if (tail) row.insertBefore(cell, tail); else row.append(cell); } });
      }
    };
    let stale = "";
    let saving = Promise.resolve();
    const save = () => {
      const order = [...chooser.querySelectorAll("[data-column]")].filter((item) => item.querySelector("input").checked).map((item) => item.dataset.column);
      apply(order);
      if (chooser.dataset.view) {
        const url = new URL(location.href);
        url.searchParams.set("cols", order.join(","));
        stale = url.href;
        return;
      }
      if (order.some((column) => !head().some((cell) => cell.dataset.col === column))) stale = location.href;
      keep({ columns: order });
    };
    const keep = (choice) => {
      saving = saving.then(() => ck.ask(chooser.dataset.url, { method: "POST", json: choice })).then((answer) => { if (!answer.ok) ck.toast(ck.sentence(answer), "bad"); });
      return saving;
    };
    chooser?.addEventListener("change", save);
    chooser?.closest("details").addEventListener("toggle", (event) => { if (!event.target.open && stale) { const url = stale; stale = ""; saving.then(() => { if (url === location.href) location.reload(); else location.assign(url); }); } });
    chooser?.querySelector("[data-columns-reset]")?.addEventListener("click", () => {
      const url = new URL(location.href);
      url.searchParams.delete("cols");
      if (chooser.dataset.view) { location.assign(url.href); return; }
      keep({ columns: null }).then(() => location.reload());
    });
    chooser?.querySelectorAll("[data-column]").forEach((item) => {
      item.tabIndex = -1;
      item.addEventListener("keydown", (event) => {
        if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
        event.preventDefault();
        const other = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling;
        if (other) { if (event.key === "ArrowUp") other.before(item); else other.after(item); item.querySelector("input").focus(); save(); }
      });
    });
    if (chooser && window.Sortable) window.Sortable.create(chooser.querySelector("ul"), { handle: ".grip", animation: 120, onEnd: save });

    /* --- one cell, changed where it stands --- */
    const edit = async (button) => {
      list.querySelectorAll(".cell-f").forEach((open) => open.remove());
      const cell = button.closest("td");
      const answer = await ck.ask(button.dataset.inline, { headers: { "HX-Request": "true" } });
      if (!answer.ok) { ck.toast(ck.sentence(answer), "bad"); return; }
      cell.insertAdjacentHTML("beforeend", answer.text);
      const form = cell.querySelector(".cell-f");
      const before = new FormData(form);
      const first = form.querySelector("select, input:not([type=hidden]), textarea");
      const close = () => { form.remove(); button.focus(); };
      const problem = (text) => { const line = form.querySelector("[data-cell-problem]"); line.textContent = text; line.hidden = false; };
      const send = async (body) => {
        const saved = await ck.ask(form.getAttribute("action"), { method: "POST", body });
        if (saved.ok) cell.querySelector("[data-cell]").innerHTML = saved.data.cell;
        return saved;
      };
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (form.dataset.busy) return;
        form.dataset.busy = "1";
        const saved = await send(new FormData(form));
        delete form.dataset.busy;
        if (!saved.ok) { problem(ck.sentence(saved)); first.focus(); return; }
        close();
        ck.toast(`${form.getAttribute("aria-label")} – ${ck.words.saved}`, "good", { undo: async () => {
          if (saved.data.version !== null) before.set("version", saved.data.version);
          return send(before);
        } });
      });
      form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
      form.querySelector("[data-cell-cancel]").addEventListener("click", close);
      first.addEventListener("change", () => { if (first.matches("select")) form.requestSubmit(); });
      document.dispatchEvent(new CustomEvent("ck:loaded", { detail: form }));
      first.focus();
    };
    table.addEventListener("click", (event) => {
      if (event.target.closest(".cell-f") || matchMedia("(max-width: 767px)").matches) return;
      const button = event.target.closest("[data-inline]") || event.target.closest("td.can-edit")?.querySelector("[data-inline]");
      if (!button || event.target.closest("a, input, label") || getSelection().toString()) return;
      event.stopImmediatePropagation();
      edit(button);
    }, true);

    /* --- row height and page size, remembered for the next visit --- */
    const density = document.querySelector("[data-density]");
    density?.addEventListener("click", (event) => {
      const pressed = event.target.closest("button");
      if (!pressed) return;
      table.classList.toggle("tbl-tight", pressed.dataset.value === "tight");
      density.querySelectorAll("button").forEach((button) => { button.classList.toggle("on", button === pressed); button.setAttribute("aria-pressed", String(button === pressed)); });
      ck.ask(density.dataset.density, { method: "POST", json: { density: pressed.dataset.value } });
    });
    list.addEventListener("click", async (event) => {
      const size = event.target.closest('[data-page-size]:not([data-url=""])');
      if (!size || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      await ck.ask(size.dataset.url, { method: "POST", json: { page_size: Number(size.dataset.pageSize) } });
      location.assign(size.href);
    });
  };

  /* --- more filters --- */
  document.querySelectorAll("[data-more-filters]").forEach((form) => {
    const rows = form.querySelector("[data-rows]");
    const template = form.querySelector("template[data-row]");
    const add = (column, number, value, words) => {
      const row = template.content.firstElementChild.cloneNode(true);
      const pick = row.querySelector("[data-cond-column]");
      if (column) pick.value = column;
      const fill = (op, given) => {
        const rest = row.querySelector("[data-cond-rest]");
        rest.replaceChildren(form.querySelector(`template[data-cond="${CSS.escape(pick.value)}"]`).content.cloneNode(true));
        const operator = rest.querySelector("[data-cond-op]");
        const place = rest.querySelector("[data-cond-value]");
        const plain = place.innerHTML;
        if (op !== undefined) operator.value = op;
        /* One hidden input carries the value; what is seen writes it: one input, two, a list of choices … */
        const sent = Object.assign(document.createElement("input"), { type: "hidden", className: "cond-sent" });
        row.querySelector(".cond-sent")?.remove();
        row.append(sent);
        const draw = (value) => {
          const kind = operator.selectedOptions[0]?.dataset.input || "value";
          const own = form.querySelector(`template[data-cond-input="${kind}"]`);
          place.dataset.kind = kind;
          if (own) place.replaceChildren(own.content.cloneNode(true)); else place.innerHTML = plain;
          const seen = () => [...place.querySelectorAll("input:not([role=combobox]), select")].filter((input) => input.type !== "button");
          if (kind === "between") { place.insertAdjacentHTML("beforeend", "<span class=\"sub\">–</span>"); place.insertAdjacentHTML("beforeend", plain); }
          if (kind === "many") {
            const options = [...place.querySelectorAll("option")].filter((option) => option.value);
            const box = Object.assign(document.createElement("span"), { className: "cond-many" });
            for (const option of options) {
              const label = Object.assign(document.createElement("label"), { className: "row-flex" });
              label.append(Object.assign(document.createElement("input"), { type: "checkbox", value: option.value, className: "form-check-input" }), option.textContent);
              box.append(label);
            }
            place.replaceChildren(box);
          }
          const write = () => {
            const inputs = seen();
            sent.name = `_flt_${operator.value}_${pick.value}`;
            if (kind === "many") sent.value = inputs.filter((input) => input.checked).map((input) => input.value).join(",");
            else if (kind === "between") sent.value = inputs.some((input) => input.value) ? inputs.map((input) => input.value).join("..") : "";
            else sent.value = inputs[0]?.value ?? "";
          };
          if (value !== undefined) {
            const inputs = seen();
            if (kind === "many") inputs.forEach((input) => { input.checked = value.split(",").includes(input.value); });
            else if (kind === "between") value.split("..").forEach((part, at) => { if (inputs[at]) inputs[at].value = part; });
            else if (inputs[0]) inputs[0].value = value;
            const box = place.querySelector("[role=combobox]");
            if (box && value) box.value = words || value;
          }
          place.oninput = write;
          place.onchange = write;
          row.write = write;
          write();
          document.dispatchEvent(new CustomEvent("ck:loaded", { detail: rest }));
        };
        operator.addEventListener("change", () => draw());
        draw(given);
      };
      pick.addEventListener("change", () => fill());
      row.querySelector("[data-remove-row]").addEventListener("click", () => row.remove());
      rows.append(row);
      fill(number, value);
      return row;
    };
    const active = JSON.parse(form.querySelector("[data-active]").textContent);
    active.forEach((row) => add(...row));
    if (!active.length) add();
    form.querySelector("[data-add-row]").addEventListener("click", () => add().querySelector("select").focus());
    /* Conditions without a value are not conditions. */
    form.addEventListener("submit", () => { for (const row of rows.children) { row.write?.(); const sent = row.querySelector(".cond-sent"); if (sent && !sent.value) sent.disabled = true; } });
  });

  /* --- several values of a quick filter: boxes are ticked first and applied together --- */
  document.querySelectorAll("[data-many]").forEach((menu) => {
    const apply = menu.querySelector(".pick-do");
    menu.addEventListener("change", () => { apply.hidden = false; });
    menu.querySelector("[data-apply]").addEventListener("click", () => {
      const values = [...menu.querySelectorAll("input:checked")].map((input) => input.value);
      const url = new URL(menu.dataset.base, location.href);
      if (values.length === 1) url.searchParams.set(menu.dataset.one, values[0]);
      else if (values.length) url.searchParams.set(menu.dataset.many, values.join(","));
      leaving();
      location.assign(url.href);
    });
  });

  /* --- while another page of the list is on its way, the rows are grey bars --- */
  const leaving = () => document.querySelector(".listing [data-list], [data-list]")?.classList.add("is-loading");
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".filters a[href], .chips a[href], .views-row .views a, th[data-col] a, .pages a");
    if (link && !event.defaultPrevented && !link.dataset.dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) leaving();
  });
  document.querySelectorAll(".filters form[method=get], [data-more-filters]").forEach((form) => form.addEventListener("submit", leaving));
  addEventListener("pageshow", () => document.querySelectorAll(".is-loading").forEach((list) => list.classList.remove("is-loading")));

  /* On a phone the filters are above the rows, and their button is always at hand: whoever is further down is led there. */
  document.addEventListener("click", (event) => {
    const filters = event.target.closest("[data-filters-toggle]") && document.querySelector("[data-filters]");
    if (filters?.classList.toggle("filters-open")) filters.scrollIntoView({ block: "nearest" });
  });

  /* The exact number behind "1,000+" comes after the page. */
  document.querySelectorAll('span[data-count]:not([data-count=""])').forEach(async (place) => {
    const answer = await ck.ask(place.dataset.count + location.search);
    if (!answer.ok || answer.data?.count === undefined) return;
    const exact = Number(answer.data.count).toLocaleString("en-US");
    [place, ...document.querySelectorAll("[data-counted]")].forEach((told) => {
      told.textContent = told.textContent.replace(/[\d,]+\+/, exact);
      if (told.dataset.total) told.dataset.total = exact;
    });
  });

  const tab = document.querySelector(".views-row .on");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft + tab.offsetWidth / 2 - tab.parentElement.clientWidth / 2;

  const all = (root) => root.querySelectorAll("[data-list]").forEach(setUp);
  all(document);
  document.addEventListener("ck:loaded", (event) => all(event.detail));
})();
