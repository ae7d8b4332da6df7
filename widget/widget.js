// The element <aftercare-chat>: only the launcher; ./widget/ is fetched when it is first opened.

const WORDS = {
  en: {
    name: 'Help chat',
    one: '1 new message',
    many: '{n} new messages',
    failed: 'The chat could not be loaded. Check your connection and press the button again.',
  },
  pt: {
    name: 'Chat de ajuda',
    one: '1 mensagem nova',
    many: '{n} mensagens novas',
    failed: 'Não foi possível abrir o chat. Verifique a sua conexão e pressione o botão de novo.',
  },
};

const CSS = `
:host { all: initial; position: relative; z-index: var(--aftercare-z-index, 2147483000);
  font-family: var(--aftercare-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  --accent: var(--aftercare-accent, #0f5c63); --accent-text: var(--aftercare-accent-text, #fff); }
@media (prefers-color-scheme: dark) { :host { --accent: var(--aftercare-accent, #1c6f75); } }
@media print { :host { display: none; } }
[hidden] { display: none !important; }
#launcher { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; display: flex;
  align-items: center; gap: .5em; min-block-size: 52px; padding: 0 20px 0 16px; cursor: pointer;
  border: 2px solid transparent; border-radius: 26px; font: inherit; font-weight: 600;
  color: var(--accent-text); background: var(--accent);
  box-shadow: 0 1px 3px rgb(9 33 36 / .28), 0 8px 24px rgb(9 33 36 / .22); }
#launcher:hover { filter: brightness(1.1); }
#launcher:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px;
  box-shadow: 0 0 0 3px #fff, 0 0 0 8px #fff; }
#launcher[aria-busy=true] { cursor: progress; opacity: .85; }
#launcher svg { inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
#launcher[aria-expanded=true] .chat, #launcher[aria-expanded=false] .less { display: none; }
#badge { position: absolute; inset-block-start: -8px; inset-inline-end: -2px; min-inline-size: 24px;
  box-sizing: border-box; padding: 0 6px; border: 2px solid #fff; border-radius: 14px;
  font-size: .8125em; line-height: 22px; text-align: center; color: #fff; background: #b3261e; }
#note { position: fixed; inset-block-end: 84px; inset-inline-end: 20px; max-inline-size: 17em;
  padding: 12px 14px; border: 1px solid #6b8287; border-radius: 10px; font-size: .9375em; line-height: 1.4;
  color: #17282b; background: #fff; }
.vh { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media (max-width: 480px), (max-height: 480px) {
  #launcher { inset-block-end: 16px; inset-inline-end: 16px; }
  #launcher[aria-expanded=true] { display: none; } }
`;

const SHAPES = {
  chat: 'M4 5h16v11H11l-5 4v-4H4zM8 9h8M8 12.5h5',
  less: 'M6 9l6 6 6-6',
};

function shape(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', name);
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}

function make(tag, id, className = '') {
  const node = document.createElement(tag);
  node.id = id;
  node.className = className;
  return node;
}

function spoken(...tags) {
  const known = tags.map((tag) => (tag || '').slice(0, 2).toLowerCase());
  return known.find((tag) => tag in WORDS) || 'en';
}

class AftercareChat extends HTMLElement {
  static observedAttributes = ['open', 'identity'];

  #ready = false;
  #parts = {};
  #panel = null;
  #loading = null;
  #failures = 0;
  #unread = 0;
  #language = 'en';
  #identity = null;

  // Who the customer is, signed by the website, or a function that gives or promises it.
  get identity() {
    return this.#identity ?? this.getAttribute('identity');
  }

  set identity(value) {
    this.#identity = value;
    this.#panel?.identityChanged();
  }

  get open() {
    return this.hasAttribute('open');
  }

  set open(value) {
    this.toggleAttribute('open', Boolean(value));
  }

