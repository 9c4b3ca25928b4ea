// Server-sent events of a chat as they come.
import { ApiError, errorIn, failure } from './api.js';
import { t } from './words.js';

// Yields the JSON of each event. Ends at [DONE]; a stream that ends without it is broken, and says so.
export async function* eventsOf(answer, signal) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    try {
        for (;;) {
            const { done, value } = await reader.read().catch((fault) => { throw failure(fault, signal); });
            if (done) break;
            const lines = (rest + value).split(/\r?\n/);
            rest = lines.pop();
            for (const line of lines) {
                if (!line.startsWith('data:')) continue;  // comments keep the connection awake
                const data = line.slice(5).trim();
                if (data === '[DONE]') return;
                yield read(data);
            }
        }
    } finally {
        reader.cancel().catch(() => {});
    }
    throw new ApiError({ status: 502, code: 'broken', message: t('error.broken') });
}

function read(data) {
    let json;
    try {
        json = JSON.parse(data);
    } catch {
        throw new ApiError({ status: 502, code: 'unreadable', message: t('error.unreadable') });
    }
    if (json.error) throw errorIn(json, 502);
    return json;
}
