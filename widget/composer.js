// The box to write in: sends on Enter, grows, counts near the limit, keeps the draft, takes files.

import { button, element, icon } from './dom.js';
import { Files } from './files.js';

const LIMIT = 2000;
const COUNT_FROM = 200;
const SPOKEN = [200, 100, 50, 20, 0];

export class Composer {
  #store;
  #onSend;
  #onTyping;
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
  #files;

  // `onSend(text, files)`: at least one of the two holds something. `onTyping()` at every change by
  // the customer that leaves a text.
  constructor({ words, store, onSend, onTyping }) {
    this.#store = store;
    this.#onSend = onSend;
    this.#onTyping = onTyping;
    this.#send = button('send', () => this.#submit(), icon('send'));
    this.#files = new Files(words, () => this.focus());
    this.element = element('div', { class: 'composer' },
      this.#files.element, this.#files.button,
      this.#label, this.#grow, this.#send, this.#hint, this.#counter, this.#said);
    this.#input.value = store.draft.slice(0, LIMIT);
    this.#input.addEventListener('input', () => {
      this.#changed();
      if (this.#input.value.trim()) this.#onTyping();
    });
    this.#input.addEventListener('keydown', (event) => {
      // Enter belongs to an input method while it composes.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) {
        return;
      }
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener('paste', (event) => {
      if (this.#files.add(event.clipboardData?.files)) event.preventDefault();
    });
    this.speak(words);
    this.#changed();
  }

  speak(words) {
    this.#words = words;
    this.#files.speak(words);
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

  // `rules` of the desk, or null where it takes none.
  takeFiles(rules) {
    this.#files.allow(rules);
  }

  // Files may be dropped anywhere on the panel.
  takeDrops(box) {
    const carries = (event) => event.dataTransfer?.types.includes('Files');
    box.addEventListener('dragover', (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      box.classList.add('drop');
    });
    box.addEventListener('dragleave', (event) => {
      if (!box.contains(event.relatedTarget)) box.classList.remove('drop');
    });
    box.addEventListener('drop', (event) => {
      if (!carries(event)) return;
      // Without this the browser would leave the page to show the file.
      event.preventDefault();
      box.classList.remove('drop');
      this.#files.add(event.dataTransfer.files);
      this.focus();
    });
  }

  // What was not sent goes before what is being written; nothing is cut.
  restore({ texts, files }) {
    this.#files.restore(files);
    if (!texts.length) return;
    this.#input.value = [...texts, this.#input.value].filter(Boolean).join('\n');
    this.#changed();
  }

  empty() {
    this.#input.value = '';
    this.#files.take();
    this.#changed();
  }

  #submit() {
    const text = this.#input.value.trim();
    if ((text || !this.#files.empty) && text.length <= LIMIT) {
      this.#onSend(text, this.#files.take());
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
