// Keeps an open conversation live: new lines, who has it, who writes, and answers without a reload.

const TYPING_SHOWN = 6000;
const TYPING_TOLD = 3000;
const NEAR = 160;

const list = document.getElementById('transcript');
const typing = document.getElementById('typing');
const told = document.getElementById('told');
const form = document.getElementById('reply');
const parser = new DOMParser();
const names = { customer: 'Customer', bot: 'Bot' };

// The number after which lines may be new or may change: one that waits for the bot still does.
function settled() {
  const open = list.querySelector('[data-open]');
  const lines = list.querySelectorAll('[data-seq]');
  return open ? open.dataset.seq - 1 : Number(lines[lines.length - 1]?.dataset.seq ?? 0);
}

function atEnd() {
  const { scrollHeight } = document.documentElement;
  return scrollHeight - window.scrollY - window.innerHeight < NEAR;
}

function readOut(line) {
  const files = [...line.querySelectorAll('.files img, .files a[download]')];
  const named = files.map((file) => file.alt ?? file.textContent).join(', ');
  const words = [line.querySelector('.words')?.textContent, named].filter(Boolean).join(' ')
    || line.textContent;
  const sender = Object.keys(names).find((name) => line.classList.contains(name));
  const speaker = sender ? `${names[sender]}: ` : '';
  told.append(Object.assign(document.createElement('p'), {
    textContent: `${speaker}${words.trim()}`,
  }));
  while (told.childElementCount > 5) told.firstElementChild.remove();
}

function takeOver(fresh) {
  for (const line of [...fresh.querySelectorAll('ol > li')]) {
    const shown = document.getElementById(line.id);
    if (shown) {
      if (shown.outerHTML !== line.outerHTML) shown.replaceWith(line);
      continue;
    }
    list.append(line);
    if (!line.classList.contains('staff')) readOut(line);
    typing.hidden = true;
  }
}

function showHandling(fresh) {
  const panel = fresh.getElementById('handling');
  const shown = document.getElementById('handling');
  if (!panel || panel.outerHTML === shown.outerHTML) return;
  const changed = panel.className !== shown.className;
  const focused = shown.contains(document.activeElement);
  shown.replaceWith(panel);
  if (focused) panel.querySelector('button')?.focus();
  if (!changed) return;
  told.textContent = panel.querySelector('p').textContent;
  // The box to write in comes and goes with the conversation; what is written in it stays.
  if (panel.dataset.mine === 'yes' && !form) location.reload();
  const { text, files } = form?.elements ?? {};
  if (form) form.hidden = panel.dataset.mine === 'no' && !text.value && !files?.value;
}

let fetching = false;
let again = false;

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(`${list.dataset.news}?after=${settled()}`, { redirect: 'error' });
    if (answer.ok) {
      const fresh = parser.parseFromString(await answer.text(), 'text/html');
      const follow = atEnd();
      takeOver(fresh);
      showHandling(fresh);
      if (follow) window.scrollTo({ top: document.documentElement.scrollHeight });
    }
  } catch {
    // The stream tells again within seconds.
  }
  fetching = false;
  if (again) {
    again = false;
    refresh();
  }
}

let typingTimer = 0;

function showTyping({ from, typing: on }) {
  clearTimeout(typingTimer);
  typing.hidden = !on;
  if (!on) return;
  typing.textContent = typing.dataset[from];
  if (from === 'customer') {
    typingTimer = setTimeout(() => { typing.hidden = true; }, TYPING_SHOWN);
  }
}

let events = null;

// A browser opens few connections to one server, so a hidden page gives its own up.
function listen() {
  if (document.visibilityState !== 'visible') {
    events?.close();
    events = null;
    return;
  }
  if (events) return;
  events = new EventSource(list.dataset.events);
  events.addEventListener('news', refresh);
  events.addEventListener('typing', (event) => showTyping(JSON.parse(event.data)));
}

function post(address, fields, headers = {}) {
  return fetch(address, {
    method: 'POST',
    body: fields instanceof FormData ? fields : new URLSearchParams(fields),
    headers,
    redirect: 'error',
  });
}

function watchReply() {
  const { text, id, csrf, files, description } = form.elements;
  const button = form.querySelector('button');
  const problem = document.getElementById('reply-problem');
  let toldAt = 0;

  async function send() {
    const chosen = files?.files.length ?? 0;
    if (!(text.value.trim() || chosen) || button.disabled) return;
    button.disabled = true;
    problem.textContent = '';
    // A video may take a while.
    if (chosen) told.textContent = form.dataset.sending;
    try {
      const answer = await post(form.action, new FormData(form), { Accept: 'application/json' });
      const body = await answer.json();
      if (answer.status === 201) {
        id.value = body.next_id;
        text.value = '';
        if (files) files.value = description.value = '';
        toldAt = 0;
        refresh();
      } else {
        const words = answer.status === 413
          ? 'tooLarge' : { somebody_else: 'somebodyElse', with_bot: 'withBot' }[body.problem];
        problem.textContent = body.words
          || form.dataset[words ?? 'failed'].replace('{name}', body.name);
        refresh();
      }
    } catch {
      problem.textContent = form.dataset.failed;
    }
    button.disabled = false;
    text.focus();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    send();
  });
  text.addEventListener('input', () => {
    if (!text.value.trim() || Date.now() - toldAt < TYPING_TOLD) return;
    toldAt = Date.now();
    post(form.dataset.typing, { csrf: csrf.value }).catch(() => {});
  });
}

if (list) {
  document.addEventListener('visibilitychange', listen);
  listen();
}
if (form) {
  watchReply();
  form.elements.text.focus({ preventScroll: true });
  window.scrollTo({ top: document.documentElement.scrollHeight });
}
