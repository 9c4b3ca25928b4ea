// What some chat models can besides: thoughts, limits, pictures, tools, JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

import { ask, collect, compatible, langchain, openai, target, weather, weatherTool } from './target.mjs';

const { models } = target;
const question = '你好吗, are you well?';
const length = [...question].length;

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

test('ai: an answer with its thoughts and usage', async () => {
    const answer = await generateText({ model: compatible()(models.reasoner), prompt: question, maxRetries: 0 });
    assert.equal(answer.text, question);
    assert.match(answer.reasoningText, /先想一想/);
    assert.equal(answer.finishReason, 'stop');
    assert.equal(answer.usage.inputTokens, length);
    assert.equal(answer.usage.outputTokens, length + [...answer.reasoningText].length);
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

test('langchain: tools', async () => {
    const model = langchain().bindTools([weatherTool]);
    const dialog = [new HumanMessage('get_weather')];
    const call = await model.invoke(dialog);
    assert.deepEqual(call.tool_calls.map(({ name, args }) => [name, args]), [['get_weather', { city: 'get_weather' }]]);
    const answer = new ToolMessage({ content: 'sunny', tool_call_id: call.tool_calls[0].id });
    assert.equal((await model.invoke([...dialog, call, answer])).content, 'sunny');
});
