// The list of messages: the received in the gateway's order, then those on their way.

import { button, element, icon } from './dom.js';
import { messageNode, pendingFoot, refreshLinks, showFiles } from './message.js';

const NEAR = 80;

export class Transcript {
  #words;
  #server;
  #on;
  #log;
  #jump;
  #received = new Map();
  #pending = new Map();
  #replies = new Map();
  #held = false;
  #stuck = true;
  #height = 0;

  // `on`: choose(button), retry(id), edit(id), lostFocus().
  constructor({ words, server, on }) {
    this.#server = server;
    this.#on = on;
    this.#log = element('div', { id: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0' });
    this.#jump = button('jump', () => {
      this.toEnd();
      this.#log.focus();
    }, icon('down'), element('span'));
    this.#jump.hidden = true;
    this.#log.addEventListener('scroll', () => {
      // A change of height scrolls too, but it is not the reader who does.
      if (this.#log.clientHeight === this.#height) this.#stuck = this.#below() < 4;
      if (this.#atEnd()) this.#jump.hidden = true;
    }, { passive: true });
    // Typing dots, banner and a growing text box take room away from the end of the list.
    new ResizeObserver(() => {
      this.#height = this.#log.clientHeight;
      if (this.#stuck) this.toEnd();
    }).observe(this.#log);
    this.element = element('div', { class: 'transcript' }, this.#log, this.#jump);
    this.speak(words);
  }

  // Messages keep the language they came in.
  speak(words) {
    this.#words = words;
    this.#log.setAttribute('aria-label', words.of('transcript'));
    this.#jump.lastChild.textContent = words.of('latest');
    for (const group of this.#replies.values()) {
      group.setAttribute('aria-label', words.of('replies'));
    }
  }

  has(seq) {
    return this.#received.has(seq);
  }

  // Earlier messages are shown without being read out.
  history(messages) {
    this.#log.setAttribute('aria-live', 'off');
    for (const message of messages) if (!this.has(message.seq)) this.#insert(message);
    this.#offerReplies();
    this.toEnd();
    setTimeout(() => this.#log.setAttribute('aria-live', 'polite'), 500);
  }

  add(message) {
    if (this.has(message.seq)) {
      this.#complete(message);
      return false;
    }
    const follow = this.#atEnd();
    const node = this.#insert(message);
    this.#offerReplies();
    this.#follow(node, follow);
    return true;
  }

  setPending(entry) {
    const known = this.#pending.get(entry.id);
    const follow = !known || this.#atEnd();
    const node = known ?? messageNode(
      { from: 'customer', text: entry.text, at: entry.at, attachments: entry.files },
      this.#words, this.#server);
    const focused = node.querySelector('.foot')?.contains(node.getRootNode().activeElement);
    node.classList.toggle('unsent', entry.state !== 'sending');
    pendingFoot(node, entry, this.#words, this.#on);
    if (focused) this.#on.lostFocus();
    if (!known) {
      this.#pending.set(entry.id, node);
      this.#log.append(node);
      this.#offerReplies();
    }
    if (follow) this.toEnd();
  }

  settle(entry, seq) {
    const node = this.#pending.get(entry.id);
    if (!node) return;
    this.#pending.delete(entry.id);
    if (this.has(seq)) {
      node.remove();
    } else {
      node.classList.remove('unsent');
      pendingFoot(node, { ...entry, state: 'sent' }, this.#words, this.#on);
      const next = this.#after(seq);
      if (next ? node.nextSibling !== next : node !== this.#log.lastChild) this.#place(node, seq);
      this.#received.set(seq, { from: 'customer', node });
    }
    this.#offerReplies();
  }

  // While they are held, no suggested answers are offered.
  holdReplies(held) {
    if (held === this.#held) return;
    this.#held = held;
    this.#offerReplies();
  }

  // The number of the first message with files, or null.
  firstWithFiles() {
    const found = [...this.#received].filter(([, { attachments }]) => attachments?.length);
    return found.length ? Math.min(...found.map(([seq]) => seq)) : null;
  }

  refreshLinks(messages) {
    for (const { seq, attachments } of messages) {
      if (this.has(seq)) refreshLinks(this.#received.get(seq).node, attachments ?? [], this.#server);
    }
  }

  dropPending(id) {
    this.#pending.get(id)?.remove();
    this.#pending.delete(id);
    this.#offerReplies();
  }

  // What was said stays readable above a notice.
  seal(notice) {
    this.#forget();
    this.#log.append(element('p', { class: 'notice', lang: this.#words.tag }, notice));
    this.toEnd();
  }

  clear() {
    this.#forget();
    this.#log.replaceChildren();
    this.#jump.hidden = true;
  }

  focus() {
    this.#log.focus({ preventScroll: true });
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #forget() {
    for (const node of this.#pending.values()) node.remove();
    this.#pending.clear();
    this.#received.clear();
    this.#offerReplies();
  }

  #insert(message) {
    const node = messageNode(message, this.#words, this.#server);
    this.#place(node, message.seq);
    this.#received.set(message.seq, { ...message, node });
    return node;
  }

  // A message of this page was shown before the desk had told where its files are.
  #complete(message) {
    const known = this.#received.get(message.seq);
    if (known.attachments || !message.attachments?.length) return;
    known.attachments = message.attachments;
    const follow = this.#atEnd();
    showFiles(known.node, message.attachments, this.#words, this.#server);
    if (follow) this.toEnd();
  }

  #place(node, seq) {
    this.#log.insertBefore(node, this.#after(seq));
  }

  // The node before which number `seq` stands, or null at the end.
  #after(seq) {
    let next = null;
    for (const known of this.#received.keys()) {
      if (known > seq && (next === null || known < next)) next = known;
    }
    if (next !== null) return this.#received.get(next).node;
    return this.#pending.values().next().value ?? null;
  }

  // Only the last turn offers answers, and not once the customer has spoken.
  #offerReplies() {
    const due = this.#openChoices();
    let focused = false;
    for (const [seq, group] of this.#replies) {
      if (due.has(seq) && group.childElementCount === due.get(seq).length) continue;
      focused ||= group.contains(this.#log.getRootNode().activeElement);
      group.remove();
      this.#replies.delete(seq);
    }
    for (const [seq, choices] of due) {
      if (this.#replies.has(seq)) continue;
      const group = element('div', {
        class: 'replies', role: 'group', 'aria-label': this.#words.of('replies'),
      }, ...choices.map((choice) => button('reply', () => this.#on.choose(choice), choice.title)));
      this.#received.get(seq).node.append(group);
      this.#replies.set(seq, group);
    }
    if (focused) this.#on.lostFocus();
  }

  // By number: a turn may offer to change the subject and ask its own question as well. What is
  // offered twice stands at the later place.
  #openChoices() {
    const open = new Map();
    if (this.#held || this.#pending.size) return open;
    const newestFirst = [...this.#received].sort(([a], [b]) => b - a);
    const speaker = newestFirst[0]?.[1].from;
    const offered = new Set();
    for (const [seq, message] of newestFirst) {
      if (speaker === 'customer' || message.from !== speaker) break;
      const choices = (message.buttons ?? []).filter(({ title }) => !offered.has(title));
      for (const { title } of choices) offered.add(title);
      if (choices.length) open.set(seq, choices);
    }
    return open;
  }

  #below() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }

  #atEnd() {
    return this.#below() < NEAR;
  }

  // A message taller than the window is shown from its beginning.
  #follow(node, follow) {
    if (!follow) {
      this.#jump.hidden = false;
      return;
    }
    this.toEnd();
    const above = this.#log.getBoundingClientRect().top - node.getBoundingClientRect().top;
    if (above > 0) this.#log.scrollTop -= above + 12;
    this.#stuck = above <= 0;
    this.#jump.hidden = this.#atEnd();
  }
}