  connectedCallback() {
    if (this.#ready) {
      this.#panel?.resume();
      return;
    }
    this.#language = spoken(
      this.getAttribute('lang'), document.documentElement.lang, navigator.language);
    this.#build();
    this.#ready = true;
    // Set before the element was known, the property would hide the accessor.
    if (Object.hasOwn(this, 'identity')) {
      const { identity } = this;
      delete this.identity;
      this.identity = identity;
    }
    // A chat that starts open must not take the focus away from the page.
    if (this.open) this.#show(false);
  }

  disconnectedCallback() {
    this.#panel?.pause();
  }

  attributeChangedCallback(name) {
    if (!this.#ready) return;
    if (name === 'identity') this.#panel?.identityChanged();
    else if (this.open) this.#show(true);
    else this.#hide();
  }

  #build() {
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
    const launcher = make('button', 'launcher');
    const badge = make('span', 'badge');
    const name = make('span', 'name');
    const count = make('span', 'count', 'vh');
    const status = make('div', 'status', 'vh');
    const note = make('div', 'note');
    const box = make('div', 'panel');
    launcher.type = 'button';
    launcher.setAttribute('aria-expanded', 'false');
    launcher.setAttribute('aria-controls', 'panel');
    badge.setAttribute('aria-hidden', 'true');
    status.setAttribute('role', 'status');
    note.setAttribute('role', 'alert');
    badge.hidden = note.hidden = box.hidden = true;
    launcher.append(shape('chat'), shape('less'), name, count, badge);
    launcher.addEventListener('click', () => { this.open = !this.open; });
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing && this.open) {
        event.stopPropagation();
        this.open = false;
      }
    });
    root.append(launcher, box, note, status);
    this.#parts = { launcher, badge, name, count, status, note, box };
    this.#label();
  }

  #label() {
    const { launcher, badge, name, count, status } = this.#parts;
    const words = WORDS[this.#language];
    const n = this.#unread;
    const news = n ? (n === 1 ? words.one : words.many.replace('{n}', n)) : '';
    launcher.lang = status.lang = this.#language;
    name.textContent = words.name;
    count.textContent = news && `(${news})`;
    status.textContent = news;
    badge.textContent = n > 99 ? '99+' : n;
    badge.hidden = !n;
  }

  async #load() {
    // Browsers may remember a failed module, so a later try uses another address.
    const again = this.#failures ? `?again=${this.#failures}` : '';
    const { createPanel } = await import(`./widget/panel.js${again}`);
    const server = this.getAttribute('server') || new URL(import.meta.url).origin;
    return createPanel({
      root: this.shadowRoot,
      box: this.#parts.box,
      server: server.replace(/\/+$/, ''),
      language: this.#language,
      identity: () => this.identity,
      heading: this.getAttribute('heading'),
      close: () => { this.open = false; },
      onLanguage: (language) => {
        this.#language = spoken(language);
        this.#label();
      },
      onNews: () => {
        if (this.open) return;
        this.#unread += 1;
        this.#label();
      },
    });
  }

  async #show(focus) {
    const { launcher, note, box } = this.#parts;
    note.hidden = true;
    launcher.setAttribute('aria-busy', 'true');
    try {
      this.#loading ??= this.#load();
      this.#panel = await this.#loading;
    } catch {
      this.#loading = null;
      this.#failures += 1;
      this.open = false;
      note.lang = this.#language;
      note.textContent = WORDS[this.#language].failed;
      note.hidden = false;
      return;
    } finally {
      launcher.removeAttribute('aria-busy');
    }
    if (!this.open) return;
    box.hidden = false;
    launcher.setAttribute('aria-expanded', 'true');
    this.#unread = 0;
    this.#label();
    this.#panel.show(focus);
  }

  #hide() {
    const { launcher, box } = this.#parts;
    const mine = this.shadowRoot.activeElement || document.activeElement === document.body;
    launcher.setAttribute('aria-expanded', 'false');
    box.hidden = true;
    if (mine) launcher.focus();
  }
}

if (!customElements.get('aftercare-chat')) customElements.define('aftercare-chat', AftercareChat);
