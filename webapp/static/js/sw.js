// The service worker: public pages without net, and notices.
// SERVER (version, pages, files, texts, icons) is put before this file by webapp/pages/worker.py.
//
// What a person's pages say never goes into a cache here. Only what everybody may read does.

const FILES = `filer-${SERVER.version}`;
const PAGES = "sidor"; // keeps its name: an old page is better than none until the new ones have come
const LANGUAGE = "/sprak-nu"; // where the reader's language lies among the pages; never fetched
const PATIENCE = 3000; // milliseconds before a stalled network is taken for none
const NEUTRAL = "paminnelse"; // the tag of a notice that we could not read

const hashed = /^\/static\/.+\.[0-9a-f]{10}\.\w+$/;

// --- Coming and going ---------------------------------------------------------------------------

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      await (await caches.open(FILES)).addAll(SERVER.files);
      await refreshPages(await readersLanguage());
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.filter((name) => name !== FILES && name !== PAGES).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

// Fetched without cookies, so that the copy is what a stranger would see, in the reader's language.
async function refreshPages(lang) {
  const cache = await caches.open(PAGES);
  await Promise.all(
    SERVER.pages.map(async (path) => {
      try {
        const answer = await fetch(path, {
          credentials: "omit",
          cache: "no-cache",
          headers: { "Accept-Language": lang },
        });
        if (answer.ok && !answer.redirected) await cache.put(path, answer);
      } catch {
        // No net now: what we have is kept.
      }
    }),
  );
  await cache.put(LANGUAGE, new Response(lang));
}

async function readersLanguage() {
  const kept = await (await caches.open(PAGES)).match(LANGUAGE);
  return kept ? kept.text() : "sv";
}

async function textsFor(lang) {
  const known = (code) => (Object.hasOwn(SERVER.texts, code) ? SERVER.texts[code] : null);
  return known(lang) || known(await readersLanguage()) || SERVER.texts.sv;
}

// --- Pages and files ----------------------------------------------------------------------------

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    event.waitUntil(sendKept());
    const open = event.request.method === "GET" && SERVER.pages.includes(url.pathname);
    event.respondWith(open ? publicPage(event.request, url.pathname) : personalPage(event.request));
  } else if (event.request.method === "GET" && hashed.test(url.pathname)) {
    event.respondWith(file(event.request));
  }
});

// A hashed name never changes its content, so what we have is right.
async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

