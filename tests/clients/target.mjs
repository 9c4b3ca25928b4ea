// Where the clients go: AIPROJECT_CLIENT_TARGET, as clients.h writes it. One maker for each client; `more` is what a
// test wants of it besides.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import OpenAI from 'openai';

export const target = JSON.parse(process.env.AIPROJECT_CLIENT_TARGET);
const { baseURL, key } = target;

export const openai = (more = {}) => new OpenAI({ baseURL, apiKey: key, maxRetries: 0, ...more });
export const compatible = (more = {}) =>
    createOpenAICompatible({ name: 'aiproject', baseURL, apiKey: key, includeUsage: true, ...more });
export const langchain = (more = {}) =>
    new ChatOpenAI({ model: target.models.chat, apiKey: key, maxRetries: 0, configuration: { baseURL }, ...more });
export const langchainEmbeddings = () =>
    new OpenAIEmbeddings({ model: target.models.embedding, apiKey: key, maxRetries: 0, configuration: { baseURL } });

export const ask = (content, more = {}) => ({
    model: target.models.chat,
    messages: [{ role: 'user', content }],
    ...more,
});

// The simulated model calls a tool whose name stands in the question.
export const weather = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
};
export const weatherTool = {
    type: 'function',
    function: { name: 'get_weather', description: 'Says how the weather is.', parameters: weather },
};

export async function collect(stream) {
    const all = [];
    for await (const one of stream) all.push(one);
    return all;
}
