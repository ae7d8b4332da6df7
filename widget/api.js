// The gateway's website API: one method per call, every failure an ApiError.

const TIMEOUT = 15000;

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

function retryAfter(response) {
  const value = response.headers.get('Retry-After');
  if (!value) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(1000, wait) : null;
}

async function failure(response) {
  let told = {};
  try {
    told = (await response.json()).error ?? {};
  } catch {
    // A proxy may answer without JSON; the status says enough.
  }
  return new ApiError(response.status, told.code ?? 'unknown', {
    errorId: told.error_id ?? null,
    retryAfter: retryAfter(response),
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

  sendMessage(token, message) {
    return this.#json('POST', '/chat/v1/messages', { token, body: message });
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

  async #fetch(path, options) {
    let response;
    try {
      response = await fetch(this.#server + path, {
        credentials: 'omit', cache: 'no-store', ...options,
      });
    } catch {
      throw new ApiError(0, 'unreachable');
    }
    if (!response.ok) throw await failure(response);
    return response;
  }
}
