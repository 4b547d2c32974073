/* While a customer is being entered: those that look like it, beside the form, or on a phone below what was typed. */
(() => {
  const ck = window.ck;
  const aside = document.querySelector("[data-similar]");
  const form = aside?.parentElement.querySelector("form");
  if (!form) return;
  let running = null;
  const place = (field) => {
    if (field && aside.childElementCount && matchMedia("(max-width: 767px)").matches) field.closest(".f").after(aside);
  };
  place(form.elements.name);
  form.addEventListener("change", async (event) => {
    if (!["name", "uscc", "phone"].includes(event.target.name)) return;
    running?.abort();
    running = new AbortController();
    const body = new FormData();
    ["name", "uscc", "phone"].forEach((name) => body.set(name, form.elements[name]?.value || ""));
    const answer = await ck.ask(aside.dataset.similar, { method: "POST", body, signal: running.signal });
    if (!answer.ok) return;
    aside.innerHTML = answer.text;
    place(event.target);
    /* The choice to save all the same stands in the form itself once it is asked for. */
    aside.querySelector("[name=save_anyway]")?.setAttribute("form", form.id || (form.id = "add-form"));
  });
})();
