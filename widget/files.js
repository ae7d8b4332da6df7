// Files chosen for the next message: picked, pasted or dropped, checked, shown, taken away again.

import { button, element, icon } from './dom.js';

const UNITS = [[1024 * 1024, 'MB'], [1024, 'kB']];

export function sizeText(bytes, words) {
  const [unit, name] = UNITS.find(([least]) => bytes >= least) ?? UNITS.at(-1);
  const amount = Math.max(bytes / unit, 0.1);
  return `${words.number(amount, amount < 10 ? 1 : 0)} ${name}`;
}

// Pasted pictures all come under one name.
function named(file) {
  return file.name || `photo.${file.type.split('/')[1] || 'png'}`;
}

export class Files {
  #onLast;
  #words;
  #rules = null;
  #chosen = [];
  #problem = null;
  #input = element('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1' });
  #pick;
  #list = element('ul', { class: 'chosen' });
  #error = element('p', { class: 'problem', role: 'alert' });
  #said = element('p', { class: 'vh', role: 'status' });

  // `onLast()`: the last file was taken away, and the focus with it.
  constructor(words, onLast) {
    this.#onLast = onLast;
    this.#pick = button('tool pick', () => this.#input.click(), icon('clip'));
    this.#pick.hidden = true;
    this.#input.addEventListener('change', () => {
      this.add(this.#input.files);
      // The same file may be chosen again after it was taken away.
      this.#input.value = '';
    });
    this.button = this.#pick;
    this.element = element('div', { class: 'files' },
      this.#input, this.#list, this.#error, this.#said);
    this.speak(words);
  }

  get empty() {
    return this.#chosen.length === 0;
  }

  // What the desk takes: {most, largest, types}, or null.
  allow(rules) {
    this.#rules = rules?.most ? rules : null;
    this.#input.accept = this.#rules?.types.join(',') ?? '';
    this.#pick.hidden = !this.#rules;
    if (!this.#rules) this.take();
  }

  speak(words) {
    this.#words = words;
    this.#pick.setAttribute('aria-label', words.of('attach'));
    this.#pick.title = words.of('attach');
    this.#list.setAttribute('aria-label', words.of('chosen'));
    this.#show();
  }

  // Whether there was something to take.
  add(files) {
    if (!this.#rules || !files?.length) return false;
    this.#problem = null;
    const added = [];
    for (const file of files) {
      const problem = this.#wrong(file);
      if (problem) this.#problem = problem;
      else {
        this.#chosen.push(file);
        added.push(named(file));
      }
    }
    this.#said.textContent = added.length
      ? this.#words.of('attached', { names: added.join(', ') }) : '';
    this.#show();
    return true;
  }

  // Brings back what was not sent.
  restore(files) {
    if (files?.length) this.add(files);
  }

  // Hands the files over; none are left.
  take() {
    const files = this.#chosen;
    this.#chosen = [];
    this.#problem = null;
    this.#said.textContent = '';
    this.#show();
    return files;
  }

  #wrong(file) {
    const { most, largest, types } = this.#rules;
    const name = named(file);
    if (this.#chosen.length >= most) return { key: 'tooMany', values: { n: most } };
    if (!file.size) return { key: 'emptyOne', values: { name } };
    if (file.size > largest) {
      return { key: 'tooLarge', values: { name, size: sizeText(largest, this.#words) } };
    }
    // Browsers do not know every type by its name; then the desk looks at the content.
    if (file.type && !types.includes(file.type)) return { key: 'wrongKind', values: { name } };
    return null;
  }

  #remove(file, place) {
    this.#chosen = this.#chosen.filter((one) => one !== file);
    this.#problem = null;
    this.#said.textContent = this.#words.of('removed', { name: named(file) });
    this.#show();
    const left = this.#list.querySelectorAll('button');
    if (left.length) left[Math.min(place, left.length - 1)].focus();
    else this.#onLast();
  }

  #show() {
    const words = this.#words;
    this.#list.replaceChildren(...this.#chosen.map((file, place) => {
      const name = named(file);
      const remove = button('remove', () => this.#remove(file, place), icon('close'));
      remove.setAttribute('aria-label', words.of('remove', { name }));
      remove.title = words.of('remove', { name });
      return element('li', {}, element('span', { class: 'name', dir: 'auto' }, name),
        element('span', { class: 'size' }, sizeText(file.size, words)), remove);
    }));
    this.#list.hidden = !this.#chosen.length;
    this.#error.textContent = this.#problem
      ? words.of(this.#problem.key, this.#problem.values) : '';
  }
}
