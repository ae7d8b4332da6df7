// How one message looks: speaker, text, links, sources, time, and what became of the sending.

import { button, element } from './dom.js';

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

function sourceLine(source, words, server) {
  const name = [source.title, source.section].filter(Boolean).join(', ');
  const address = safeAddress(source.url, `${server}/`);
  const shown = address ? link(address, name, words.of('newTab')) : name;
  return element('p', { class: 'source' }, words.of('source'), shown);
}

function clock(at, words) {
  return element('time', { datetime: at }, words.time(at));
}

export function messageNode(message, words, server) {
  const from = SPEAKERS.includes(message.from) ? message.from : 'bot';
  const who = element('p', { class: from === 'staff' ? 'who' : 'who vh' }, `${words.of(from)}:`);
  const text = String(message.text ?? '');
  const pieces = from === 'customer' ? [text] : withLinks(text, words.of('newTab'));
  const bubble = element('div', { class: 'bubble' },
    element('p', { class: 'text', dir: 'auto' }, ...pieces));
  for (const source of message.sources ?? []) bubble.append(sourceLine(source, words, server));
  const foot = element('p', { class: 'foot' }, clock(message.at, words));
  return element('div', { class: `message ${from}`, lang: words.tag }, who, bubble, foot);
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
    foot.replaceChildren(element('span', { class: 'sending' }, words.of('sending')));
    return;
  }
  foot.replaceChildren(element('span', { lang: words.tag }, explanation(entry, words)));
  if (entry.state === 'failed') {
    foot.append(button('small', () => on.retry(entry.id), words.of('again')));
  } else if (entry.state === 'refused') {
    foot.append(button('small', () => on.edit(entry.id), words.of('edit')));
  }
}
