/* Boards: cards are moved by mouse, touch or keyboard; the server decides, a refused card goes back.
   <div data-board data-move="address with {id} and {to}"> <section data-column="name" data-label="…"> <div data-cards> <article data-card="id" tabindex="0">
   A column may carry data-form="address with {id}": its dialog asks for the required fields before the card stays.
   The address answers 200 (JSON may hold message, undo), or 409/422 with {message}. */
(() => {
  const ck = window.ck;

  document.querySelectorAll("[data-board]").forEach((board) => {
    const columns = () => [...board.querySelectorAll("[data-column]")];
    const columnOf = (card) => card.closest("[data-column]");
    const cardsOf = (column) => column.querySelector("[data-cards]");
    let from = null, before = null, lifted = null;

    const remember = (card) => { from = columnOf(card); before = card.nextElementSibling; };
    const back = (card, home, place) => { cardsOf(home).insertBefore(card, place?.parentElement === cardsOf(home) ? place : null); tally(); };
    const tally = () => columns().forEach((column) => { const count = column.querySelector("[data-card-count]"); if (count && column.dataset.total === undefined) count.textContent = cardsOf(column).querySelectorAll("[data-card]").length; });

    const send = async (card, home, place) => {
      const column = columnOf(card);
      if (column === home) return;
      tally();
      const address = (text) => text.replace("{id}", encodeURIComponent(card.dataset.card)).replace("{to}", encodeURIComponent(column.dataset.column)).replace("{move}", encodeURIComponent(column.dataset.moveName || ""));
      if (column.dataset.form) {
        ck.settle = (done) => { if (!done) back(card, home, place); ck.settle = null; };
        const form = await ck.ask(address(column.dataset.form), { headers: { "HX-Request": "true" } });
        if (form.ok && form.text) { ck.show(form.text); return; }
        if (!form.ok) { ck.settle = null; back(card, home, place); ck.toast(ck.sentence(form), "bad"); return; }
        ck.settle = null;
      }
      card.setAttribute("aria-busy", "true");
      const answer = await ck.ask(address(board.dataset.move), { method: "POST", json: { to: column.dataset.column, version: card.dataset.version }, headers: { "HX-Request": "true" } });
      card.removeAttribute("aria-busy");
      if (answer.ok && answer.text && /<form/i.test(answer.text)) {
        ck.settle = (done) => { if (!done) back(card, home, place); ck.settle = null; };
        ck.show(answer.text);
        return;
      }
      if (!answer.ok) { back(card, home, place); ck.toast(ck.sentence(answer), "bad"); return; }
      if (answer.data?.version) card.dataset.version = answer.data.version;
      if (answer.data?.message) ck.toast(answer.data.message, "good", { undo: answer.data.undo });
      const fresh = board.dataset.summary;
      if (fresh) { const page = await ck.ask(fresh); if (page.ok) refresh(page.text, card); }
    };
    /* Sums in the heads come from the server, never from adding up what the page happens to show. */
    const refresh = (html, card) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      page.querySelectorAll("[data-fresh]").forEach((part) => { const place = document.querySelector(`[data-fresh="${CSS.escape(part.dataset.fresh)}"]`); if (place) place.replaceWith(part); });
      /* What the card itself says may have changed too, unless somebody has taken it up again. */
      const newer = page.querySelector(`[data-card="${CSS.escape(card.dataset.card)}"]`);
      if (!newer || card === lifted || board.classList.contains("dragging")) return;
      const focused = card === document.activeElement;
      card.replaceWith(newer);
      if (focused) newer.focus();
    };

    if (window.Sortable) columns().forEach((column) => {
      window.Sortable.create(cardsOf(column), {
        group: board.dataset.group || "board", draggable: "[data-card]", filter: "a, button, select", preventOnFilter: false,
        animation: 120, delay: 150, delayOnTouchOnly: true, ghostClass: "deal-lift", sort: false,
        onStart: (event) => { remember(event.item); board.classList.add("dragging"); },
        onEnd: (event) => { board.classList.remove("dragging"); if (from) send(event.item, from, before); },
      });
    });

    /* Keyboard: Enter or Space lifts a card, arrows carry it, Enter puts it down, Escape gives up. */
    const voice = document.createElement("p");
    voice.className = "visually-hidden";
    voice.setAttribute("aria-live", "assertive");
    board.after(voice);
    const put = (keep) => {
      const card = lifted;
      lifted = null;
      card.classList.remove("deal-lift");
      card.removeAttribute("aria-grabbed");
      if (keep) send(card, from, before); else back(card, from, before);
      card.focus();
    };
    board.addEventListener("keydown", (event) => {
      const card = event.target.closest("[data-card]");
      if (!card || event.target !== card) return;
      if (!lifted && event.key === " ") {
        event.preventDefault();
        lifted = card;
        remember(card);
        card.classList.add("deal-lift");
        card.setAttribute("aria-grabbed", "true");
        voice.textContent = columnOf(card).dataset.label || "";
      } else if (lifted === card && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
        event.preventDefault();
        const all = columns();
        const next = all[all.indexOf(columnOf(card)) + (event.key === "ArrowRight" ? 1 : -1)];
        if (next) { cardsOf(next).prepend(card); card.focus(); voice.textContent = next.dataset.label || ""; }
      } else if (lifted === card && (event.key === " " || event.key === "Enter")) { event.preventDefault(); put(true); } else if (lifted === card && event.key === "Escape") { event.preventDefault(); put(false); } else if (!lifted && event.key === "Enter") card.querySelector("a")?.click();
    });
    board.addEventListener("focusout", () => setTimeout(() => { if (lifted && document.activeElement !== lifted) put(false); }));

    /* On a phone one column is shown at a time, and a card has a list of the columns it can be moved to. */
    const offer = (event) => {
      const choice = event.target.closest?.("[data-card-to]");
      if (!choice || choice.options.length > 1) return;
      columns().forEach((column) => { if (column !== columnOf(choice)) choice.add(new Option(column.dataset.label, column.dataset.column)); });
    };
    ["pointerdown", "focusin"].forEach((name) => board.addEventListener(name, offer));
    board.addEventListener("change", (event) => {
      const choice = event.target.closest("[data-card-to]");
      const card = choice?.closest("[data-card]"), target = columns().find((column) => column.dataset.column === choice?.value);
      if (!card || !target) return;
      choice.length = 1;
      remember(card);
      cardsOf(target).prepend(card);
      send(card, from, before);
    });
    const tabs = document.querySelector("[data-board-tabs]");
    tabs?.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-show-column]");
      if (!tab) return;
      event.preventDefault();
      tabs.querySelectorAll("[data-show-column]").forEach((other) => { other.classList.toggle("on", other === tab); if (other === tab) other.setAttribute("aria-current", "page"); else other.removeAttribute("aria-current"); });
      columns().forEach((column) => column.classList.toggle("col-on", column.dataset.column === tab.dataset.showColumn));
    });
  });
})();
