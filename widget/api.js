// The gateway's website API: one method per call, every failure an ApiError.

const TIMEOUT = 15000;
// Without a sign of life while files go up, and until the desk has looked at them.
const UPLOAD_SILENCE = 60000;

export class ApiError extends Error {
  // `status` 0: no answer came. `retryAfter` in milliseconds, or null.
  constructor(status, code, { errorId = null, retryAfter = null } = {}) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.errorId = errorId;
    this.retryAfter = retryAfter;
  }
}

function retryAfter(value) {
  if (!value) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(1000, wait) : null;
}

function failure(status, text, wait) {
  let told = {};
  try {
    told = JSON.parse(text).error ?? {};
  } catch {
    // A proxy may answer without JSON; the status says enough.
  }
  return new ApiError(status, told.code ?? 'unknown', {
    errorId: told.error_id ?? null,
    retryAfter: retryAfter(wait),
  });
}

// EventSource cannot send the token in a header, hence a reader of our own.
async function* readEvents(body, onActivity) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onActivity();
      rest += decoder.decode(value, { stream: true });
      // A CR at the very end may be half of a CRLF and waits.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (data.length) yield { event: event || 'message', data: data.join('\n') };
          event = '';
          data = [];
          continue;
        }
        const [, field, text] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
        if (field === 'event') event = text;
        else if (field === 'data') data.push(text);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export class Api {
  #server;

  constructor(server) {
    this.#server = server;
  }

  // `identity`: who the customer is, signed by the website, or null.
  createSession(language, identity) {
    const body = identity ? { language, identity } : { language };
    return this.#json('POST', '/chat/v1/sessions', { body });
  }

  renewSession(token) {
    return this.#json('POST', '/chat/v1/sessions/renew', { token });
  }

  // `message`: {id, text} or {id, button}; with `files` (File objects) as a form, whose way
  // `onProgress` is told, from 0 to 1.
  sendMessage(token, message, onProgress) {
    if (message.files?.length) return this.#upload(token, message, onProgress);
    return this.#json('POST', '/chat/v1/messages', { token, body: message });
  }

  async tellTyping(token) {
    await this.#fetch('/chat/v1/typing', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT),
    });
  }

  listMessages(token, after) {
    return this.#json('GET', `/chat/v1/messages?after=${after}`, { token });
  }

  // Resolves, once accepted, with what yields {event, data}. `onActivity` is called for every piece
  // received, heartbeats included.
  async openEvents(token, after, signal, onActivity) {
    const response = await this.#fetch('/chat/v1/events', {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        'Last-Event-ID': String(after),
      },
      signal,
    });
    if (!response.body) throw new ApiError(0, 'no_stream');
    return readEvents(response.body, onActivity);
  }

  async #json(method, path, { token, body }) {
    const headers = { Accept: 'application/json' };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers['Content-Type'] = 'application/json';
    const response = await this.#fetch(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    try {
      return await response.json();
    } catch {
      throw new ApiError(0, 'unreadable');
    }
  }

  // fetch() does not tell how far an upload is.
  #upload(token, { id, text, files }, onProgress) {
    const form = new FormData();
    form.append('id', id);
    if (text) form.append('text', text);
    for (const file of files) form.append('files', file, file.name);
    const request = new XMLHttpRequest();
    return new Promise((resolve, reject) => {
      let watch = 0;
      const seen = () => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), UPLOAD_SILENCE);
      };
      request.upload.onprogress = ({ loaded, total }) => {
        seen();
        if (total) onProgress(loaded / total);
      };
      request.onerror = request.onabort = () => reject(new ApiError(0, 'unreachable'));
      request.onload = () => {
        const wait = request.getResponseHeader('Retry-After');
        if (request.status !== 202) {
          reject(failure(request.status, request.responseText, wait));
          return;
        }
        try {
          resolve(JSON.parse(request.responseText));
        } catch {
          reject(new ApiError(0, 'unreadable'));
        }
      };
      request.onloadend = () => clearTimeout(watch);
      request.open('POST', `${this.#server}/chat/v1/messages`);
      request.setRequestHeader('Accept', 'application/json');
      request.setRequestHeader('Authorization', `Bearer ${token}`);
      seen();
      request.send(form);
    });
  }

  async #fetch(path, options) {
    let response;
    try {
      response = await fetch(this.#server + path, {
        credentials: 'omit', cache: 'no-store', ...options,
      });
    } catch {
      throw new ApiError(0, 'unreachable');
    }
    if (!response.ok) {
      const text = await response.text().catch(() => '');
      throw failure(response.status, text, response.headers.get('Retry-After'));
    }
    return response;
  }
}
