// The warning before a sign-in ends, and what is shown when it has. Fetched when it is time, words and all.

const WARNING = 180; // seconds

// The server knows best: somebody may have used another tab. `again(seconds)` starts the watch anew.
export async function ask(csrf, again) {
  let said;
  try {
    const answer = await fetch("/inloggning/kvar", { headers: { Accept: "application/json" } });
    said = await answer.json();
    if (answer.status === 401) return ended(said.ended);
  } catch {
    return setTimeout(ask, 20000, csrf, again); // no net: nothing can be read from the server either
  }
  if (said.left > WARNING) return again(said.left);
  warn(said, csrf, again);
}

function warn({ left, most, ending }, csrf, again) {
  const ends = Date.now() + left * 1000;
  const time = make("p", "");
  time.setAttribute("role", "status");
  const stay = button(ending.stay, "btn");
  const parts = [make("p", ending.why), time, stay];
  if (!most) parts.push(button(ending.leave, "btn second", leave));
  const dialog = open(ending.title, parts);
  const clock = setInterval(tick, 1000);
  tick();

  stay.addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });

  function tick() {
    const minutes = Math.ceil((ends - Date.now()) / 60000);
    if (minutes < 1) return done(() => ask(csrf, again));
    const text = ending.minutes[Math.min(minutes, ending.minutes.length) - 1];
    if (time.textContent !== text) time.textContent = text;
  }

  function done(then) {
    clearInterval(clock);
    dialog.remove();
    then();
  }

  async function close() {
    if (most) return done(() => setTimeout(ask, Math.max(0, ends - Date.now()) + 1000, csrf, again));
    try {
      const answer = await fetch("/inloggning/kvar", {
        method: "POST",
        headers: { "X-CSRFToken": csrf(), "Content-Type": "application/json" },
      });
      const { left } = answer.ok ? await answer.json() : {};
      done(() => (left ? again(left) : ask(csrf, again)));
    } catch {
      done(() => setTimeout(ask, 5000, csrf, again));
    }
  }
}

// Covers the page, so that whoever comes by reads nothing. What was typed is sent on: the server keeps it.
function ended(words) {
  const form = "keeps" in document.body.dataset && typedIn();
  const go = button(words.sign_in, "btn", () => {
    if (form) form.submit();
    else location.assign(`/logga-in?next=${encodeURIComponent(location.pathname)}`);
  });
  const dialog = open(words.title, [make("p", form ? words.kept : words.why), go]);
  document.querySelector(".frame").hidden = true;
  dialog.addEventListener("cancel", (event) => event.preventDefault());
}

function typedIn() {
  const fields = document.querySelectorAll("main form[method=post] :is(textarea, input:not([type=hidden]))");
  const changed = (one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked;
  return [...fields].find(changed)?.form;
}

function leave() {
  document.querySelector("form[action='/logga-ut']")?.submit();
}

function open(title, parts) {
  const heading = make("h2", title);
  heading.id = "kvar";
  const dialog = document.createElement("dialog");
  dialog.className = "stay";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "kvar");
  dialog.append(heading, ...parts);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("button").focus();
  return dialog;
}

function make(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function button(text, style, press) {
  const made = make("button", text);
  made.type = "button";
  made.className = style;
  if (press) made.addEventListener("click", press);
  return made;
}
