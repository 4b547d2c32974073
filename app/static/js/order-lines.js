/* The lines of an order: rows are added and taken away, amounts follow what is typed. The server adds up again. */
(() => {
  const ck = window.ck;
  /* Whole numbers of 1/10^places, so that cents are exact; null for what is no number. */
  const scaled = (text, places) => {
    const match = /^(\d*)(?:\.(\d*))?$/.exec(String(text ?? "").normalize("NFKC").replace(/[,\s¥%]/g, ""));
    if (!match || !(match[1] || match[2])) return null;
    const tail = (match[2] || "").replace(/0+$/, "");
    return tail.length > places ? null : BigInt((match[1] || "0") + tail.padEnd(places, "0"));
  };
  const halfUp = (top, bottom) => (2n * top + bottom) / (2n * bottom);
  const money = (cents) => `${String(cents / 100n).replace(/\B(?=(\d{3})+$)/g, ",")}.${String(cents % 100n).padStart(2, "0")}`;

  const setUp = (box) => {
    const rows = box.querySelector("[data-line-rows]");
    const blank = box.querySelector("[data-line-new]");
    let next = rows.children.length;
    const valueOf = (row, name, kept) => row.querySelector(`[name$="-${name}"]`)?.value ?? row.querySelector(`[data-${kept}]`)?.dataset[kept] ?? "";

    const add = () => {
      const row = blank.content.firstElementChild.cloneNode(true);
      row.querySelectorAll("[name]").forEach((field) => { field.name = field.name.replace("NNN", next); });
      next += 1;
      rows.append(row);
      document.dispatchEvent(new CustomEvent("ck:loaded", { detail: row }));
      return row;
    };
    const count = () => {
      let gross = 0n, net = 0n;
      [...rows.children].forEach((row) => {
        const quantity = scaled(valueOf(row, "quantity", "quantity"), 3);
        const price = scaled(valueOf(row, "unit_price", "price"), 2);
        const discount = scaled(valueOf(row, "discount", "discount") || "0", 2);
        const rate = scaled(valueOf(row, "vat_rate", "vat"), 4);
        const shown = row.querySelector("[data-amount]");
        if ([quantity, price, discount, rate].includes(null)) { shown.textContent = ""; return; }
        const amount = halfUp(quantity * price * (10000n - discount), 1000n * 10000n);
        gross += amount;
        net += halfUp(amount * 10000n, 10000n + rate);
        shown.textContent = money(amount);
      });
      Object.entries({ gross, net, vat: gross - net }).forEach(([name, sum]) => { box.querySelector(`[data-total=${name}]`).textContent = money(sum); });
    };

    box.addEventListener("input", count);
    box.addEventListener("change", count);
    box.addEventListener("ck:chosen", (event) => {
      const row = event.target.closest("[data-line]");
      if (!row || !event.detail) return;
      row.querySelector('[name$="-unit_price"]').value = event.detail.price;
      const rate = row.querySelector('[name$="-vat_rate"]');
      if ([...rate.options].some((option) => option.value === event.detail.vat)) rate.value = event.detail.vat;
      count();
      row.querySelector('[name$="-quantity"]').select();
    });
    box.addEventListener("click", (event) => {
      if (event.target.closest("[data-line-add]")) add().querySelector("[role=combobox]").focus();
      const remove = event.target.closest("[data-line-remove]");
      if (!remove) return;
      const row = remove.closest("[data-line]");
      const beside = row.nextElementSibling || row.previousElementSibling || add();
      row.remove();
      beside.querySelector("[role=combobox]").focus();
      count();
    });
    /* Enter in the last line starts the next one, as in a spreadsheet. */
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || ck.composing(event) || event.defaultPrevented || !event.target.matches(".num-in")) return;
      event.preventDefault();
      if (blank) (event.target.closest("[data-line]").nextElementSibling || add()).querySelector("[role=combobox]").focus();
    });
    count();
  };
  document.querySelectorAll("[data-lines]").forEach(setUp);
})();
