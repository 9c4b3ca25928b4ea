// What comes back whole, in one piece and streamed, through each client.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { embed, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

import { ask, collect, compatible, langchain, langchainEmbeddings, openai, target, weather, weatherTool } from './target.mjs';

const { models } = target;
const question = '你好吗, are you well?';
const length = [...question].length;

test('openai: an answer in one piece', async () => {
    const answer = await openai().chat.completions.create(ask(question));
    assert.equal(answer.object, 'chat.completion');
    assert.match(answer.id, /^chatcmpl-/);
    assert.equal(answer.model, models.chat);
    assert.equal(answer.choices.length, 1);
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.equal(answer.choices[0].message.content, question);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.prompt_tokens, length);
    assert.equal(answer.usage.completion_tokens, length);
    assert.equal(answer.usage.total_tokens, 2 * length);
    assert.ok(answer._request_id);
});

test('openai: a stream in the documented order, with usage because it was asked for', async () => {
    const chunks = await collect(
        await openai().chat.completions.create(ask(question, { stream: true, stream_options: { include_usage: true } })));
    for (const chunk of chunks) {
        assert.equal(chunk.object, 'chat.completion.chunk');
        assert.equal(chunk.id, chunks[0].id);
        assert.equal(chunk.created, chunks[0].created);
        assert.equal(chunk.model, models.chat);
    }
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, 2 * length);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.ok(chunks.length > 4, 'the pieces came as pieces');
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join(''), question);
    assert.deepEqual(chunks.map((chunk) => chunk.choices[0].finish_reason).filter(Boolean), ['stop']);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    for (const chunk of chunks) assert.equal(chunk.usage, null);
});

test('openai: a stream without usage, because it was not asked for', async () => {
    const chunks = await collect(await openai().chat.completions.create(ask(question, { stream: true })));
    for (const chunk of chunks) {
        assert.equal(chunk.choices.length, 1);
        assert.ok(!chunk.usage);
    }
});

test('openai: thoughts are apart from the answer', async () => {
    const wanted = ask(question, { model: models.reasoner });
    const answer = await openai().chat.completions.create(wanted);
    assert.equal(answer.choices[0].message.content, question);
    assert.match(answer.choices[0].message.reasoning_content, /先想一想/);
    assert.equal(answer.usage.completion_tokens_details.reasoning_tokens,
        [...answer.choices[0].message.reasoning_content].length);
    const chunks = await collect(await openai().chat.completions.create({ ...wanted, stream: true }));
    const joined = (name) => chunks.map((chunk) => chunk.choices[0].delta[name] ?? '').join('');
    assert.equal(joined('reasoning_content'), answer.choices[0].message.reasoning_content);
    assert.equal(joined('content'), question);
});

test('openai: a limit of tokens ends an answer with length', async () => {
    for (const name of ['max_tokens', 'max_completion_tokens']) {
        const answer = await openai().chat.completions.create(ask(question, { [name]: 2 }));
        assert.equal(answer.choices[0].message.content, '你好');
        assert.equal(answer.choices[0].finish_reason, 'length');
    }
});

test('openai: system, developer and parts of text are taken', async () => {
    const messages = [
        { role: 'system', content: 'short' },
        { role: 'developer', content: [{ type: 'text', text: 'in Chinese' }] },
        { role: 'user', content: [{ type: 'text', text: 'one ' }, { type: 'text', text: 'two' }] },
    ];
    const answer = await openai().chat.completions.create({ model: models.chat, messages });
    assert.equal(answer.choices[0].message.content, 'one two');
});

test('openai: a picture in a part is seen', async () => {
    const url = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')}`;
    const content = [{ type: 'text', text: 'what is it?' }, { type: 'image_url', image_url: { url } }];
    const answer = await openai().chat.completions.create(ask(content, { model: models.vision }));
    assert.equal(answer.choices[0].message.content, '一张8字节的图片。what is it?');
});

test('openai: tools from the request to the answer that uses them', async () => {
    const messages = [{ role: 'user', content: 'get_weather' }];
    const wanted = { model: models.chat, messages, tools: [weatherTool] };
    const first = await openai().chat.completions.create(wanted);
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    const { message } = first.choices[0];
    const [call] = message.tool_calls;
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'get_weather' });
    const second = await openai().chat.completions.create(
        { ...wanted, messages: [...messages, message, { role: 'tool', tool_call_id: call.id, content: 'sunny' }] });
    assert.equal(second.choices[0].message.content, 'sunny');
});

test('openai: streamed tool calls, two at once', async () => {
    const clock = { type: 'function', function: { name: 'get_time' } };
    const stream = openai().chat.completions.stream(ask('get_weather, get_time', { tools: [weatherTool, clock] }));
    const { message, finish_reason: reason } = (await stream.finalChatCompletion()).choices[0];
    assert.equal(reason, 'tool_calls');
    assert.deepEqual(message.tool_calls.map((call) => [call.type, call.function.name, JSON.parse(call.function.arguments)]),
        [['function', 'get_weather', { city: 'get_weather, get_time' }], ['function', 'get_time', {}]]);
    assert.notEqual(message.tool_calls[0].id, message.tool_calls[1].id);
});

