// Answers of models as elements. An answer is hostile input: this knows a small part of Markdown and builds every element
// itself. There is no HTML, no picture is loaded, and a link leads to http or https only, never with our address.
import { append, el } from './dom.js';

const deepest = 4;  // of lists and quotations in each other
const longestLine = 20_000;  // above, a line is shown as it is

// Shows text that grows: only blocks that have changed are built again.
export class MarkdownView {
    constructor(node) {
        this.node = node;
        this.blocks = [];
    }
    show(text) {
        const blocks = blocksOf(text.split('\n'));
        let same = 0;
        while (same < blocks.length && same < this.blocks.length && blocks[same].key === this.blocks[same].key) ++same;
        while (this.node.childNodes.length > same) this.node.lastChild.remove();
        for (const block of blocks.slice(same)) this.node.append(built(block, 0));
        this.blocks = blocks;
    }
}

export function markdown(text) {
    const node = el('div', { class: 'markdown' });
    new MarkdownView(node).show(text);
    return node;
}

// Each takes time in proportion to the line, also where it fails: nothing can be read in two ways, and `.` is every
// character (s), so that what follows the spaces always matches.
const fence = /^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)/;
const heading = /^(#{1,6})\s+(.*)$/s;
const rule = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/s;
const quotation = /^\s{0,3}>\s?(.*)$/s;
const cellsOf = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
const isTableRule = (line) => line.includes('|') && line.length <= longestLine && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell)) && cellsOf(line).length > 1;

const isBlank = (line) => line.trim() === '';
const startsBlock = (line) => fence.test(line) || heading.test(line) || rule.test(line) || item.test(line) || quotation.test(line);

// Blocks of lines: {kind, lines, key}.
function blocksOf(lines) {
    const blocks = [];
    for (let at = 0; at < lines.length;) {
        if (isBlank(lines[at])) { ++at; continue; }
        const kind = kindAt(lines, at);
        const end = endOf[kind](lines, at);
        const own = lines.slice(at, end);
        blocks.push({ kind, lines: own, key: `${kind}\n${own.join('\n')}` });
        at = end;
    }
    return blocks;
}

function kindAt(lines, at) {
    const line = lines[at];
    if (line.length > longestLine) return 'paragraph';
    if (fence.test(line)) return 'code';
    if (heading.test(line)) return 'heading';
    if (rule.test(line)) return 'rule';
    if (quotation.test(line)) return 'quotation';
    if (item.test(line)) return 'list';
    return line.includes('|') && isTableRule(lines[at + 1] ?? '') ? 'table' : 'paragraph';
}

const whileTrue = (lines, at, goesOn) => {
    let end = at + 1;
    while (end < lines.length && goesOn(lines[end], end)) ++end;
    return end;
};

const endOf = {
    code(lines, at) {
        const mark = fence.exec(lines[at])[1];
        const end = whileTrue(lines, at, (line) => !line.trim().startsWith(mark));
        return Math.min(end + 1, lines.length);
    },
    heading: (lines, at) => at + 1,
    rule: (lines, at) => at + 1,
    quotation: (lines, at) => whileTrue(lines, at, (line) => quotation.test(line)),
    list: (lines, at) => whileTrue(lines, at, (line, place) =>
        item.test(line) || /^\s{2,}\S/.test(line) || (isBlank(line) && item.test(lines[place + 1] ?? ''))),
    table: (lines, at) => whileTrue(lines, at, (line) => line.includes('|')),
    paragraph: (lines, at) => whileTrue(lines, at, (line) => !isBlank(line) && !startsBlock(line)),
};

