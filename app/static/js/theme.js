/* Runs in <head>, before paint: light, dark or as the system; menu wide or folded. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = (key) => { try { return localStorage.getItem(key) || ""; } catch { return ""; } };
  const write = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private windows keep nothing */ } };
  const apply = () => { root.dataset.bsTheme = read("ck-theme") || (system.matches ? "dark" : "light"); };

  apply();
  system.addEventListener("change", apply);
  if (read("ck-mini")) root.classList.add("app-mini");
  window.ck = { read, write, applyTheme: apply };
})();
