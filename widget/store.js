// What outlives a page: the site's session, this tab's draft and unsent messages.
// Where the browser refuses storage, memory has to do.

class Shelf {
  #area;
  #memory = new Map();

  constructor(areaName) {
    try {
      this.#area = window[areaName];
    } catch {
      this.#area = null;
    }
  }

  read(key) {
    try {
      const value = this.#area.getItem(key);
      return value === null ? this.#memory.get(key) ?? null : JSON.parse(value);
    } catch {
      return this.#memory.get(key) ?? null;
    }
  }

  write(key, value) {
    try {
      this.#area.setItem(key, JSON.stringify(value));
      this.#memory.delete(key);
    } catch {
      // Full or forbidden: an older value must not hide the newer one.
      this.remove(key);
      this.#memory.set(key, value);
    }
  }

  remove(key) {
    this.#memory.delete(key);
    try {
      this.#area.removeItem(key);
    } catch {
      // Forbidden, so nothing is there.
    }
  }
}

export class Store {
  #key;
  #site = new Shelf('localStorage');
  #tab = new Shelf('sessionStorage');

  constructor(server) {
    this.#key = `aftercare:${server}`;
  }

  // {token, conversation_id, renew_after, expires_at, language, customer} or null; `customer` is the
  // website's own name of them, null for a stranger.
  get session() {
    const session = this.#site.read(this.#key);
    return typeof session?.token === 'string' ? session : null;
  }

  set session(session) {
    if (session) this.#site.write(this.#key, session);
    else this.#site.remove(this.#key);
  }

  // The next customer of this browser must not find what the last one wrote.
  forget() {
    this.session = null;
    this.draft = '';
    this.unsent = null;
  }

  get draft() {
    return String(this.#tab.read(`${this.#key}:draft`) ?? '');
  }

  set draft(text) {
    if (text) this.#tab.write(`${this.#key}:draft`, text);
    else this.#tab.remove(`${this.#key}:draft`);
  }

  // {conversation, entries} or null.
  get unsent() {
    const unsent = this.#tab.read(`${this.#key}:unsent`);
    return Array.isArray(unsent?.entries) ? unsent : null;
  }

  set unsent(unsent) {
    if (unsent?.entries.length) this.#tab.write(`${this.#key}:unsent`, unsent);
    else this.#tab.remove(`${this.#key}:unsent`);
  }

  onOtherSession(callback) {
    window.addEventListener('storage', (event) => {
      if (event.key === this.#key && event.newValue) callback();
    });
  }
}