function built({ kind, lines }, depth) {
    switch (kind) {
        case 'code': return code(lines);
        case 'heading': {
            const [, marks, text] = heading.exec(lines[0]);
            return el(`h${Math.min(marks.length + 2, 6)}`, { dir: 'auto' }, inline(text));
        }
        case 'rule': return el('hr');
        case 'quotation': {
            const inner = lines.map((line) => quotation.exec(line)[1]);
            return el('blockquote', {}, depth < deepest ? blocksOf(inner).map((block) => built(block, depth + 1)) : inner.join('\n'));
        }
        case 'list': return list(lines, depth);
        case 'table': return table(lines);
        default: return el('p', { dir: 'auto' }, inline(lines.join('\n')));
    }
}

function code(lines) {
    const [, mark, name] = fence.exec(lines[0]);
    const isClosed = lines.length > 1 && lines.at(-1).trim().startsWith(mark);
    const text = lines.slice(1, isClosed ? -1 : undefined).join('\n');
    return el('pre', { tabindex: 0, 'data-language': name || null }, el('code', {}, text));
}

// Lines deeper than an item belong to it.
function list(lines, depth) {
    const [, , marker] = item.exec(lines[0]);
    const isOrdered = /\d/.test(marker);
    const node = el(isOrdered ? 'ol' : 'ul', { start: isOrdered ? parseInt(marker, 10) : null, dir: 'auto' });
    const base = indentOf(lines[0]);
    let own = null;
    const items = [];
    for (const line of lines) {
        const match = item.exec(line);
        if (match && indentOf(line) <= base + 1) {
            own = { first: match[3], rest: [] };
            items.push(own);
        } else if (own) {
            own.rest.push(line.slice(Math.min(base + 2, indentOf(line))));
        }
    }
    for (const { first, rest } of items) {
        const below = depth < deepest ? blocksOf(rest).map((block) => built(block, depth + 1)) : rest.join('\n');
        node.append(el('li', {}, inline(first), below));
    }
    return node;
}

const indentOf = (line) => line.length - line.trimStart().length;

function table(lines) {
    const row = (line, kind) => el('tr', {}, cellsOf(line).map((cell) => el(kind, { dir: 'auto' }, inline(cell))));
    return el('div', { class: 'wide', tabindex: 0 }, el('table', {},
        el('thead', {}, row(lines[0], 'th')), el('tbody', {}, lines.slice(2).map((line) => row(line, 'td')))));
}

// Each alternative is linear: none can be read in two ways. A run of backticks is one mark, and nothing within it begins another.
const piece = /(?<!`)(`+)(?!`)([^`]+)\1|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|!?\[([^[\]\n]*)\]\(([^()\s]*)(?: +"[^"\n]*")?\)|(https?:\/\/[^\s<>()"'`|]+)/g;

// Text with code, emphasis and links.
function inline(text) {
    if (text.length > longestLine) return [text];
    const nodes = [];
    let from = 0;
    for (const match of text.matchAll(piece)) {
        if (match.index > from) nodes.push(text.slice(from, match.index));
        nodes.push(inlineOf(match));
        from = match.index + match[0].length;
    }
    if (from < text.length) nodes.push(text.slice(from));
    return nodes;
}

function inlineOf([whole, , code, strong, weak, label, target, address]) {
    if (code !== undefined) return el('code', {}, code);
    if (strong !== undefined) return el('strong', {}, strong);
    if (weak !== undefined) return el('em', {}, weak);
    if (address !== undefined) {
        const clean = withoutStops(address);
        return append(document.createDocumentFragment(), [link(clean, clean, clean), address.slice(clean.length)]);
    }
    return link(target, label || target, whole);
}

function withoutStops(address) {
    let end = address.length;
    while (end > 0 && '.,;:!?。，'.includes(address[end - 1])) --end;
    return address.slice(0, end);
}

// The address is said where the words of a link do not show it.
function link(target, label, whole) {
    let url = null;
    try {
        url = new URL(target);
    } catch { /* relative, or no address: nothing of a model's leads into the console */ }
    if (!url || !['http:', 'https:'].includes(url.protocol)) return whole;
    return el('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow ugc', title: url.href }, label);
}
