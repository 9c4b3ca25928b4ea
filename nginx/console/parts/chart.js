// Bars by day, in parts of one subject each; and shares by subject. A chart is a picture for those who see it: its figures
// stand in a table as well. It is drawn as wide as it is shown: its text has one size on every screen.
import { el, replace, svg } from './dom.js';
import { compact, day, number } from './format.js';
import { table } from './table.js';
import { t } from './words.js';

const left = 48, top = 8, bottom = 24, ofDate = 72;  // pixels; the whole is as high as console.css has it
const colours = 6;  // classes part-0 to part-5; what is beyond shares the last

// rows: {day, name, value}; order: names, the largest first. All days from since to until, also those without a value.
export function dayBars(rows, order, since, until, label) {
    const days = daysBetween(since, until);
    const ofDay = (each) => rows.filter((row) => row.day === each).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    const sum = (parts) => parts.reduce((total, { value }) => total + value, 0);
    const most = niceTop(Math.max(...days.map((each) => sum(ofDay(each)))));
    const shown = days.map((each) => ({ day: each, parts: ofDay(each) }));
    const frame = el('div', { class: 'frame' });
    new ResizeObserver(([{ contentRect: { width, height } }]) => {
        if (width > left && height > top + bottom)  // none, once it is taken away
            replace(frame, svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, drawDays(shown, order, most, { width, height })));
    }).observe(frame);
    return el('figure', { class: 'bars' }, frame, asTable(label, rows.map((row) => [`${day(row.day)}, ${row.name}`, row.value])));
}

function drawDays(days, order, most, { width, height }) {
    const step = (width - left) / days.length;
    const y = (value) => top + (height - top - bottom) * (1 - value / most);
    const bars = days.map(({ day: each, parts }, i) => {
        let below = 0;
        return parts.map(({ name, value }) => {
            const part = svg('rect', { class: partClass(order.indexOf(name)), x: left + i * step + step * 0.15, width: Math.max(1, step * 0.7), y: y(below + value), height: y(below) - y(below + value) },
                svg('title', {}, `${day(each)}, ${name}: ${number(value)}`));
            below += value;
            return part;
        });
    });
    const lines = (most < 2 ? [0, 1] : [0, 0.5, 1]).map((part) => [
        svg('line', { x1: left, x2: width, y1: y(most * part), y2: y(most * part) }),
        svg('text', { x: left - 6, y: y(most * part) + 4, 'text-anchor': 'end' }, compact(most * part))]);
    const every = Math.ceil(days.length / Math.max(1, Math.floor((width - left) / ofDate)));
    const names = days.map(({ day: each }, i) => {
        const x = left + (i + 0.5) * step;
        const anchor = i === 0 ? 'start' : x > width - ofDate / 2 ? 'end' : 'middle';
        return i % every === 0 ? svg('text', { x, y: height - 5, 'text-anchor': anchor }, day(each)) : null;
    });
    return [lines, bars, names];
}

const partClass = (place) => `part-${Math.min(Math.max(place, 0), colours - 1)}`;

// A round number at the top of the scale.
function niceTop(most) {
    if (most <= 0) return 1;
    const power = 10 ** Math.floor(Math.log10(most));
    return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= most);
}

const aDay = 86_400_000, mostDays = 400;
const dayText = (date) => date.toISOString().slice(0, 10);
function daysBetween(since, until) {
    const days = [];
    for (let at = Date.parse(since); at <= Date.parse(until) && days.length < mostDays; at += aDay) days.push(dayText(new Date(at)));
    return days.length ? days : [since];
}
export const daysAgo = (count) => dayText(new Date(Date.now() - count * aDay));

const asTable = (label, rows) => el('details', {}, el('summary', { class: 'quiet' }, t('chart.table')),
    table(label, [{ title: t('chart.what'), of: ([what]) => el('bdi', {}, what) }, { title: t('chart.value'), number: true, of: ([, value]) => number(value) }], rows));

// rows: {name, value, note}, the largest first. With colours where they are the legend of bars.
export function shareBars(rows, { coloured = false } = {}) {
    const most = Math.max(...rows.map((row) => row.value), Number.MIN_VALUE);
    return el('ul', { class: 'shares' }, rows.map(({ name, value, note }, place) => el('li', {},
        el('div', { class: 'row' }, el('bdi', {}, name), el('span', { class: 'quiet' }, note)),
        el('div', { class: 'track', 'aria-hidden': 'true' }, el('i', { class: coloured ? partClass(place) : 'part-0', vars: { '--share': `${(value / most) * 100}%` } })))));
}
