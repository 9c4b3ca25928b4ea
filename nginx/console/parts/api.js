// The one way to the server. Errors become ApiError with words for people; a lost connection is told once, asked after
// until it is back, and told again, so that no page needs to be loaded anew.
import { hasWord, t, wordFor } from './words.js';

export class ApiError extends Error {
    constructor({ status, code, message, field = '', retryAfter = 0 }) {
        super(message);
        this.status = status;  // 0: no answer came
        this.code = code;
        this.field = field;
        this.retryAfter = retryAfter;
    }
    get isOffline() { return this.status === 0; }
    // Worth asking again by itself: nothing is wrong with the question.
    get passes() { return this.status === 0 || this.status === 429 || this.status >= 502; }
}

// Events: lost, restored (connection), ended (session).
export const connection = new EventTarget();
let isLost = false;
let lookAgain = null;
const longestPause = 15_000;

function lose() {
    if (isLost) return;
    isLost = true;
    connection.dispatchEvent(new Event('lost'));
    lookFrom(1_000);
}

function lookFrom(pause) {
    lookAgain = setTimeout(async () => {
        if (await isBack()) return;
        lookFrom(Math.min(pause * 2, longestPause));
    }, pause);
}

async function isBack() {
    try {
        const answer = await fetch('/healthz', { cache: 'no-store' });
        await answer.arrayBuffer();
    } catch {
        return false;
    }
    clearTimeout(lookAgain);
    if (isLost) {
        isLost = false;
        connection.dispatchEvent(new Event('restored'));
    }
    return true;
}

// For the button, and for a browser that knows that its network is back.
export function lookNow() {
    clearTimeout(lookAgain);
    lookFrom(0);
}
addEventListener('online', () => { if (isLost) lookNow(); });

// fetch() whose failures are ApiError. An abort passes as it is.
export async function ask(method, path, { body, form, signal, accept } = {}) {
    const headers = {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (accept) headers.Accept = accept;
    let answer;
    try {
        answer = await fetch(path, {
            method, headers, signal, cache: 'no-store', credentials: 'same-origin', redirect: 'error',
            body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
        });
    } catch (fault) {
        throw failure(fault, signal);
    }
    if (answer.ok) return answer;
    throw await refusal(answer);
}

// What fetch() and reading a body throw.
export function failure(fault, signal) {
    if (signal?.aborted || fault instanceof ApiError) return fault;
    lose();
    return new ApiError({ status: 0, code: 'offline', message: t('error.offline') });
}

async function refusal(answer) {
    let json = {};
    try {
        json = await answer.json();
    } catch { /* a proxy's own page: its status has to do */ }
    const error = errorIn(json, answer.status);
    error.retryAfter ||= Number(answer.headers.get('Retry-After')) || 0;
    if (answer.status === 401 && !answer.url.startsWith(`${location.origin}/auth/`)) connection.dispatchEvent(new Event('ended'));
    return error;
}

// The three shapes that the server has: {error: {…}} of /admin and /v1, {code, msg} of the documented paths.
export function errorIn(json, status) {
    const error = typeof json?.error === 'object' && json.error ? json.error : json ?? {};
    const code = String(error.code ?? error.type ?? '');
    return new ApiError({
        status, code, field: error.field ?? error.param ?? '', retryAfter: Number(json?.retry_after ?? error.retry_after) || 0,
        message: String(error.message ?? json?.msg ?? '') || wordFor('status', status),
    });
}

async function json(method, path, options) {
    const answer = await ask(method, path, options);
    if (answer.status === 204) return {};
    try {
        return await answer.json();
    } catch (fault) {
        if (fault instanceof SyntaxError)
            throw new ApiError({ status: answer.status, code: 'unreadable', message: t('error.unreadable') });
        throw failure(fault, options.signal);
    }
}

const query = (values = {}) => {
    const pairs = Object.entries(values).filter(([, value]) => value !== '' && value !== null && value !== undefined);
    return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
};

export const get = (path, values, signal) => json('GET', path + query(values), { signal });
export const post = (path, body = {}, signal) => json('POST', path, { body, signal });
export const remove = (path, body = {}, signal) => json('DELETE', path, { body, signal });

// [what happened, what the server says of it]: the first in the page's language, where it has a word for the code.
export function wordsOf(error) {
    if (!(error instanceof ApiError)) return [t('error.page'), String(error?.message ?? error)];
    if (hasWord('code', error.code)) return [wordFor('code', error.code), error.message];
    if (hasWord('status', error.status)) return [wordFor('status', error.status), error.message];
    return [error.message, ''];
}
