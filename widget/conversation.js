// Opens or resumes the conversation, feeds the view, starts anew when the token has expired.
// Knows session, outbox and connection; never touches the page.

import { Connection } from './connection.js';
import { Outbox } from './outbox.js';
import { Sleeper, backoff } from './timing.js';

export class Conversation {
  #api;
  #store;
  #view;
  #language;
  #outbox;
  #connection;
  #session = null;
  // Every beginning has a number, so that answers to an earlier one are dropped.
  #round = 0;
  #rejected = 0;
  #paused = false;
  #down = false;
  #sleeper = new Sleeper();

  constructor({ api, store, view, language }) {
    this.#api = api;
    this.#store = store;
    this.#view = view;
    this.#language = store.session?.language ?? language;
    this.#outbox = new Outbox(store, {
      send: (token, message) => api.sendMessage(token, message),
      changed: (entry) => view.pending(entry),
      accepted: (entry, seq) => {
        this.#rejected = 0;
        view.accepted(entry, seq);
        this.#connection.wake();
      },
      expired: () => this.#expire(),
    });
    this.#connection = new Connection(api, {
      message: (message) => this.#receive(message),
      typing: (state) => view.typing(state),
      language: (code) => this.#speak(code),
      up: () => {
        view.connected();
        if (this.#down) this.#outbox.retryAll();
        this.#down = false;
      },
      down: (error) => {
        this.#down = true;
        view.disconnected(error);
      },
      expired: () => this.#expire(),
    });
    store.onOtherSession(() => {
      if (!this.#paused && this.#session && this.#replaced()) this.#leave(() => view.clear());
    });
  }

  async begin() {
    const round = ++this.#round;
    const here = () => round === this.#round;
    this.#view.typing({ from: 'bot', typing: true });
    for (let failures = 0; here();) {
      try {
        const fresh = !this.#store.session;
        const session = this.#store.session ?? await this.#create(here);
        if (!here()) return;
        const { language, messages } = await this.#api.listMessages(session.token, 0);
        if (!here()) return;
        this.#enter(session, language, messages, fresh);
        return;
      } catch (error) {
        if (!here()) return;
        failures += 1;
        if (error.status === 401) {
          this.#store.session = null;
          this.#rejected += 1;
          this.#view.expired();
          // A gateway that rejects even new tokens must not be flooded.
          if (this.#rejected > 1) await this.#sleeper.sleep(backoff(this.#rejected + 2));
        } else {
          this.#view.typing({ typing: false });
          this.#view.disconnected(error);
          await this.#sleeper.sleep(error.retryAfter ?? backoff(failures));
        }
      }
    }
  }

  restart() {
    this.#store.session = null;
    this.#leave(() => this.#view.clear());
  }

  send(text, button) {
    this.#outbox.add(text, button);
  }

  retry(id) {
    this.#sleeper.wake();
    this.#connection.wake();
    this.#outbox.retry(id);
  }

  take(id) {
    return this.#outbox.take(id);
  }

  // A stream from before the network came back may be dead without knowing.
  wake() {
    if (this.#paused) return;
    this.#sleeper.wake();
    if (this.#session) this.#connection.start(this.#session.token);
    this.#outbox.retryAll();
  }

  pause() {
    this.#paused = true;
    this.#round += 1;
    this.#connection.stop();
    this.#outbox.close();
  }

  resume() {
    this.#paused = false;
    if (!this.#session) {
      this.begin();
      return;
    }
    if (this.#replaced()) {
      this.#leave(() => this.#view.clear());
      return;
    }
    this.#outbox.open(this.#session.token, this.#session.conversation_id);
    this.#connection.start(this.#session.token);
  }

  // Another tab has gone on to another conversation.
  #replaced() {
    const token = this.#store.session?.token;
    return token !== undefined && token !== this.#session.token;
  }

  async #create(here) {
    const { token, conversation_id: id } = await this.#api.createSession(this.#language);
    const session = { token, conversation_id: id, language: this.#language };
    if (here()) this.#store.session = session;
    return session;
  }

  #enter(session, language, messages, fresh) {
    this.#session = session;
    if (language) this.#speak(language);
    this.#view.typing({ typing: false });
    this.#view.connected();
    if (fresh) for (const message of messages) this.#view.message(message);
    else this.#view.history(messages);
    this.#connection.after = messages.reduce((last, { seq }) => Math.max(last, seq), 0);
    this.#view.restore(this.#outbox.open(session.token, session.conversation_id));
    this.#connection.start(session.token);
  }

  #receive(message) {
    this.#rejected = 0;
    if (message.from === 'customer' && !this.#view.has(message.seq)
        && this.#outbox.recognise(message)) return;
    this.#view.message(message);
  }

  #speak(code) {
    const language = String(code).slice(0, 2).toLowerCase();
    if (language === this.#language) return;
    this.#language = language;
    if (this.#session && this.#store.session?.token === this.#session.token) {
      this.#session = { ...this.#session, language };
      this.#store.session = this.#session;
    }
    this.#view.language(language);
  }

  #expire() {
    if (!this.#session) return;
    // Another tab may have begun the next conversation already.
    if (this.#store.session?.token === this.#session.token) this.#store.session = null;
    this.#rejected += 1;
    const wait = this.#rejected > 1 ? backoff(this.#rejected + 2) : 0;
    this.#leave(() => this.#view.expired(), wait);
  }

  async #leave(tell, wait = 0) {
    this.#session = null;
    const round = ++this.#round;
    this.#connection.stop();
    this.#outbox.close();
    this.#connection.after = 0;
    const texts = this.#outbox.takeAll();
    tell();
    this.#view.restore(texts);
    if (wait) await this.#sleeper.sleep(wait);
    if (round === this.#round) this.begin();
  }
}
