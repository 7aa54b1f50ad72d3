// What script adds to a page that already works without it.

const csrf = () => document.querySelector("[name=csrf_token]")?.value ?? "";
const language = document.documentElement.lang;

offlineSign();
document.querySelector(".errors")?.focus();
for (const text of document.querySelectorAll("[data-draft-url]")) keepDraft(text);
for (const place of document.querySelectorAll("[data-share]")) shareLink(place);
startWorker().catch(() => {}); // no worker here (private window, old browser): the page works as it is
startPush().catch(() => {});
const passkey = document.querySelector("[data-passkey]");
if (passkey) import("./passkey.js").then((module) => module.preparePasskey(passkey, csrf));
if (document.body.dataset.left > 0) watchTime(Number(document.body.dataset.left));

// The bar "Du är utan nät" follows the phone. navigator.onLine can be wrong, but never invents a net.
function offlineSign() {
  const sign = document.querySelector("[data-offline]");
  const show = () => {
    if (sign) sign.hidden = navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

// Registered through the one named policy that the security policy allows.
async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  const policy = window.trustedTypes?.createPolicy("naramig", {
    createScriptURL: (url) => {
      if (url === "/sw.js") return url;
      throw new TypeError("the service worker is our only script by address");
    },
  });
  await navigator.serviceWorker.register(policy ? policy.createScriptURL("/sw.js") : "/sw.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ what: "start" });
  // Public pages kept for when there is no net: once a day, and at once in a newly chosen language.
  const mark = `${language} ${new Date().toISOString().slice(0, 10)}`;
  if (localStorage.getItem("sidor") !== mark && navigator.onLine) {
    active?.postMessage({ what: "pages", lang: language });
    localStorage.setItem("sidor", mark);
  }
}

// Three minutes before the sign-in ends comes a warning, and not before then the script for it. A phone that
// slept had no running clocks, so it is looked at when the page is shown again too.
function watchTime(seconds) {
  const due = Date.now() + (seconds - 180) * 1000;
  const watch = new AbortController();
  const look = async () => {
    if (watch.signal.aborted || Date.now() < due) return;
    watch.abort();
    (await import("./stay.js")).ask(csrf, watchTime);
  };
  setTimeout(look, Math.max(0, due - Date.now()));
  addEventListener("pageshow", look, watch);
  document.addEventListener("visibilitychange", look, watch);
}

async function startPush() {
  const place = document.querySelector("[data-push]");
  const again = document.body.dataset.subscribe;
  if (!place && !(again && localStorage.getItem("prenumeration"))) return;
  const push = await import("./push.js");
  if (place) await push.preparePush(place, csrf());
  else await push.confirmAgain(again, csrf());
}

// A draft goes to the server two seconds after the last key, and the page says whether it got there.
function keepDraft(text) {
  const said = document.getElementById(`${text.id}-utkast`);
  let waiting;
  let saved = text.value;
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 2000);
  });
  addEventListener("pagehide", () => text.value !== saved && save());

  async function save() {
    clearTimeout(waiting);
    const words = text.value;
    let kept = false;
    try {
      const answer = await fetch(text.dataset.draftUrl, {
        method: "POST",
        headers: { "X-CSRFToken": csrf() },
        body: new URLSearchParams({ [text.name]: words }),
        keepalive: words.length < 20000,
      });
      kept = answer.ok && !answer.redirected;
    } catch {
      // Said below.
    }
    if (kept) saved = words;
    if (said) said.textContent = kept ? said.dataset.saved : said.dataset.failed;
  }
  text.form?.addEventListener("submit", () => {
    clearTimeout(waiting);
    saved = text.value; // sent with the form itself
  });
}

// A link to hand on: the phone's own way of sharing where there is one, else copied.
function shareLink(place) {
  const [link, button, said] = ["input", "button", "[role=status]"].map((one) => place.querySelector(one));
  if (!navigator.share && !navigator.clipboard) return;
  button.hidden = false;
  link.addEventListener("focus", () => link.select());
  button.addEventListener("click", async () => {
    try {
      if (navigator.share) await navigator.share({ title: place.dataset.title, url: link.value });
      else await navigator.clipboard.writeText(link.value).then(() => (said.textContent = place.dataset.copied));
    } catch {
      link.focus(); // marked, to be copied by hand
    }
  });
}
