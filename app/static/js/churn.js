/* The churn page: the first case is opened where there is room for it, and the panel changes between decisions. */
(() => {
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-decide]");
    if (!choice) return;
    const box = choice.closest("[data-decisions]");
    box.querySelectorAll("[data-decide]").forEach((other) => { other.classList.toggle("on", other === choice); other.setAttribute("aria-pressed", String(other === choice)); });
    box.querySelectorAll("[data-decision]").forEach((form) => { form.hidden = form.dataset.decision !== choice.dataset.decide; });
  });
  /* A decision leads back to where it was made. */
  document.addEventListener("submit", (event) => {
    const back = event.target.matches("[data-decision]") && event.target.querySelector("[name=_back]");
    if (back) back.value = location.pathname + location.search;
  });
  if (matchMedia("(min-width: 1360px)").matches) document.querySelector(".churn-t tbody tr")?.querySelector("td:nth-child(2)")?.click();
})();
