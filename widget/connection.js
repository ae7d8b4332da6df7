// Keeps the replies coming: live events, polling while they fail, events again later.

import { POLL_INTERVAL, Sleeper, backoff } from './timing.js';

const CONNECT_LIMIT = 15000;
const SILENCE_LIMIT = 45000;
const STEADY = 5000;

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

export class Connection {
  #api;
  #on;
  #run = null;
  #sleeper = new Sleeper();
  after = 0;

  // `on`: message(message), typing({from, typing}), language(code), handling(state), up(), down(error), expired().
  constructor(api, on) {
    this.#api = api;
    this.#on = on;
  }

  start(token) {
    this.stop();
    this.#on.typing({ typing: false });
    const run = { token, abort: null };
    this.#run = run;
    this.#keep(run);
  }

  stop() {
    this.#run?.abort?.abort();
    this.#run = null;
    this.#sleeper.wake();
  }

  wake() {
    this.#sleeper.wake();
  }

  async #keep(run) {
    let failures = 0;
    while (run === this.#run) {
      const began = Date.now();
      const error = await this.#listen(run);
      if (run !== this.#run) return;
      if (error?.status === 401) {
        this.#on.expired();
        return;
      }
      failures = Date.now() - began > STEADY && !error?.refused ? 0 : failures + 1;
      const pause = error?.retryAfter ?? backoff(failures);
      if (failures >= 2) await this.#poll(run, pause);
      else await this.#sleeper.sleep(pause);
    }
  }

  // Resolves at the stream's end with null, or with the error that kept it from opening.
  async #listen(run) {
    const abort = new AbortController();
    run.abort = abort;
    let watch = setTimeout(() => abort.abort(), CONNECT_LIMIT);
    const seen = () => {
      clearTimeout(watch);
      watch = setTimeout(() => abort.abort(), SILENCE_LIMIT);
    };
    let events = null;
    try {
      events = await this.#api.openEvents(run.token, this.after, abort.signal, seen);
      if (run !== this.#run) return null;
      seen();
      this.#on.up();
      for await (const { event, data } of events) {
        if (run !== this.#run) return null;
        this.#dispatch(event, parsed(data));
      }
      return null;
    } catch (error) {
      return events ? null : Object.assign(error, { refused: true });
    } finally {
      clearTimeout(watch);
      abort.abort();
      if (run === this.#run) this.#on.typing({ typing: false });
    }
  }

  #dispatch(event, data) {
    if (!data) return;
    if (event === 'message') this.#take(data);
    else if (event === 'typing') this.#on.typing(data);
    else if (event === 'language') this.#on.language(data.language);
    else if (event === 'handling') this.#on.handling(data);
  }

  #take(message) {
    if (!Number.isInteger(message.seq)) return;
    this.#on.message(message);
    this.after = Math.max(this.after, message.seq);
  }

  // At least once; after `duration` milliseconds events get another chance.
  async #poll(run, duration) {
    const end = Date.now() + duration;
    do {
      let pause = POLL_INTERVAL;
      try {
        const page = await this.#api.listMessages(run.token, this.after);
        const { language, handling, messages } = page;
        if (run !== this.#run) return;
        this.#on.up();
        if (language) this.#on.language(language);
        if (handling) this.#on.handling(handling);
        for (const message of messages) this.#take(message);
      } catch (error) {
        if (run !== this.#run) return;
        if (error.status === 401) {
          this.#on.expired();
          return;
        }
        this.#on.down(error);
        pause = Math.max(pause, error.retryAfter ?? 0);
      }
      await this.#sleeper.sleep(pause);
    } while (run === this.#run && Date.now() < end);
  }
}
