// The line under the header that tells who has the conversation: a place in the queue, or a name.

import { element } from './dom.js';

const MINUTE = 60000;

export class Handling {
  #words;
  #state = { by: 'bot' };
  #before = 'bot';
  #text = element('p');
  #line;
  // Read out apart from the line, whose minutes go on counting.
  #said = element('p', { class: 'vh', role: 'status' });

  constructor(words) {
    this.#words = words;
    this.#line = element('div', { class: 'handling' }, this.#text);
    this.element = element('div', {}, this.#line, this.#said);
    setInterval(() => this.#show(), MINUTE / 2);
    this.#show();
  }

  get byStaff() {
    return this.#state.by === 'staff';
  }

  // The name of whoever has the conversation, or nothing.
  get name() {
    return this.byStaff ? this.#state.name : null;
  }

  set(state) {
    const changed = state.by !== this.#state.by || state.place !== this.#state.place
      || state.name !== this.#state.name;
    this.#before = this.#state.by;
    this.#state = state;
    this.#show();
    if (changed) this.#said.textContent = this.#told();
  }

  speak(words) {
    this.#words = words;
    this.#show();
  }

  #show() {
    const { by } = this.#state;
    this.#line.hidden = by === 'bot';
    this.#line.dataset.by = by;
    this.#text.textContent = by === 'bot' ? '' : this.#told();
  }

  #told() {
    const { by, name, place, since, wait_minutes: usual } = this.#state;
    if (by === 'staff') return this.#words.of('withStaff', { name: name ?? this.#words.of('staff') });
    if (by === 'bot') return this.#before === 'staff' ? this.#words.of('backWithBot') : '';
    const parts = [this.#words.of('inQueue', { n: place ?? 1 })];
    const waited = Math.floor((Date.now() - Date.parse(since)) / MINUTE);
    if (waited > 0) parts.push(this.#minutes('waited', waited));
    if (usual) parts.push(this.#minutes('usualWait', usual));
    return parts.join(' ');
  }

  #minutes(key, n) {
    return this.#words.of(n === 1 ? `${key}One` : key, { n });
  }
}
