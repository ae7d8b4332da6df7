// The box to write in: sends on Enter, grows, counts near the limit, keeps the draft.

import { button, element, icon } from './dom.js';

const LIMIT = 2000;
const COUNT_FROM = 200;
const SPOKEN = [200, 100, 50, 20, 0];

export class Composer {
  #store;
  #onSend;
  #words;
  #label = element('label', { for: 'input', class: 'vh' });
  #input = element('textarea', {
    id: 'input', rows: '1', maxlength: LIMIT, autocomplete: 'off', enterkeyhint: 'send',
    dir: 'auto', 'aria-describedby': 'hint counter',
  });
  #grow = element('div', { class: 'grow' }, this.#input);
  #hint = element('p', { id: 'hint', class: 'vh' });
  #counter = element('p', { id: 'counter' });
  #said = element('p', { class: 'vh', role: 'status' });
  #send;

  constructor({ words, store, onSend }) {
    this.#store = store;
    this.#onSend = onSend;
    this.#send = button('send', () => this.#submit(), icon('send'));
    this.element = element('div', { class: 'composer' },
      this.#label, this.#grow, this.#send, this.#hint, this.#counter, this.#said);
    this.#input.value = store.draft.slice(0, LIMIT);
    this.#input.addEventListener('input', () => this.#changed());
    this.#input.addEventListener('keydown', (event) => {
      // Enter belongs to an input method while it composes.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) {
        return;
      }
      event.preventDefault();
      this.#submit();
    });
    this.speak(words);
    this.#changed();
  }

  speak(words) {
    this.#words = words;
    this.#label.textContent = words.of('input');
    this.#hint.textContent = words.of('hint');
    this.#input.placeholder = words.of('placeholder');
    this.#send.setAttribute('aria-label', words.of('send'));
    this.#send.title = words.of('send');
    this.#count();
  }

  focus() {
    this.#input.focus();
  }

  // Unsent texts go before what is being written; nothing is cut.
  restore(texts) {
    if (!texts.length) return;
    this.#input.value = [...texts, this.#input.value].filter(Boolean).join('\n');
    this.#changed();
  }

  empty() {
    this.#input.value = '';
    this.#changed();
  }

  #submit() {
    const text = this.#input.value.trim();
    if (text && text.length <= LIMIT) {
      this.#onSend(text);
      this.#input.value = '';
      this.#changed();
    }
    this.#input.focus();
  }

  #changed() {
    const text = this.#input.value;
    // The style sheet sizes the box by a hidden copy of the text.
    this.#grow.dataset.text = text;
    this.#store.draft = text;
    this.#count();
  }

  #count() {
    const left = LIMIT - this.#input.value.length;
    const near = left <= COUNT_FROM;
    const text = left <= 0 ? this.#words.of('full')
      : this.#words.of(left === 1 ? 'leftOne' : 'left', { n: left });
    this.#counter.textContent = near ? text : '';
    this.#counter.classList.toggle('full', left <= 0);
    // Not read out at every keystroke.
    if (!near) this.#said.textContent = '';
    else if (SPOKEN.includes(left) || left < 0) this.#said.textContent = text;
  }
}
