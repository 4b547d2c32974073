/* Days and moments, written as the product writes them everywhere (2026-11-28, 2026-11-28 10:30) whatever the browser
   speaks, with a month to pick from. A finger has the telephone's own picker instead. */
(() => {
  const ck = window.ck;
  const language = document.documentElement.lang;
  const DAY = 86400000;
  const iso = (day) => day.toISOString().slice(0, 10);
  const from = (text) => new Date(`${text}T00:00:00Z`);
  const told = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
  const monthName = told({ year: "numeric", month: "long" });
  const fullName = told({ dateStyle: "full" });
  const weekday = told({ weekday: "narrow" });
  /* 2026/1/5, 2026年1月5日 and 20260105 are days, too; what is none stays for the server to refuse. */
  const clean = (text) => {
    const found = text.trim().match(/^(\d{4})[-/.年]?\s?(\d{1,2})[-/.月]?\s?(\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d\d))?/);
    if (!found) return null;
    const [year, month, day, hour, minute] = found.slice(1).map((part) => part?.padStart(2, "0"));
    const date = `${year}-${month}-${day}`;
    return Number.isNaN(from(date).getTime()) || iso(from(date)) !== date ? null : { date, time: hour ? `${hour}:${minute}` : "" };
  };
  let open = null;

  const make = (name, properties = {}, ...inside) => { const made = Object.assign(document.createElement(name), properties); made.append(...inside); return made; };
  const button = (className, label, icon, act) => {
    const made = make("button", { type: "button", className });
    if (icon) { made.append(make("i", { className: `ti ${icon}` })); made.firstChild.setAttribute("aria-hidden", "true"); made.setAttribute("aria-label", label); } else made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const setUp = (input) => {
    const moment = input.type === "datetime-local";
    const value = input.value.replace("T", " ");
    Object.assign(input, { type: "text", value, autocomplete: "off", placeholder: ck.words[moment ? "moment" : "day"] });
    input.dataset.day = "";
    input.classList.add("day-in");

    const chosen = () => clean(input.value) || { date: "", time: "" };
    const put = (date, time) => {
      input.value = date && moment ? `${date} ${time || chosen().time || "09:00"}` : date;
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    };
    const close = (again) => { if (open?.input !== input) return; open.box.remove(); open = null; if (again) input.focus(); };
    const refused = (date) => (input.min && date < input.min.slice(0, 10)) || (input.max && date > input.max.slice(0, 10));

    const show = () => {
      if (open) open.close();
      const box = make("div", { className: "cal-pop" });
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", ck.words.pick);
      let at = from(chosen().date || ck.words.today);
      const draw = (focus) => {
        const first = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
        const start = new Date(first - ((first.getUTCDay() + 6) % 7) * DAY);
        const turn = (months) => () => { at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)); draw(); box.querySelectorAll(".cal-h .tool")[months < 0 ? 0 : 1].focus(); };
        const head = make("div", { className: "cal-h" }, button("tool", ck.words.month_before, "ti-chevron-left", turn(-1)), make("b", { textContent: monthName.format(at) }), button("tool", ck.words.month_after, "ti-chevron-right", turn(1)));
        head.children[1].setAttribute("aria-live", "polite");
        const grid = make("div", { className: "cal-g" });
        for (let day = 0; day < 7; day += 1) grid.append(make("span", { className: "sub", textContent: weekday.format(new Date(start.getTime() + day * DAY)), ariaHidden: "true" }));
        for (let day = 0; day < 42; day += 1) {
          const one = new Date(start.getTime() + day * DAY);
          const date = iso(one);
          const made = button("", String(one.getUTCDate()), "", () => { put(date); if (moment) { at = one; draw(true); } else close(true); });
          made.dataset.date = date;
          made.setAttribute("aria-label", fullName.format(one));
          made.tabIndex = date === iso(at) ? 0 : -1;
          made.disabled = Boolean(refused(date));
          made.classList.toggle("far", one.getUTCMonth() !== at.getUTCMonth());
          made.classList.toggle("now", date === ck.words.today);
          if (date === chosen().date) made.setAttribute("aria-current", "date");
          grid.append(made);
        }
        const foot = make("div", { className: "cal-f" }, button("link-b", ck.words.today_word, "", () => { put(ck.words.today); close(true); }));
        if (!input.required) foot.append(button("link-b", ck.words.clear, "", () => { put(""); close(true); }));
        if (moment) {
          const [hour, minute] = (chosen().time || "09:00").split(":");
          const times = [[hour, 24, 1], [minute, 60, 5]].map(([now, end, step]) => {
            const select = make("select", { className: "form-select" });
            const all = new Set([now, ...Array.from({ length: end / step }, (_one, number) => String(number * step).padStart(2, "0"))]);
            select.append(...[...all].sort().map((text) => make("option", { value: text, textContent: text, selected: text === now })));
            select.addEventListener("change", () => put(chosen().date || iso(at), times.map((one) => one.value).join(":")));
            return select;
          });
          times[0].setAttribute("aria-label", ck.words.hour);
          times[1].setAttribute("aria-label", ck.words.minute);
          foot.append(make("span", { className: "push row-flex" }, ...times));
        }
        box.replaceChildren(head, grid, foot);
        if (focus) grid.querySelector("[tabindex='0']")?.focus();
      };
      draw();
      input.after(box);
      open = { input, box, close };
      const edge = input.getBoundingClientRect();
      const below = edge.bottom + 4 + box.offsetHeight < innerHeight || edge.top < box.offsetHeight;
      box.style.left = `${Math.max(8, Math.min(edge.left, innerWidth - box.offsetWidth - 8))}px`;
      box.style.top = `${below ? edge.bottom + 4 : edge.top - 4 - box.offsetHeight}px`;
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); return; }
        const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
        if (!step || !event.target.dataset.date) return;
        event.preventDefault();
        event.stopPropagation();
        at = new Date(from(event.target.dataset.date).getTime() + step * DAY);
        draw(true);
      });
      return draw;
    };

    input.setAttribute("aria-haspopup", "dialog");
    input.addEventListener("click", () => { if (!input.readOnly && open?.input !== input) show(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); show()(true); }
      if (event.key === "Escape" && open?.input === input) { event.preventDefault(); event.stopPropagation(); close(); }
      if (event.key === "Tab" && !event.shiftKey && open?.input === input) { event.preventDefault(); open.box.querySelector("[tabindex='0']")?.focus(); }
    });
    input.addEventListener("input", (event) => { if (event.isTrusted) close(); });
    input.addEventListener("change", () => { const found = clean(input.value); if (found) input.value = found.date + (moment && found.time ? ` ${found.time}` : ""); });
  };

  document.addEventListener("pointerdown", (event) => { if (open && !open.box.contains(event.target) && event.target !== open.input) open.close(); });
  document.addEventListener("focusin", (event) => { if (open && !open.box.contains(event.target) && event.target !== open.input) open.close(); });
  addEventListener("scroll", (event) => { if (open && !open.box.contains(event.target)) open.close(); }, true);

  if (matchMedia("(pointer: coarse)").matches) return;
  const all = (root) => root.querySelectorAll("input[type=date], input[type=datetime-local]").forEach(setUp);
  all(document);
  document.addEventListener("ck:loaded", (event) => all(event.detail));
  document.addEventListener("htmx:load", (event) => all(event.detail.elt.parentElement || document));
})();
