// The open chat: header, transcript and writing box, connected to the conversation.

import { Api } from './api.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { button, element, icon } from './dom.js';
import { Handling } from './handling.js';
import { Store } from './store.js';
import { CSS } from './styles.js';
import { Words } from './texts.js';
import { Transcript } from './transcript.js';

const FULL_SCREEN = '(max-width: 480px), (max-height: 480px)';
const TOUCH = '(pointer: coarse)';
const TYPING_LIMIT = 30000;
const KEYBOARD = 120;
// Milliseconds between two signs to the staff that the customer types.
const TYPING_TOLD = 3000;

function bannerKey(error) {
  if (!error.status) return 'lost';
  if (error.status === 429) return 'crowded';
  return error.status >= 500 ? 'fault' : 'refused';
}

class Panel {
  #box;
  #options;
  #words;
  #trouble = null;
  #writer = null;
  #typingTimer = 0;
  #typingToldAt = 0;
  #title = element('h2', { id: 'title' });
  #fresh;
  #close;
  #handling;
  #banner = element('p', { class: 'banner', role: 'status' });
  #typing = element('div', { class: 'typing' });
  #typingName = element('span', { class: 'writer', 'aria-hidden': 'true' });
  #typingText = element('p', { class: 'vh', role: 'status' });
  #transcript;
  #composer;
  #conversation;