test('openai: an answer in the wanted JSON', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'w', strict: true, schema: weather } };
    const answer = await openai().chat.completions.create(ask('Hefei', { response_format }));
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Hefei' });
});

test('openai: the list of models, and one of them', async () => {
    const names = (await collect(openai().models.list())).map((model) => model.id);
    for (const name of Object.values(models)) assert.ok(names.includes(name), `${name} is not among ${names}`);
    const one = await openai().models.retrieve(models.chat);
    assert.equal(one.id, models.chat);
    assert.equal(one.object, 'model');
});

test('openai: embeddings, the same in both formats', async () => {
    const input = ['one', 'two'];
    const numbers = async (more) => (await openai().embeddings.create({ model: models.embedding, input, ...more })).data;
    const packed = await numbers({});
    const floats = await numbers({ encoding_format: 'float' });
    assert.equal(packed.length, 2);
    assert.equal(packed[0].embedding.length, 8);
    assert.deepEqual([...packed[1].embedding], [...floats[1].embedding]);
    assert.notDeepEqual([...floats[0].embedding], [...floats[1].embedding]);
});

test('openai: a transcription in three formats', async () => {
    const wav = Buffer.alloc(44 + 32_000);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(36 + 32_000, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(16_000, 24);
    wav.writeUInt32LE(32_000, 28);
    wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(32_000, 40);
    const say = (more) =>
        openai().audio.transcriptions.create({ model: models.voice, file: new File([wav], 'speech.wav'), ...more });
    const { text } = await say({});
    assert.match(text, /32000字节/);
    assert.equal((await say({ response_format: 'text' })).trim(), text);
    const verbose = await say({ response_format: 'verbose_json' });
    assert.equal(verbose.text, text);
    assert.equal(verbose.duration, 1);
});

test('ai: an answer with its thoughts and usage', async () => {
    const answer = await generateText({ model: compatible()(models.reasoner), prompt: question, maxRetries: 0 });
    assert.equal(answer.text, question);
    assert.match(answer.reasoningText, /先想一想/);
    assert.equal(answer.finishReason, 'stop');
    assert.equal(answer.usage.inputTokens, length);
    assert.equal(answer.usage.outputTokens, length + [...answer.reasoningText].length);
});

test('ai: a stream with usage', async () => {
    const answer = streamText({ model: compatible()(models.chat), prompt: question, maxRetries: 0 });
    assert.equal((await collect(answer.textStream)).join(''), question);
    assert.equal(await answer.finishReason, 'stop');
    assert.equal((await answer.usage).totalTokens, 2 * length);
});

test('ai: tools, plain and streamed', async () => {
    const get_weather = tool({ inputSchema: jsonSchema(weather), execute: async ({ city }) => `sunny: ${city}` });
    const wanted = { model: compatible()(models.chat), prompt: 'get_weather', tools: { get_weather }, stopWhen: stepCountIs(3) };
    const plain = await generateText({ ...wanted, maxRetries: 0 });
    assert.equal(plain.steps.length, 2);
    assert.equal(plain.text, 'sunny: get_weather');
    const streamed = streamText({ ...wanted, maxRetries: 0 });
    assert.equal((await collect(streamed.textStream)).join(''), 'sunny: get_weather');
    assert.equal((await streamed.steps).length, 2);
});

test('ai: an embedding', async () => {
    const { embedding } = await embed({ model: compatible().embeddingModel(models.embedding), value: 'one', maxRetries: 0 });
    assert.equal(embedding.length, 8);
});

test('langchain: an answer, plain and streamed', async () => {
    const answer = await langchain().invoke(question);
    assert.equal(answer.content, question);
    assert.equal(answer.usage_metadata.total_tokens, 2 * length);
    const pieces = await collect(await langchain().stream(question));
    assert.equal(pieces.map((piece) => piece.content).join(''), question);
    assert.ok(pieces.length > 4, 'the pieces came as pieces');
});

test('langchain: tools', async () => {
    const model = langchain().bindTools([weatherTool]);
    const dialog = [new HumanMessage('get_weather')];
    const call = await model.invoke(dialog);
    assert.deepEqual(call.tool_calls.map(({ name, args }) => [name, args]), [['get_weather', { city: 'get_weather' }]]);
    const answer = new ToolMessage({ content: 'sunny', tool_call_id: call.tool_calls[0].id });
    assert.equal((await model.invoke([...dialog, call, answer])).content, 'sunny');
});

test('langchain: embeddings', async () => {
    const vectors = await langchainEmbeddings().embedDocuments(['one', 'two']);
    assert.deepEqual(vectors.map((vector) => vector.length), [8, 8]);
});
