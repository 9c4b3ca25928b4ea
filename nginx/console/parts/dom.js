// Builds elements. Text always becomes a text node: no file of the console parses HTML, so a name, a note or an
// answer of a model cannot bring any in.

const svgNamespace = 'http://www.w3.org/2000/svg';
const asProperties = new Set(['value', 'checked', 'disabled', 'selected', 'hidden', 'open', 'multiple', 'muted', 'required',
    'readOnly', 'autofocus']);

// el('button', {class: 'plain', on: {click: send}}, 'Send'). Attributes that are null or false are left out.
// `vars` sets CSS variables; there are no style attributes, which the content security policy refuses.
export function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    fill(node, attributes, children);
    return node;
}

export function svg(name, attributes = {}, ...children) {
    const node = document.createElementNS(svgNamespace, name);
    fill(node, attributes, children);
    return node;
}

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name === 'on') {
            for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
        } else if (name === 'vars') {
            for (const [variable, text] of Object.entries(value)) node.style.setProperty(variable, text);
        } else if (asProperties.has(name)) {
            node[name] = value;
        } else {
            setAttribute(node, name, value === true ? '' : String(value));
        }
    }
    append(node, children);
}

// The second line of defence behind the policy: no attribute runs code, and a link leads to the web or to a screen.
function setAttribute(node, name, value) {
    if (name.startsWith('on') || name === 'style' || name === 'srcdoc') throw new Error(`no attribute ${name}`);
    if (name === 'href' && !/^(https?:\/\/|#|blob:)/.test(value)) throw new Error('no such link');
    node.setAttribute(name, value);
}

export function append(node, children) {
    for (const child of children.flat(Infinity)) {
        if (child === null || child === undefined || child === false) continue;
        node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
}

export function replace(node, ...children) {
    node.replaceChildren();
    return append(node, children);
}

// Makes what `node` holds what `children` are, and touches only what differs: the rest keeps the focus, what is selected
// and what a reader has opened, and its listeners. Not for what has `vars`, properties, or listeners of one row.
export function update(node, ...children) {
    liken(node, append(document.createDocumentFragment(), children));
}

function liken(node, fresh) {
    const there = [...node.childNodes], wanted = [...fresh.childNodes];
    const most = mostKept(there, wanted);
    let at = 0;
    wanted.forEach((child, i) => {
        const isKept = () => isAlike(there[at], child);
        while (at < there.length && !isKept() && most[at + 1][i] >= most[at][i + 1]) there[at++].remove();
        if (at === there.length || !isKept()) {
            node.insertBefore(child, there[at] ?? null);
            return;
        }
        const kept = there[at++];
        if (child instanceof Element) {
            likenAttributes(kept, child);
            liken(kept, child);
        } else if (kept.data !== child.data) {
            kept.data = child.data;
        }
    });
    for (const left of there.slice(at)) left.remove();
}

// [i][j]: how many of there[i…] can stay to become, in their order, alike ones of wanted[j…]. The next alike one is not
// always the one to keep: a new paragraph would take the last one, and what stands between would go.
function mostKept(there, wanted) {
    const most = Array.from({ length: there.length + 1 }, () => new Array(wanted.length + 1).fill(0));
    for (let i = there.length - 1; i >= 0; --i)
        for (let j = wanted.length - 1; j >= 0; --j)
            most[i][j] = isAlike(there[i], wanted[j]) ? most[i + 1][j + 1] + 1 : Math.max(most[i + 1][j], most[i][j + 1]);
    return most;
}

const labelOf = (node) => node.getAttribute?.('aria-label') ?? null;
const isAlike = (one, other) => one.nodeName === other.nodeName && labelOf(one) === labelOf(other);

function likenAttributes(node, fresh) {
    const isReaders = (name) => name === 'open' || name === 'id' || name === 'disabled';
    for (const { name } of [...node.attributes]) if (!isReaders(name) && !fresh.hasAttribute(name)) node.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (!isReaders(name) && node.getAttribute(name) !== value) node.setAttribute(name, value);
}

let last = 0;
export const freshId = (what = 'id') => `${what}-${++last}`;
