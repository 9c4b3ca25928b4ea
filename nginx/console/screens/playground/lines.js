// What was just asked, as lines for a shell and for Python. The key is a placeholder: the console has none.

const variable = '$AIPROJECT_KEY';
const origin = () => location.origin;

// asked: {path, json} or {path, fields, file}; a picture in json is named by pictureMark.
export const pictureMark = 'data:image/jpeg;base64,PICTURE';

export function curlLines(asked) {
    const head = `curl ${origin()}${asked.path} \\\n  -H "Authorization: Bearer ${variable}"`;
    if (asked.fields) {
        const fields = Object.entries(asked.fields).map(([name, value]) => ` \\\n  -F ${quoted(`${name}=${value}`)}`);
        return `${head} \\\n  -F file=@${asked.file}${fields.join('')}`;
    }
    const text = JSON.stringify(asked.json, null, 2);
    const stream = asked.json.stream ? head.replace('curl ', 'curl -N ') : head;
    const output = asked.output ? ` \\\n  -o ${asked.output}` : '';
    const type = `${stream} \\\n  -H 'Content-Type: application/json'${output}`;
    if (!text.includes(pictureMark)) return `${type} \\\n  -d ${quoted(text)}`;
    const escaped = text.replace(/[\\$`]/g, '\\$&').replaceAll(pictureMark, 'data:image/jpeg;base64,$(base64 -w0 picture.jpg)');
    return `${type} \\\n  -d @- <<END\n${escaped}\nEND`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function pythonLines(asked) {
    const head = ['import os'];
    const hasPicture = asked.json && JSON.stringify(asked.json).includes(pictureMark);
    if (hasPicture) head.push('import base64');
    const lines = [...head, 'from openai import OpenAI', '',
        `client = OpenAI(base_url="${origin()}/v1", api_key=os.environ["AIPROJECT_KEY"])`];
    if (hasPicture) lines.push('picture = base64.b64encode(open("picture.jpg", "rb").read()).decode()');
    return [...lines, ...calls[asked.path](asked)].join('\n');
}

const calls = {
    '/v1/chat/completions': ({ json }) => [
        'answer = client.chat.completions.create(', ...argumentsOf(json), ')',
        ...(json.stream ? ['for chunk in answer:', '    if chunk.choices:', '        print(chunk.choices[0].delta.content or "", end="", flush=True)']
            : ['print(answer.choices[0].message.content)'])],
    '/v1/audio/transcriptions': ({ fields, file }) => [
        'answer = client.audio.transcriptions.create(', `    file=open(${python(file)}, "rb"),`, ...argumentsOf(fields), ')', 'print(answer.text)'],
    '/v1/audio/speech': ({ json, output }) => [
        'answer = client.audio.speech.create(', ...argumentsOf({ voice: '', ...json }), ')', `answer.write_to_file(${python(output)})`],
    '/v1/embeddings': ({ json }) => ['answer = client.embeddings.create(', ...argumentsOf(json), ')', 'print(answer.data[0].embedding[:8])'],
};

const argumentsOf = (values) => Object.entries(values).map(([name, value]) => `    ${name}=${python(value, 1)},`);

// A value as Python writes it.
export function python(value, depth = 0) {
    const indent = '    '.repeat(depth + 1), outdent = '    '.repeat(depth);
    if (value === null) return 'None';
    if (value === true) return 'True';
    if (value === false) return 'False';
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string')
        return value === pictureMark ? '"data:image/jpeg;base64," + picture' : pythonText(value);
    if (Array.isArray(value)) return `[\n${value.map((each) => `${indent}${python(each, depth + 1)},`).join('\n')}\n${outdent}]`;
    const pairs = Object.entries(value).map(([name, each]) => `${pythonText(name)}: ${python(each, depth + 1)}`);
    const short = `{${pairs.join(', ')}}`;
    return short.length < 90 && !short.includes('\n') ? short : `{\n${pairs.map((pair) => `${indent}${pair},`).join('\n')}\n${outdent}}`;
}

// JSON's escapes are Python's, but for halves of characters, which JSON writes as Python would not read them.
const pythonText = (text) => JSON.stringify(text.toWellFormed?.() ?? text);
