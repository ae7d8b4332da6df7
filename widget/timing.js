// Growing pauses with chance in them, and sleep that can be cut short.

export const RETRY_DELAYS = [1000, 3000, 8000];
export const POLL_INTERVAL = 3000;

const LONGEST = 30000;

// Milliseconds; half of it is chance, so that clients do not return together.
export function backoff(failures) {
  const whole = Math.min(LONGEST, 1000 * 2 ** Math.max(0, failures - 1));
  return whole / 2 + Math.random() * (whole / 2);
}

export class Sleeper {
  #wakers = new Set();

  sleep(milliseconds) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wakers.add(wake);
    });
  }

  wake() {
    for (const wake of [...this.#wakers]) wake();
  }
}
