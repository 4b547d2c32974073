/* The way back: a record leads to its list as it was left in this tab, and a form to the tab it was opened on. */
(() => {
  const list = (path) => `list:${path}`;
  const part = (path) => `part:${path}`;

  if (/\/(list\/|board|closing)$/.test(location.pathname)) sessionStorage.setItem(list(location.pathname), location.search);

  const crumb = document.querySelector(".crumb a[href]");
  if (crumb) {
    if (!crumb.search) crumb.setAttribute("href", crumb.pathname + (sessionStorage.getItem(list(crumb.pathname)) || ""));
    document.querySelectorAll('main form[action*="/delete/"]').forEach((form) => {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "_back", value: crumb.pathname + crumb.search }));
    });
  }

  if (document.querySelector("[data-tabs]")) addEventListener("pagehide", () => sessionStorage.setItem(part(location.pathname), location.hash));
  const back = document.querySelector("main form.form-c [name=_back]");
  const from = back && new URL(back.value, location.href);
  if (from && document.referrer && new URL(document.referrer).pathname === from.pathname && !from.hash) {
    from.hash = sessionStorage.getItem(part(from.pathname)) || "";
    const plain = back.value;
    back.value = from.pathname + from.search + from.hash;
    document.querySelectorAll("main a[href]").forEach((link) => { if (link.getAttribute("href") === plain) link.setAttribute("href", back.value); });
  }
})();
