/* The calendar: entries of the period from the server; plans are dragged, the server decides, a refused one goes back.
   All times are the company's: the calendar is told UTC and given hours without a zone. */
(() => {
  const ck = window.ck;
  const place = document.querySelector("[data-agenda]");
  if (!place || !window.FullCalendar) return;
  const words = JSON.parse(place.dataset.words);
  const narrow = matchMedia("(max-width: 700px)").matches;
  const names = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", list: "listWeek" };
  const short = Object.fromEntries(Object.entries(names).map(([own, theirs]) => [theirs, own]));
  const boxes = [...document.querySelectorAll("[data-agenda-kinds] input")];
  const remembered = JSON.parse(ck.read(ck.mine("agenda-hidden")) || "[]");
  boxes.forEach((box) => { box.checked = !remembered.includes(box.value); });
  const behind = Date.now();
  const started = new Date(`${place.dataset.now}Z`).getTime();
  const days = new Map();

  const ask = async (info, done, failed) => {
    const query = new URLSearchParams({ start: info.startStr.slice(0, 10), end: info.endStr.slice(0, 10), kinds: boxes.filter((box) => box.checked).map((box) => box.value).join(",") || "none" });
    if (place.dataset.who) query.set("who", place.dataset.who);
    const answer = await ck.ask(`${place.dataset.agenda}?${query}`);
    if (!answer.ok || !answer.data) { ck.toast(ck.sentence(answer), "bad"); failed(new Error(String(answer.status))); return; }
    if (answer.data.message) ck.toast(answer.data.message, "wait");
    days.clear();
    answer.data.days.forEach((day) => days.set(day.day, day));
    done(answer.data.entries.map((entry) => ({
      id: entry.id, title: entry.title, start: entry.start, allDay: entry.allDay, url: entry.url,
      editable: Boolean(entry.move), durationEditable: false, extendedProps: entry,
      classNames: [`ev-${entry.kind}`, entry.done ? "ev-done" : "", entry.past ? "ev-past" : ""].filter(Boolean),
    })));
    paint();
  };

  /* Holidays and working weekends are known after the entries have come. */
  const paint = () => place.querySelectorAll("[data-date]").forEach((cell) => {
    const day = cell.dataset.date;
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) return;
    const known = days.get(day);
    const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
    cell.classList.toggle("day-off", known ? !known.working : weekend);
    const head = cell.matches("th") ? cell.querySelector(".fc-scrollgrid-sync-inner, .fc-list-day-cushion") : cell.querySelector(".fc-daygrid-day-top");
    head?.querySelector(".day-note")?.remove();
    if (!known || !head) return;
    const note = document.createElement("span");
    note.className = `day-note ${known.working ? "day-on" : ""}`;
    note.textContent = known.working ? words.on : words.off;
    note.title = known.note || "";
    if (known.note && !known.working) note.textContent = `${known.note} ${words.off}`;
    head.append(note);
  });

  /* Where a month begins, the day says which; the days of a week are written as everywhere. */
  const told = (options) => new Intl.DateTimeFormat(place.dataset.locale, { timeZone: "UTC", ...options });
  const first = told({ month: "long", day: "numeric" });
  const weekday = told({ weekday: "short" });
  const written = (date) => date.toISOString().slice(0, 16);
  const move = async (event, when) => {
    const body = new FormData();
    body.set("due_at", written(when));
    return ck.ask(event.extendedProps.move, { method: "POST", body });
  };

  const calendar = new window.FullCalendar.Calendar(place, {
    timeZone: "UTC",
    now: () => new Date(started + Date.now() - behind).toISOString().slice(0, 19),
    locale: place.dataset.locale,
    initialView: names[place.dataset.view] || (narrow ? "listWeek" : "dayGridMonth"),
    initialDate: place.dataset.day,
    firstDay: 1,
    height: "auto",
    headerToolbar: { start: "prev,today,next", center: "title", end: narrow ? "dayGridMonth,listWeek" : "dayGridMonth,timeGridWeek,timeGridDay,listWeek" },
    buttonHints: { prev: words.previous, next: words.next, today: words.today },
    viewHint: "$0",
    closeHint: ck.words.close,
    timeHint: words.time,
    eventHint: words.entry,
    allDayText: words.allday,
    noEventsText: words.none,
    moreLinkText: (count) => words.more.replace("{count}", count),
    moreLinkHint: (count) => words.more.replace("{count}", count),
    dayMaxEvents: 4,
    views: {
      dayGridMonth: { dayCellContent: ({ date, dayNumberText }) => (date.getUTCDate() === 1 && !narrow ? first.format(date) : dayNumberText) },
      timeGridWeek: { dayHeaderContent: ({ date }) => `${weekday.format(date)} ${date.toISOString().slice(5, 10)}` },
    },
    nowIndicator: true,
    slotMinTime: "07:00",
    slotMaxTime: "21:00",
    scrollTime: "08:30",
    slotEventOverlap: false,
    defaultTimedEventDuration: "00:45",
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    events: ask,
    eventDidMount: ({ event, el, view }) => {
      const { detail, done } = event.extendedProps;
      el.title = [event.title, detail, done ? words.done : ""].filter(Boolean).join(" · ");
      if (view.type !== "listWeek" || !detail) return;
      const more = Object.assign(document.createElement("span"), { className: "sub agenda-detail", textContent: detail });
      el.querySelector(".fc-list-event-title")?.append(more);
    },
    datesSet: ({ view }) => {
      const here = new URL(location.href);
      here.searchParams.set("view", short[view.type]);
      here.searchParams.set("date", calendar.getDate().toISOString().slice(0, 10));
      history.replaceState(null, "", here);
      paint();
    },
    dateClick: ({ date, allDay, jsEvent }) => {
      if (!place.dataset.add || jsEvent.target.closest("a")) return;
      const at = new Date(date);
      if (allDay) at.setUTCHours(9, 0, 0, 0);
      location.assign(`${place.dataset.add}?due_at=${written(at)}`);
    },
    eventDrop: async ({ event, oldEvent, revert }) => {
      const was = oldEvent.start;
      const answer = await move(event, event.start);
      if (!answer.ok) { revert(); ck.toast(ck.sentence(answer), "bad"); return; }
      const when = written(event.start).replace("T", " ");
      ck.toast(words.moved.replace("{name}", event.title).replace("{when}", when), "good", {
        undo: async () => {
          const back = await move(event, was);
          if (back.ok) event.setStart(was);
          return back;
        },
      });
    },
  });
  calendar.render();
  // The buttons have their names; the arrows in them are only drawn.
  place.querySelectorAll(".fc-icon").forEach((icon) => { icon.removeAttribute("role"); icon.setAttribute("aria-hidden", "true"); });

  boxes.forEach((box) => box.addEventListener("change", () => {
    ck.write(ck.mine("agenda-hidden"), JSON.stringify(boxes.filter((each) => !each.checked).map((each) => each.value)));
    calendar.refetchEvents();
  }));
  document.querySelector("[data-agenda-person] input[type=hidden]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
})();
