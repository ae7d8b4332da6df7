// Who the customer is, where the website that embeds the chat knows and has signed it.

const ANSWER_LIMIT = 10000;

function customerOf(signed) {
  const part = signed.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
  const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
  const { sub } = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof sub !== 'string') throw new TypeError('the claim sub is missing');
  return sub;
}

// `source`: a signed identity, a function that gives or promises one, or nothing.
// Resolves with {signed, customer}: null for nobody, undefined where it could not be found out.
export async function identify(source) {
  let timer = 0;
  try {
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error('no identity in time')), ANSWER_LIMIT);
    });
    const given = typeof source === 'function' ? source() : source;
    const signed = await Promise.race([given, late]);
    return signed ? { signed, customer: customerOf(signed) } : null;
  } catch (error) {
    console.warn('aftercare-chat: the identity could not be read.', error);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
