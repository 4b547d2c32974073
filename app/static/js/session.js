/* Before something is sent: is the server there, and is the person still signed in? What was typed stays on the page. */
(() => {
  const ck = window.ck;
  const box = document.getElementById("signed-out");
  if (!box || !document.body.dataset.user) return;

  const renew = (token) => {
    const meta = document.querySelector('meta[name="csrf-token"]');
    if (meta) meta.content = token;
    document.querySelectorAll('input[name="csrf_token"]').forEach((field) => { field.value = token; });
  };

  /* Ask the person to sign in again; what was asked for is answered by this sentence. */
  ck.signedOut = () => {
    ck.open(box);
    return { ok: false, status: 401, data: { message: box.dataset.out }, text: "" };
  };

  /* True when the next request will be taken; otherwise the person has been told why not. */
  ck.ready = async () => {
    const answer = await ck.ask(box.dataset.session, { retry: false });
    if (answer.status === 401) { ck.signedOut(); return false; }
    if (!answer.ok) { if (answer.status) ck.toast(ck.sentence(answer), "bad"); return false; }
    if (!answer.data) { ck.toast(ck.sentence(answer), "bad"); return false; }
    if (String(answer.data.user) !== document.body.dataset.user) { ck.toast(box.dataset.other, "bad"); return false; }
    renew(answer.data.token);
    return true;
  };

  addEventListener("focus", async () => {
    if (!box.open) return;
    const answer = await ck.ask(box.dataset.session, { retry: false });
    if (!answer.ok || String(answer.data?.user) !== document.body.dataset.user) return;
    renew(answer.data.token);
    box.close();
    ck.toast(box.dataset.again, "good");
  });
})();
