// Opens or resumes the conversation, feeds the view, starts anew when the token has expired.
// Knows session, outbox and connection; never touches the page.

import { Connection } from './connection.js';
import { identify } from './identity.js';
import { Outbox } from './outbox.js';
import { Sleeper, backoff } from './timing.js';

// Milliseconds between two looks at the token's age; timers take no more than 24 days.
const SHORTEST_CHECK = 60000;
const LONGEST_CHECK = 86400000;

export class Conversation {
  #api;
  #store;
  #view;
  #language;
  #identity;
  #outbox;
  #connection;
  #session = null;
  // Every beginning has a number, so that answers to an earlier one are dropped.
  #round = 0;
  #rejected = 0;
  #paused = false;
  #down = false;
  #renewal = 0;
  #freshLinks = 0;
  #linkSeconds = 0;
  #sleeper = new Sleeper();

  // `identity()` gives what the website has set: a signed identity, a function for one, or nothing.
  constructor({ api, store, view, language, identity }) {
    this.#api = api;
    this.#store = store;
    this.#view = view;
    this.#language = store.session?.language ?? language;
    this.#identity = identity;
    this.#outbox = new Outbox(store, {
      send: (token, message, onProgress) => api.sendMessage(token, message, onProgress),
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
      handling: (state) => view.handling(state),
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
      if (!this.#paused && this.#session) this.#followOtherTab();
    });
  }

  async begin() {
    const round = ++this.#round;
    const here = () => round === this.#round;
    this.#view.typing({ from: 'bot', typing: true });
    const identity = await identify(this.#identity());
    if (!here()) return;
    this.#forgetOthers(identity);
    for (let failures = 0; here();) {
      try {
        const fresh = !this.#store.session;
        const session = fresh ? await this.#create(identity, here) : await this.#renewed();
        if (!here()) return;
        const page = await this.#api.listMessages(session.token, 0);
        if (!here()) return;
        this.#enter(session, page, fresh);
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

  // `button` of an offered answer, or `files` that go with the text.
  send(text, { button, files } = {}) {
    this.#outbox.add(text, { button, files });
  }

  // Whether anybody sees it is the desk's business, and nothing depends on it.
  tellTyping() {
    if (this.#session) this.#api.tellTyping(this.#session.token).catch(() => {});
  }

  retry(id) {
    this.#sleeper.wake();
    this.#connection.wake();
    this.#outbox.retry(id);
  }

  take(id) {
    return this.#outbox.take(id);
  }

  // The website has set another identity: somebody signed in or out.
  async identityChanged() {
    const identity = await identify(this.#identity());
    if (this.#forgetOthers(identity)) this.#leave();
  }

  // A stream from before the network came back may be dead without knowing.
  wake() {
    if (this.#paused) return;
    this.#sleeper.wake();
    this.#keepToken();
    if (this.#session) this.#connection.start(this.#session.token);
    this.#outbox.retryAll();
  }

  pause() {
    this.#paused = true;
    clearTimeout(this.#renewal);
    clearTimeout(this.#freshLinks);
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
    if (!this.#followOtherTab()) this.#use(this.#session);
  }

  // Another tab has a fresh token for the conversation, or has gone on to another one.
  #followOtherTab() {
    const stored = this.#store.session;
    if (!stored || stored.token === this.#session.token) return false;
    if (stored.conversation_id === this.#session.conversation_id) this.#use(stored);
    else this.#leave(() => this.#view.clear());
    return true;
  }

  #use(session) {
    this.#session = session;
    this.#planRenewal();
    this.#planFreshLinks();
    this.#view.restore({ texts: this.#outbox.open(session.token, session.conversation_id) });
    this.#connection.start(session.token);
  }

  // Whether the stored conversation was somebody else's; a stranger's is kept when they sign in.
  #forgetOthers(identity) {
    const customer = this.#store.session?.customer ?? null;
    if (identity === undefined || customer === null) return false;
    if (customer === identity?.customer) return false;
    this.#outbox.takeAll();
    this.#store.forget();
    this.#view.forget();
    return true;
  }

  async #create(identity, here) {
    const language = this.#language;
    let known = identity;
    let made;
    try {
      made = await this.#api.createSession(language, known?.signed);
    } catch (error) {
      if (!known || error.status !== 403) throw error;
      // A mistake in the website's signature must not keep its customers from asking for help.
      console.warn(`aftercare-chat: the identity was refused (${error.code}).`);
      known = null;
      made = await this.#api.createSession(language, null);
    }
    const session = { ...made, language, customer: known?.customer ?? null };
    if (here()) this.#store.session = session;
    return session;
  }

  // The stored session, under a fresh token when it is time; where that fails the old one serves.
  async #renewed() {
    const session = this.#store.session;
    if (!(Date.parse(session.renew_after) <= Date.now())) return session;
    try {
      const fresh = { ...session, ...await this.#api.renewSession(session.token) };
      if (this.#store.session?.token === session.token) this.#store.session = fresh;
      return fresh;
    } catch (error) {
      if (error.status === 401) throw error;
      return session;
    }
  }

  // Also a page that stays open for weeks keeps its conversation.
  #planRenewal() {
    clearTimeout(this.#renewal);
    const wait = Date.parse(this.#session.renew_after) - Date.now();
    if (Number.isNaN(wait)) return;
    this.#renewal = setTimeout(async () => {
      await this.#keepToken();
      if (this.#session) this.#planRenewal();
    }, Math.min(Math.max(wait, SHORTEST_CHECK), LONGEST_CHECK));
  }

  async #keepToken() {
    const session = this.#session;
    if (!session || this.#store.session?.token !== session.token) return;
    const fresh = await this.#renewed().catch(() => session);
    if (fresh !== session && session === this.#session) this.#use(fresh);
  }

  #enter(session, { language, handling, messages, files }, fresh) {
    this.#session = session;
    this.#view.takesFiles(files ?? null);
    this.#linkSeconds = files?.link_seconds ?? 0;
    if (language) this.#speak(language);
    if (handling) this.#view.handling(handling);
    this.#view.typing({ typing: false });
    this.#view.connected();
    if (fresh) for (const message of messages) this.#view.message(message);
    else this.#view.history(messages);
    this.#connection.after = messages.reduce((last, { seq }) => Math.max(last, seq), 0);
    this.#use(this.#session);
  }

  #receive(message) {
    this.#rejected = 0;
    if (message.from === 'customer' && !this.#view.has(message.seq)) {
      this.#outbox.recognise(message);
    }
    this.#view.message(message);
  }

  // The links of files expire; fresh ones come with the messages.
  #planFreshLinks() {
    clearTimeout(this.#freshLinks);
    if (!this.#linkSeconds) return;
    this.#freshLinks = setTimeout(async () => {
      const from = this.#view.firstWithFiles();
      if (this.#session && from !== null) {
        const page = await this.#api.listMessages(this.#session.token, from - 1).catch(() => null);
        if (page) this.#view.refreshLinks(page.messages);
      }
      this.#planFreshLinks();
    }, this.#linkSeconds * 750);
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
    if (!this.#session || this.#followOtherTab()) return;
    if (this.#store.session?.token === this.#session.token) this.#store.session = null;
    this.#rejected += 1;
    const wait = this.#rejected > 1 ? backoff(this.#rejected + 2) : 0;
    this.#leave(() => this.#view.expired(), wait);
  }

  async #leave(tell = () => {}, wait = 0) {
    this.#session = null;
    clearTimeout(this.#renewal);
    const round = ++this.#round;
    this.#connection.stop();
    this.#outbox.close();
    this.#connection.after = 0;
    const unsent = this.#outbox.takeAll();
    tell();
    this.#view.restore(unsent);
    if (wait) await this.#sleeper.sleep(wait);
    if (round === this.#round) this.begin();
  }
}
