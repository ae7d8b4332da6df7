// Keeps the list of waiting customers fresh while it is looked at.

const EVERY = 5000;

const parser = new DOMParser();

async function refresh() {
  if (document.visibilityState !== 'visible') return;
  let page;
  try {
    const answer = await fetch(location.href, { redirect: 'error' });
    if (!answer.ok) return;
    page = parser.parseFromString(await answer.text(), 'text/html');
  } catch {
    return;
  }
  const shown = document.getElementById('queue');
  const fresh = page.getElementById('queue');
  if (!fresh || fresh.innerHTML === shown.innerHTML) return;
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : '';
  shown.replaceChildren(...fresh.childNodes);
  // Who was about to press a button goes on at the same one.
  if (focused) document.getElementById(focused)?.focus();
}

setInterval(refresh, EVERY);
document.addEventListener('queuechange', refresh);
document.addEventListener('visibilitychange', refresh);