async function publicPage(request, path) {
  const kept = await (await caches.open(PAGES)).match(path, { ignoreVary: true });
  if (!kept) return personalPage(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([fetch(request).catch(() => kept), late]);
}

// Network only. When it fails: the page that says so, with the numbers to call; all of them where somebody
// looks for what to do when it gets worse.
async function personalPage(request) {
  try {
    return await fetch(request);
  } catch {
    const worse = new URL(request.url).pathname.endsWith("/om-det-blir-samre");
    const kept = await (await caches.open(PAGES)).match(worse ? "/ring" : "/offline", { ignoreVary: true });
    return kept || Response.error();
  }
}

self.addEventListener("message", (event) => {
  const { what, lang } = event.data || {};
  if (what === "pages" && SERVER.texts[lang]) event.waitUntil(refreshPages(lang));
  if (what === "start") event.waitUntil(sendKept());
});

// --- Notices ------------------------------------------------------------------------------------

self.addEventListener("push", (event) => {
  event.waitUntil(Promise.all([show(event.data), sendKept()]));
});

// A push must always be shown: a browser that sees none takes the permission away.
async function show(data) {
  const said = read(data);
  if (said.closing && (await takenAway(said.tag))) return;
  const texts = await textsFor(said.lang);
  const own = said.text ? await ownText(said.navigate) : null;
  const lang = said.title ? said.lang : texts.lang;
  await self.registration.showNotification(own?.title || said.title || texts.title, {
    body: own?.body || said.body || "", // the lock screen says that there is a reminder, and no more
    lang,
    tag: said.tag,
    renotify: !said.closing,
    silent: said.closing,
    icon: SERVER.icon,
    badge: SERVER.badge,
    actions: said.actions,
    data: { navigate: said.navigate, lang },
  });
}

// Answered on another phone. Where the app is looked at the notice just goes; else a quiet one takes its place,
// since a browser wants each push to be shown.
async function takenAway(tag) {
  const windows = await self.clients.matchAll({ type: "window" });
  if (!windows.some(({ visibilityState }) => visibilityState === "visible")) return false;
  for (const notice of await self.registration.getNotifications({ tag })) notice.close();
  return true;
}

// The declarative form (web_push: 8030), read with suspicion: anything odd becomes a neutral notice.
function read(data) {
  const neutral = { navigate: "/", tag: NEUTRAL, actions: [] };
  try {
    const { web_push, notification } = data.json();
    const target = ours(notification.navigate);
    if (web_push !== 8030 || !target) return neutral;
    return {
      title: line(notification.title),
      body: line(notification.body),
      lang: line(notification.lang) || "sv",
      tag: line(notification.tag) || NEUTRAL,
      navigate: target,
      actions: (Array.isArray(notification.actions) ? notification.actions : [])
        .filter((one) => line(one?.action) && line(one?.title))
        .map(({ action, title }) => ({ action, title })),
      text: notification.data?.text === 1,
      closing: notification.data?.closing === 1,
    };
  } catch {
    return neutral;
  }
}

const line = (value) => (typeof value === "string" ? value : undefined);

// An address of our own, as a path; null for anybody else's.
function ours(address) {
  const url = new URL(address, self.location.origin);
  return url.origin === self.location.origin && !url.pathname.startsWith("//") ? url.pathname + url.search : null;
}

// Only for the person who chose to see the text on the lock screen; the server decides, and may say no.
async function ownText(navigate) {
  try {
    const answer = await fetch(`${navigate}/text`, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return null;
    const { title, body } = await answer.json();
    return { title: line(title), body: line(body) };
  } catch {
    return null;
  }
}

self.addEventListener("notificationclick", (event) => {
  const { navigate = "/", lang } = event.notification.data || {};
  const { tag } = event.notification;
  event.notification.close();
  event.waitUntil(event.action ? answer(navigate, event.action, tag, lang) : open(navigate));
});

// A window that shows something else is left alone: somebody may be writing there.
async function open(navigate) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find(({ url }) => ours(url) === navigate);
  await (there ? there.focus() : self.clients.openWindow(navigate));
}

// --- Answers pressed on the notice --------------------------------------------------------------
// Kept first, then sent: a phone may kill us at any time. The id lets the server count a press once,
// however many times it arrives.

async function answer(navigate, svar, tag, lang) {
  const press = { id: crypto.randomUUID(), navigate, svar, tryckt: new Date().toISOString(), fran: await address() };
  try {
    await store("readwrite", (answers) => answers.put(press));
    await sendKept();
    if ((await store("readonly", (answers) => answers.count())) === 0) return;
  } catch {
    if (await delivered(press)) return; // a phone that keeps nothing, or is full: at least sent at once
  }
  try {
    await self.registration.sync?.register("svar");
  } catch {
    // No background sync here: the next push, page or start sends it.
  }
  const texts = await textsFor(lang);
  await self.registration.showNotification(texts.kept, {
    body: texts.kept_body,
    lang: texts.lang,
    tag,
    silent: true,
    icon: SERVER.icon,
    badge: SERVER.badge,
    data: { navigate, lang },
  });
}

// Where this phone's notices go, so that no word about the answer is sent back here.
async function address() {
  const subscription = await self.registration.pushManager?.getSubscription().catch(() => null);
  return subscription?.endpoint ?? "";
}

self.addEventListener("sync", (event) => {
  if (event.tag === "svar") event.waitUntil(sendKept());
});

async function sendKept() {
  const kept = await store("readonly", (answers) => answers.getAll()).catch(() => []);
  for (const one of kept) {
    if (await delivered(one)) await store("readwrite", (answers) => answers.delete(one.id));
  }
}

// True when the server has answered for good, yes or no. No net, too busy or broken: later.
async function delivered({ id, navigate, svar, tryckt, fran = "" }) {
  try {
    const { status } = await fetch(navigate, {
      method: "POST",
      body: new URLSearchParams({ svar, tryckt, id, fran }),
      redirect: "manual",
      signal: AbortSignal.timeout(10000),
    });
    return status < 500 && status !== 408 && status !== 429;
  } catch {
    return false;
  }
}

function store(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("naramig-svar", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("svar", { keyPath: "id" });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const work = database.transaction("svar", mode);
      const asked = act(work.objectStore("svar"));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = work.onerror = () => reject(work.error);
      database.onversionchange = () => database.close();
      work.addEventListener("complete", () => database.close());
    };
  });
}

// --- The subscription ---------------------------------------------------------------------------

// The browser has changed the address that notices go to. The old one proves whose it was.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(
    (async () => {
      const key = event.oldSubscription?.options.applicationServerKey;
      const fresh =
        event.newSubscription ||
        (key && (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })));
      if (!fresh) return; // the app asks again at the next start
      const { endpoint, keys } = fresh.toJSON();
      await fetch("/prenumeration/byt", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ old: event.oldSubscription?.endpoint ?? null, new: { endpoint, keys } }),
      });
    })(),
  );
});
