// How one message looks: speaker, text, links, sources, time, and what became of the sending.

import { button, element, icon } from './dom.js';
import { sizeText } from './files.js';

const SPEAKERS = ['customer', 'bot', 'staff'];

// An absolute http(s) address, or null for anything else.
function safeAddress(address, base) {
  if (typeof address !== 'string' || address.trim() === '') return null;
  try {
    const url = new URL(address, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

function link(address, text, newTabWords) {
  return element('a', { href: address, target: '_blank', rel: 'noopener' },
    text, element('span', { class: 'vh' }, ` (${newTabWords})`));
}

// Splits text into strings and links; what ends the sentence stays outside the link.
function withLinks(text, newTabWords) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"']+/gi)) {
    let found = match[0].replace(/[.,;:!?…]+$/, '');
    if (found.endsWith(')') && !found.includes('(')) found = found.replace(/\)+[.,;:!?]*$/, '');
    const address = safeAddress(found);
    if (!address) continue;
    pieces.push(text.slice(from, match.index), link(address, found, newTabWords));
    from = match.index + found.length;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== '');
}

// The text's pieces; words quoted from a manual in another language are told to screen readers.
function textPieces(message, words) {
  const text = String(message.text ?? '');
  if (message.from === 'customer') return [text];
  const linked = (part) => withLinks(part, words.of('newTab'));
  const quote = String(message.quote?.text ?? '');
  const at = quote ? text.indexOf(quote) : -1;
  if (at < 0) return linked(text);
  return [
    ...linked(text.slice(0, at)),
    element('span', { lang: message.quote.lang, dir: 'auto' }, ...linked(quote)),
    ...linked(text.slice(at + quote.length)),
  ];
}

function sourceLine(source, words, server) {
  const name = element('span', { lang: source.lang },
    [source.title, source.section].filter(Boolean).join(', '));
  const address = safeAddress(source.url, `${server}/`);
  const shown = address ? link(address, name, words.of('newTab')) : name;
  return element('p', { class: 'source' }, words.of('source'), shown);
}

const SHOWN = ['image/jpeg', 'image/png', 'image/webp'];

// A picture opens in a new tab, any other file is saved; without an address it is on its way.
function fileNode(file, words, server) {
  const address = safeAddress(file.url, `${server}/`);
  const name = String(file.name ?? '');
  const plain = [icon('clip'), element('span', { class: 'name', dir: 'auto' }, name),
    element('span', { class: 'size' }, sizeText(Number(file.size) || 0, words))];
  if (!address) return element('li', {}, ...plain);
  const note = element('span', { class: 'vh' },
    ` (${words.of(SHOWN.includes(file.type) ? 'newTab' : 'download')})`);
  const anchor = element('a', {
    href: address, target: '_blank', rel: 'noopener noreferrer', 'data-file': file.id,
  });
  if (!SHOWN.includes(file.type)) {
    anchor.append(...plain, note);
    return element('li', {}, anchor);
  }
  const picture = element('img', {
    src: address, alt: file.alt || name, width: file.width, height: file.height, loading: 'lazy',
  });
  // Where the embedding page lets no foreign picture in, name and words have to do.
  const told = file.alt ? element('span', { class: 'shows', dir: 'auto' }, String(file.alt)) : '';
  picture.addEventListener('error', () => picture.replaceWith(...plain, told), { once: true });
  anchor.append(picture, note);
  return element('li', { class: 'picture' }, anchor);
}

// The files of a message; `files` as the desk tells them, or File objects on their way.
export function showFiles(node, files, words, server) {
  node.querySelector('.sent')?.remove();
  if (!files?.length) return;
  node.querySelector('.bubble').append(
    element('ul', { class: 'sent' }, ...files.map((file) => fileNode(file, words, server))));
}

export function refreshLinks(node, files, server) {
  for (const { id, url } of files) {
    const address = safeAddress(url, `${server}/`);
    const anchor = node.querySelector(`a[data-file="${CSS.escape(id)}"]`);
    if (anchor && address) anchor.href = address;
  }
}

function clock(at, words) {
  return element('time', { datetime: at }, words.time(at));
}

export function messageNode(message, words, server) {
  const from = SPEAKERS.includes(message.from) ? message.from : 'bot';
  const who = element('p', { class: from === 'staff' ? 'who' : 'who vh' }, `${from === 'staff' && message.name ? String(message.name) : words.of(from)}:`);
  const pieces = textPieces({ ...message, from }, words);
  const bubble = element('div', { class: 'bubble' });
  if (pieces.some(Boolean)) bubble.append(element('p', { class: 'text', dir: 'auto' }, ...pieces));
  for (const source of message.sources ?? []) bubble.append(sourceLine(source, words, server));
  const foot = element('p', { class: 'foot' }, clock(message.at, words));
  const node = element('div', { class: `message ${from}`, lang: words.tag }, who, bubble, foot);
  showFiles(node, message.attachments, words, server);
  return node;
}

function explanation(entry, words) {
  const n = entry.state === 'failed' && entry.reason === 'busy'
    ? Math.ceil(entry.seconds / 60) : entry.seconds;
  const key = entry.state === 'waiting' ? 'waiting' : entry.reason;
  const parts = entry.state === 'waiting' ? [] : [words.of('notSent')];
  parts.push(words.of(key, { n }));
  if (entry.errorId) parts.push(words.of('reference', { id: entry.errorId }));
  return parts.join(' ');
}

// The line under a customer's message: time, sending, or why not and what to do.
export function pendingFoot(node, entry, words, on) {
  const foot = node.querySelector('.foot');
  if (entry.state === 'sent') {
    foot.replaceChildren(clock(entry.at, words));
    return;
  }
  if (entry.state === 'sending') {
    const told = entry.files?.length && entry.progress !== undefined
      ? words.of('uploading', { n: entry.progress }) : words.of('sending');
    foot.replaceChildren(element('span', { class: 'sending' }, told));
    return;
  }
  foot.replaceChildren(element('span', { lang: words.tag }, explanation(entry, words)));
  if (entry.state === 'failed') {
    foot.append(button('small', () => on.retry(entry.id), words.of('again')));
  } else if (entry.state === 'refused') {
    foot.append(button('small', () => on.edit(entry.id), words.of('edit')));
  }
}
