// The page that switches notices on: reminders/phone. Loaded only there, by app.js.
//
// The page holds one [data-push] element with the server's public key (data-key), the address to
// subscribe at (data-subscribe-url), a button [data-push-start], and one prepared text per outcome:
// [data-state="unsupported|denied|iphone|ready|working|done|failed|other-key"], all hidden but one.
// Nothing is asked of the browser until the person has pressed the button.

const iphone = () => /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
const onHomeScreen = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
const supported = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export async function preparePush(place, csrf) {
  const button = place.querySelector("[data-push-start]");
  const say = (state) => {
    for (const text of place.querySelectorAll("[data-state]")) text.hidden = text.dataset.state !== state;
    if (button) button.hidden = !["ready", "failed", "other-key"].includes(state);
  };

  if (!supported()) return say(iphone() && !onHomeScreen() ? "iphone" : "unsupported");
  say(await stateNow(place, csrf));
  button?.addEventListener("click", async () => {
    say("working");
    say(await subscribe(place, csrf));
  });
}

async function stateNow(place, csrf) {
  if (Notification.permission === "denied") return "denied";
  const registration = await navigator.serviceWorker.getRegistration("/");
  const known = await registration?.pushManager.getSubscription();
  if (!known) return "ready";
  if (!sameKey(known, place.dataset.key)) return "other-key";
  if (remembered() !== place.dataset.subscribeUrl) return "ready";
  return (await confirm(known, place.dataset.subscribeUrl, csrf, true)) ? "done" : "ready";
}

async function subscribe(place, csrf) {
  try {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission === "denied" ? "denied" : "ready";
    const registration = await navigator.serviceWorker.ready;
    const known = await registration.pushManager.getSubscription();
    if (known && !sameKey(known, place.dataset.key)) await known.unsubscribe();
    const fresh = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(place.dataset.key),
    });
    return (await confirm(fresh, place.dataset.subscribeUrl, csrf)) ? "done" : "failed";
  } catch (error) {
    return error.name === "NotAllowedError" ? "denied" : "failed";
  }
}

// Tell the server which address notices go to, and remember that it was for this person on this device.
// `again`: nobody pressed, the phone only says that it is still there. 410 answers that it was switched off.
async function confirm(subscription, url, csrf, again = false) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, again }),
  });
  if (answer.status === 410) forget();
  if (answer.ok && !answer.redirected) remember(url);
  return answer.ok && !answer.redirected;
}

// At each start, once a day: is the phone still reachable? Only for the person who pressed for it here.
export async function confirmAgain(url, csrf) {
  if (!supported() || Notification.permission !== "granted" || remembered() !== url) return;
  if (localStorage.getItem("prenumeration-dag") === today()) return;
  const registration = await navigator.serviceWorker.getRegistration("/");
  const known = await registration?.pushManager.getSubscription();
  if (known) await confirm(known, url, csrf, true);
}

const today = () => new Date().toISOString().slice(0, 10);
const remembered = () => localStorage.getItem("prenumeration");

function remember(url) {
  localStorage.setItem("prenumeration", url);
  localStorage.setItem("prenumeration-dag", today());
}

function forget() {
  localStorage.removeItem("prenumeration");
  localStorage.removeItem("prenumeration-dag");
}

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function sameKey(subscription, base64url) {
  const key = subscription.options?.applicationServerKey;
  if (!key) return true; // the browser does not tell: it will refuse by itself if it differs
  const [one, other] = [new Uint8Array(key), bytes(base64url)];
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}
