/* The frame: sidebar, theme, search palette, shortcuts. */
(() => {
  const ck = window.ck;
  const root = document.documentElement;

  /* --- sidebar --- */
  const mini = document.querySelector("[data-mini]");
  const showMini = () => mini?.setAttribute("aria-pressed", String(root.classList.contains("app-mini")));
  mini?.addEventListener("click", () => { root.classList.toggle("app-mini"); ck.write("ck-mini", root.classList.contains("app-mini") ? "1" : ""); showMini(); });
  showMini();
  const opener = document.querySelector("[data-nav-open]");
  const drawer = (open) => { root.classList.toggle("nav-open", open); opener?.setAttribute("aria-expanded", String(open)); document.querySelector(".main").inert = open; };
  opener?.addEventListener("click", () => { drawer(true); document.querySelector(".side a, .side summary")?.focus(); });
  document.querySelector("[data-nav-close]")?.addEventListener("click", () => drawer(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && root.classList.contains("nav-open")) { drawer(false); opener?.focus(); } });
  document.querySelectorAll(".side summary").forEach((summary) => summary.addEventListener("click", () => {
    if (root.classList.contains("app-mini")) { root.classList.remove("app-mini"); ck.write("ck-mini", ""); showMini(); }
  }));

  /* A row of tabs wider than the page begins with the one that is open. */
  document.querySelectorAll(".views, .stages, .side-list").forEach((row) => {
    const on = row.querySelector(".on, [aria-current]");
    if (!on || row.scrollWidth <= row.clientWidth) return;
    const [outer, inner] = [row.getBoundingClientRect(), on.getBoundingClientRect()];
    row.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  });

  /* --- theme --- */
  const marks = () => document.querySelectorAll("[data-theme-set]").forEach((button) => {
    const on = button.dataset.themeSet === ck.read("ck-theme");
    button.classList.toggle("on", on);
    button.setAttribute("aria-pressed", String(on));
  });
  const setTheme = (name) => { ck.write("ck-theme", name); ck.applyTheme(); marks(); document.dispatchEvent(new Event("ck:theme")); };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) { setTheme(button.dataset.themeSet); button.closest("details").open = false; }
    if (event.target.closest("[data-theme-next]")) setTheme(root.dataset.bsTheme === "dark" ? "light" : "dark");
  });
  marks();

  /* --- search palette --- */
  const palette = document.getElementById("palette");
  if (palette) {
    const input = palette.querySelector("input");
    const results = palette.querySelector("[data-results]");
    const start = results.innerHTML;
    let timer = 0, running = null, spot = -1;
    const links = () => [...results.querySelectorAll("a[href]")].filter((link) => !link.closest("[hidden]"));
    const mark = (index) => {
      const all = links();
      spot = all.length ? (index + all.length) % all.length : -1;
      all.forEach((link, number) => link.classList.toggle("on", number === spot));
      all[spot]?.scrollIntoView({ block: "nearest" });
    };
    const blank = (text) => { results.replaceChildren(Object.assign(document.createElement("p"), { className: "blank", textContent: text })); };
    const own = (words) => {
      results.innerHTML = start;
      const needle = words.toLowerCase();
      results.querySelectorAll("li").forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(needle); });
      results.querySelectorAll("h3").forEach((title) => { title.hidden = ![...title.nextElementSibling.children].some((row) => !row.hidden); });
    };
    const search = async () => {
      const words = input.value.trim();
      running?.abort();
      own(words);
      mark(words ? 0 : -1);
      if (!words) return;
      if (!palette.dataset.palette) { if (!links().length) blank(ck.words.nothing); return; }
      running = new AbortController();
      const answer = await ck.ask(`${palette.dataset.palette}?q=${encodeURIComponent(words)}`, { signal: running.signal });
      if (answer.status === -1) return;
      if (!answer.ok) { blank(ck.sentence(answer)); return; }
      const commands = links().length ? results.innerHTML : "";
      results.innerHTML = answer.text + commands;
      if (!links().length) blank(ck.words.nothing);
      mark(0);
    };
    input.addEventListener("input", (event) => { clearTimeout(timer); if (!event.isComposing) timer = setTimeout(search, 140); });
    input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(search, 40); });
    palette.addEventListener("keydown", (event) => {
      if (ck.composing(event)) return;
      // A search input would clear itself first.
      if (event.key === "Escape") { event.preventDefault(); palette.close(); }
      if (event.key === "ArrowDown") { event.preventDefault(); mark(spot + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(spot - 1); }
      if (event.key === "Enter" && event.target === input) { event.preventDefault(); links()[Math.max(spot, 0)]?.click(); }
    });
    palette.addEventListener("close", () => { input.value = ""; results.innerHTML = start; spot = -1; });
  }

  document.addEventListener("click", (event) => { if (event.target.closest("[data-back]")) history.back(); });

  /* --- shortcuts --- */
  document.addEventListener("keydown", (event) => {
    if (ck.composing(event)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); ck.open(palette); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || ck.typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key;
    if (key === "/") { event.preventDefault(); ck.open(palette); }
    else if (key === "?") ck.open(document.getElementById("keys"));
    else if (key === "n" && !document.querySelector('[data-key="n"]')) {
      const add = document.querySelector(".btn-new");
      if (add) { add.click(); add.parentElement.querySelector("a")?.focus(); }
    } else if (key === "n" || key === "e" || ("jk".includes(key) && ![...document.querySelectorAll("[data-list]")].some((list) => list.checkVisibility?.()))) document.querySelector(`[data-key="${key}"]`)?.click();
  });

  /* What scrolls sideways can be scrolled with the keyboard, also where nothing in it takes the focus. */
  const reach = () => document.querySelectorAll(".scroll-x, .stages").forEach((box) => {
    if (box.scrollWidth > box.clientWidth && !box.querySelector("a[href], button, input, select, textarea")) box.tabIndex = 0;
  });
  reach();
  addEventListener("resize", reach);
  document.addEventListener("htmx:afterSettle", reach);
  document.addEventListener("ck:loaded", reach);

  /* Charts need a large library: it is fetched where a chart stands, also in a part that is loaded later. */
  const script = (src) => new Promise((resolve, reject) => { document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject })); });
  let fetched = null;
  const charts = async () => {
    const place = document.querySelector("[data-chart-js]");
    if (!place) return;
    fetched ||= place.dataset.chartJs.split(" ").reduce((before, src) => before.then(() => script(src)), Promise.resolve());
    await fetched;
    ck.drawCharts(document);
  };
  charts();
  document.addEventListener("htmx:afterSettle", charts);
})();