  constructor(options) {
    const { box, server, language, identity, close } = options;
    const store = new Store(server);
    this.#options = options;
    this.#box = box;
    this.#words = new Words(store.session?.language ?? language);
    this.#handling = new Handling(this.#words);
    this.#fresh = button('tool', () => {
      this.#conversation.restart();
      this.#rest();
    }, icon('fresh'));
    this.#close = button('tool', close, icon('close'));
    this.#transcript = new Transcript({
      words: this.#words,
      server,
      on: {
        choose: (choice) => this.#conversation.send(choice.title, { button: choice.id }),
        retry: (id) => this.#conversation.retry(id),
        edit: (id) => this.#edit(id),
        lostFocus: () => this.#rest(),
      },
    });
    this.#composer = new Composer({
      words: this.#words,
      store,
      onSend: (text, files) => {
        this.#typingToldAt = 0;
        this.#conversation.send(text, { files });
      },
      onTyping: () => this.#ownTyping(),
    });
    this.#conversation = new Conversation({
      api: new Api(server), store, view: this.#view(), language, identity,
    });
    this.#build();
    this.#watch();
    this.#speak(this.#words.language);
    this.#conversation.begin();
  }

  show(focus) {
    this.#transcript.toEnd();
    if (focus) this.#rest();
  }

  pause() {
    this.#conversation.pause();
  }

  resume() {
    this.#conversation.resume();
  }

  identityChanged() {
    this.#conversation.identityChanged();
  }

  #build() {
    for (const dot of ['one', 'two', 'three']) {
      this.#typing.append(element('span', { class: `dot ${dot}`, 'aria-hidden': 'true' }));
    }
    this.#typing.append(this.#typingName);
    this.#typing.hidden = true;
    this.#box.setAttribute('role', 'dialog');
    this.#box.setAttribute('aria-labelledby', 'title');
    this.#box.append(
      element('header', {}, this.#title, this.#fresh, this.#close),
      this.#handling.element, this.#banner, this.#transcript.element, this.#typing, this.#typingText,
      this.#composer.element);
  }

  #view() {
    return {
      has: (seq) => this.#transcript.has(seq),
      history: (messages) => this.#transcript.history(messages),
      message: (message) => this.#receive(message),
      pending: (entry) => this.#transcript.setPending(entry),
      accepted: (entry, seq) => this.#transcript.settle(entry, seq),
      restore: (unsent) => this.#composer.restore(unsent),
      takesFiles: (rules) => this.#composer.takeFiles(rules),
      firstWithFiles: () => this.#transcript.firstWithFiles(),
      refreshLinks: (messages) => this.#transcript.refreshLinks(messages),
      typing: (state) => this.#showTyping(state),
      language: (language) => this.#speak(language),
      handling: (state) => {
        this.#handling.set(state);
        // A person has no use for pressed buttons.
        this.#transcript.holdReplies(this.#handling.byStaff);
        this.#tellTyping();
      },
      connected: () => this.#showTrouble(null),
      disconnected: (error) => this.#showTrouble(error),
      expired: () => this.#transcript.seal(this.#words.of('expired')),
      clear: () => {
        this.#transcript.clear();
        this.#handling.set({ by: 'bot' });
        this.#transcript.holdReplies(false);
      },
      forget: () => {
        this.#transcript.clear();
        this.#composer.empty();
      },
    };
  }

  #receive(message) {
    if (!this.#transcript.add(message) || message.from === 'customer') return;
    this.#showTyping({ typing: false });
    this.#options.onNews();
  }

  #edit(id) {
    const { text, files } = this.#conversation.take(id);
    this.#transcript.dropPending(id);
    this.#composer.restore({ texts: [text], files });
    this.#composer.focus();
  }

  #speak(language) {
    this.#words = new Words(language);
    const { heading, onLanguage } = this.#options;
    this.#box.lang = this.#words.tag;
    this.#title.textContent = heading || this.#words.of('heading');
    for (const [tool, key] of [[this.#fresh, 'fresh'], [this.#close, 'close']]) {
      tool.setAttribute('aria-label', this.#words.of(key));
      tool.title = this.#words.of(key);
    }
    this.#transcript.speak(this.#words);
    this.#composer.speak(this.#words);
    this.#handling.speak(this.#words);
    this.#tellTrouble();
    this.#tellTyping();
    onLanguage(this.#words.language);
  }

  // In the writing box the focus brings a screen keyboard up, over the answer to be read.
  #rest() {
    if (matchMedia(TOUCH).matches) this.#transcript.focus();
    else this.#composer.focus();
  }

  #showTyping({ from, typing }) {
    clearTimeout(this.#typingTimer);
    this.#writer = typing ? (from === 'staff' ? 'staff' : 'bot') : null;
    // The end may never arrive.
    if (typing) {
      this.#typingTimer = setTimeout(() => this.#showTyping({ typing: false }), TYPING_LIMIT);
    }
    this.#typing.hidden = !typing;
    this.#tellTyping();
  }

  // Only a person sees it, and only now and then.
  #ownTyping() {
    if (!this.#handling.byStaff || Date.now() - this.#typingToldAt < TYPING_TOLD) return;
    this.#typingToldAt = Date.now();
    this.#conversation.tellTyping();
  }

  #tellTyping() {
    const words = this.#words;
    const who = this.#writer === 'staff' && this.#handling.name
      ? this.#handling.name : this.#writer && words.of(this.#writer);
    const text = who ? words.of('typing', { who }) : '';
    this.#typingName.textContent = this.#writer === 'staff' ? who : '';
    if (this.#typingText.textContent !== text) this.#typingText.textContent = text;
  }

  #showTrouble(error) {
    this.#trouble = error;
    this.#tellTrouble();
  }

  #tellTrouble() {
    const error = this.#trouble;
    const parts = error ? [this.#words.of(bannerKey(error))] : [];
    if (error?.errorId) parts.push(this.#words.of('reference', { id: error.errorId }));
    const text = parts.join(' ');
    // The same words again would be read out again.
    if (this.#banner.textContent !== text) this.#banner.textContent = text;
  }

  #watch() {
    const conversation = this.#conversation;
    window.addEventListener('online', () => conversation.wake());
    window.addEventListener('offline', () => this.#showTrouble({ status: 0 }));
    window.addEventListener('pagehide', () => conversation.pause());
    window.addEventListener('pageshow', (event) => {
      if (event.persisted && this.#box.isConnected) conversation.resume();
    });
    this.#box.addEventListener('keydown', (event) => this.#keepFocus(event));
    this.#composer.takeDrops(this.#box);
    this.#fitKeyboard();
  }

  // Behind a panel that fills the screen the focus would be hidden.
  #keepFocus(event) {
    if (event.key !== 'Tab' || !matchMedia(FULL_SCREEN).matches) return;
    const stops = [...this.#box.querySelectorAll('button, a[href], textarea, [tabindex="0"]')]
      .filter((node) => node.getClientRects().length);
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (this.#box.getRootNode().activeElement !== from) return;
    event.preventDefault();
    to.focus();
  }

  // The panel takes what a screen keyboard leaves of the page.
  #fitKeyboard() {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const sheet = new CSSStyleSheet();
    this.#options.root.adoptedStyleSheets.push(sheet);
    const fit = () => {
      const covered = viewport.scale === 1 && window.innerHeight - viewport.height > KEYBOARD;
      sheet.replaceSync(covered
        ? `:host { --space: ${viewport.height}px; --from: ${viewport.offsetTop}px; }` : '');
    };
    viewport.addEventListener('resize', fit);
    viewport.addEventListener('scroll', fit);
  }
}

export function createPanel(options) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  options.root.adoptedStyleSheets.push(sheet);
  return new Panel(options);
}
