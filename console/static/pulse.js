// Every page tells now and then that it is open, and shows how many customers wait for a person.

const EVERY = 20000;

const { pulse } = document.querySelector('script[data-pulse]').dataset;
const badge = document.querySelector('[data-waiting]');
const told = document.getElementById('waiting-told');
let known = Number(badge.textContent);

function show(waiting) {
  if (waiting === known) return;
  // Read out only when it grows: a customer more waits, one less is no call to act.
  if (waiting > known) {
    told.textContent = waiting === 1
      ? told.dataset.one : told.dataset.many.replace('{n}', waiting);
  }
  known = waiting;
  badge.textContent = waiting;
  badge.hidden = waiting === 0;
  document.dispatchEvent(new CustomEvent('queuechange'));
}

async function ask() {
  try {
    const answer = await fetch(pulse, { redirect: 'error' });
    if (answer.ok) show((await answer.json()).waiting);
  } catch {
    // The next one may get through.
  }
}

setInterval(ask, EVERY);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') ask();
});
ask();
