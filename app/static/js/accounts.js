/* The role matrix (unsaved changes, what saving will do, find) and the dictionary (order, new lines). */
(() => {
  const form = document.querySelector("[data-matrix]");
  if (form) {
    const state = form.querySelector("[data-matrix-state]");
    const effect = document.querySelector("[data-matrix-effect]");
    const changed = () => [...form.querySelectorAll("input[name=right], input[name^='scope:']")].filter((input) =>
      input.type === "radio" ? input.checked && !input.defaultChecked : input.checked !== input.defaultChecked);
    const wide = (input) => ["", "see_own", "see_team", "see_all"].indexOf(input.value);
    const isGain = (input) => {
      if (input.type !== "radio") return input.checked;
      const before = [...form.elements[input.name]].find((other) => other.defaultChecked);
      return wide(input) > (before ? wide(before) : 0);
    };
    const show = () => {
      const inputs = changed();
      form.querySelectorAll(".pm-new, .mv-new, .seg-new").forEach((mark) => mark.classList.remove("pm-new", "mv-new", "seg-new"));
      inputs.forEach((input) => {
        if (input.type === "radio") input.closest(".seg").classList.add("seg-new");
        else if (input.classList.contains("pm")) input.classList.add("pm-new");
        else input.closest(".mv").classList.add("mv-new");
      });
      if (state) {
        const key = document.createElement("span");
        key.className = "pm-new-k";
        const count = Object.assign(document.createElement("b"), { textContent: state.dataset.some.replace("{num}", inputs.length) });
        const what = Object.assign(document.createElement("span"), { className: "sub clip", textContent: inputs.map((input) => input.dataset.what).join(" · ") });
        const none = Object.assign(document.createElement("span"), { className: "sub", textContent: state.dataset.none });
        state.replaceChildren(...(inputs.length ? [key, count, what] : [none]));
      }
      if (effect) {
        effect.hidden = !inputs.length;
        effect.querySelector("ul").replaceChildren(...inputs.map((input) => {
          const text = (isGain(input) ? effect.dataset.gain : effect.dataset.lose).replace("{num}", effect.dataset.holders).replace("{what}", input.dataset.what);
          return Object.assign(document.createElement("li"), { textContent: text });
        }));
      }
    };
    form.addEventListener("change", show);
    form.addEventListener("reset", () => setTimeout(() => { show(); form.dispatchEvent(new Event("ck:clean")); }));
    show();
    form.querySelector("[data-matrix-find]")?.addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      event.stopPropagation();
      form.querySelectorAll("tbody").forEach((group) => {
        let any = false;
        group.querySelectorAll("[data-matrix-row]").forEach((row) => {
          row.hidden = Boolean(wanted) && !row.textContent.toLowerCase().includes(wanted);
          any = any || !row.hidden;
        });
        group.querySelector(".grp").hidden = !any;
      });
    });
    form.querySelector("[data-matrix-find]")?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }

  const lines = document.querySelector("[data-line-list]");
  if (lines) {
    const editor = lines.closest("[data-lines]");
    const touch = () => lines.dispatchEvent(new Event("change", { bubbles: true }));
    if (window.Sortable && lines.querySelector("[data-grip]")) window.Sortable.create(lines, { handle: "[data-grip]", animation: 120, onEnd: touch });
    const add = editor.querySelector("[data-line-add]");
    const last = lines.querySelector("[data-line]:last-child");
    if (add && last && !last.querySelector("[name=id]").value) {
      let number = 1;
      add.hidden = false;
      add.addEventListener("click", () => {
        const copy = last.cloneNode(true);
        copy.querySelectorAll("input:not([type=hidden], [type=checkbox])").forEach((input) => { input.value = ""; });
        const key = `more-${number}`;
        number += 1;
        copy.querySelector("[name=key]").value = key;
        copy.querySelector("[name=active]").value = key;
        lines.append(copy);
        copy.querySelector("[name=label_zh]").focus();
      });
    }
  }
})();
