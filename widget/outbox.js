// Messages on their way: one at a time, in order, each under one id until it is accepted.
// Unsent entries are stored at every change, so a reload loses no text. Files outlive no reload: the
// text that went with them comes back to be sent again.

import { RETRY_DELAYS, Sleeper } from './timing.js';

const LONGEST_WAIT = 60000;
// What the gateway says of files, and the words for it.
const REFUSED_FILES = {
  file_empty: 'fileEmpty',
  file_too_large: 'filesTooLarge',
  file_type_not_taken: 'fileKind',
  file_damaged: 'fileDamaged',
  image_too_large: 'imageTooLarge',
  file_infected: 'fileInfected',
  too_many_files: 'tooManyFiles',
  scanner_unavailable: 'filesLater',
  files_unavailable: 'filesLater',
};

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without HTTPS have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// An entry: {id, text, button, files, at, state, reason, errorId, seconds, progress}
// state: 'sending', 'waiting' (the gateway asked for a pause), 'failed' (try again), 'refused' (edit it).
export class Outbox {
  #store;
  #on;
  #entries = [];
  #conversation = null;
  #token = null;
  #worker = null;
  #sleeper = new Sleeper();

  // `on`: send(token, message, onProgress) -> {seq}, changed(entry), accepted(entry, seq), expired().
  constructor(store, on) {
    this.#store = store;
    this.#on = on;
  }

  // Takes up what this tab had not sent; returns texts meant for another conversation.
  open(token, conversation) {
    this.#token = token;
    this.#conversation = conversation;
    for (const entry of this.#entries) {
      if (entry.state === 'waiting') this.#mark(entry, { state: 'sending', reason: null });
    }
    const unsent = this.#store.unsent;
    const known = new Set(this.#entries.map((entry) => entry.id));
    const others = [];
    for (const entry of unsent?.entries ?? []) {
      if (known.has(entry.id)) continue;
      if (unsent.conversation !== conversation || entry.hadFiles) {
        if (!entry.button) others.push(entry.text);
        continue;
      }
      Object.assign(entry, { state: 'sending', reason: null });
      this.#entries.push(entry);
      this.#on.changed(entry);
    }
    this.#save();
    this.#work();
    return others;
  }

  close() {
    this.#token = null;
    this.#sleeper.wake();
  }

  add(text, { button, files = [] } = {}) {
    const at = new Date().toISOString();
    const entry = { id: newId(), text, button, files, at, state: 'sending' };
    this.#entries.push(entry);
    this.#save();
    this.#on.changed(entry);
    this.#work();
  }

  retry(id) {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (!entry) return;
    this.#mark(entry, { state: 'sending', reason: null });
    this.#work();
  }

  // What failed for want of a connection goes out again; a pause asked for is kept.
  retryAll() {
    if (this.#entries.some(({ state }) => state === 'waiting')) return;
    this.#sleeper.wake();
    for (const entry of this.#entries) {
      if (entry.state === 'failed' && entry.reason !== 'busy') this.retry(entry.id);
    }
  }

  // Gives an entry up and returns its text and files.
  take(id) {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry) this.#drop(entry);
    return { text: entry?.text ?? '', files: entry?.files ?? [] };
  }

  // Buttons mean nothing in another conversation: only what was typed or chosen is returned.
  takeAll() {
    const typed = this.#entries.filter((entry) => !entry.button);
    this.#entries = [];
    this.#save();
    return {
      texts: typed.map(({ text }) => text),
      files: typed.flatMap(({ files }) => files ?? []),
    };
  }

  // A message's live event may overtake the answer to its sending.
  recognise(message) {
    const entry = this.#entries.find(({ state, text, files }) => (
      state !== 'refused' && text === message.text
      && (files?.length ?? 0) === (message.attachments?.length ?? 0)));
    if (!entry) return false;
    this.#accept(entry, message.seq);
    return true;
  }

  // One worker a token: a hanging request must not hold up the next conversation.
  async #work() {
    const token = this.#token;
    if (!token || this.#worker === token) return;
    this.#worker = token;
    try {
      let entry;
      while (token === this.#token
          && (entry = this.#entries.find(({ state }) => state === 'sending'))) {
        await this.#deliver(entry);
      }
    } finally {
      if (this.#worker === token) this.#worker = null;
    }
  }

  async #deliver(entry) {
    const token = this.#token;
    const message = { id: entry.id };
    if (entry.button) message.button = entry.button;
    else message.text = entry.text;
    if (entry.files?.length) message.files = entry.files;
    const progress = (share) => this.#tellProgress(entry, share);
    const here = () => token === this.#token && this.#entries.includes(entry);
    for (let tries = 0; here();) {
      try {
        const { seq } = await this.#on.send(token, message, progress);
        if (here()) this.#accept(entry, seq);
        return;
      } catch (error) {
        if (!here()) return;
        if (error.status === 401) {
          this.#token = null;
          this.#on.expired();
          return;
        }
        const wait = this.#judge(entry, error, tries);
        if (wait === null) return;
        if (error.status !== 429) tries += 1;
        await this.#sleeper.sleep(wait);
        if (here()) this.#mark(entry, { state: 'sending', reason: null });
      }
    }
  }

  // Milliseconds before the next try, or null for none.
  #judge(entry, error, tries) {
    const { status, errorId } = error;
    if (status === 429) {
      const wait = error.retryAfter ?? 5000;
      const seconds = Math.ceil(wait / 1000);
      const state = wait > LONGEST_WAIT ? 'failed' : 'waiting';
      this.#mark(entry, { state, reason: 'busy', errorId: null, seconds });
      return state === 'waiting' ? wait : null;
    }
    if (status >= 400 && status < 500 && status !== 408) {
      const reason = REFUSED_FILES[error.code] ?? (status === 413 && entry.files?.length
        ? 'filesTooLarge' : status === 413 ? 'tooLong' : entry.button ? 'choiceGone' : 'invalid');
      this.#mark(entry, { state: 'refused', reason, errorId });
      return null;
    }
    // What a scanner or a disk keeps out now is not worth sending files up again and again.
    const filesTrouble = REFUSED_FILES[error.code];
    if (!filesTrouble && tries < RETRY_DELAYS.length) return RETRY_DELAYS[tries];
    const reason = filesTrouble ?? (status ? 'trouble' : 'offline');
    this.#mark(entry, { state: 'failed', reason, errorId });
    return null;
  }

  // In steps: not every piece is worth a change of the page.
  #tellProgress(entry, share) {
    const progress = Math.floor(share * 10) * 10;
    if (!this.#entries.includes(entry) || progress === entry.progress) return;
    entry.progress = progress;
    this.#on.changed(entry);
  }

  #accept(entry, seq) {
    this.#drop(entry);
    this.#on.accepted(entry, seq);
  }

  #mark(entry, change) {
    if (entry.state === change.state && change.state === 'sending') return;
    Object.assign(entry, change);
    this.#on.changed(entry);
  }

  #drop(entry) {
    this.#entries = this.#entries.filter((candidate) => candidate !== entry);
    this.#save();
  }

  #save() {
    const entries = this.#entries.map(({ id, text, button, at, files }) => ({
      id, text, button, at, hadFiles: Boolean(files?.length),
    }));
    this.#store.unsent = { conversation: this.#conversation, entries };
  }
}
