// Numbers, amounts and times as the language writes them.
import { language, t } from './words.js';

const millionth = 1e-6;

export const number = (value, options = {}) => new Intl.NumberFormat(language(), options).format(value);

// A balance or a limit; -1 has no limit.
export const amount = (value) => (value === null || value === undefined || value < 0 ? t('amount.unlimited') : number(value));

// Micro-units of the operator's currency.
export function money(micro) {
    if (micro === null || micro === undefined || micro < 0) return t('amount.unlimited');
    return number(micro * millionth, { minimumFractionDigits: 2, maximumFractionDigits: 6 });
}

export const compact = (value) => number(value, { notation: 'compact', maximumFractionDigits: 1 });

const read = (text) => (text ? new Date(text) : null);

export function time(text) {
    const date = read(text);
    if (!date || Number.isNaN(date.getTime())) return t('time.never');
    return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

export const clock = (date) => new Intl.DateTimeFormat(language(), { timeStyle: 'medium' }).format(date);

// A day as YYYY-MM-DD is the same day everywhere.
export function day(text) {
    const date = read(`${text}T00:00:00Z`);
    return new Intl.DateTimeFormat(language(), { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(date);
}

export const seconds = (ms) => t('time.seconds', { n: number(ms / 1000, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }) });

const steps = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

// "3 minutes ago".
export function ago(text) {
    const date = read(text);
    if (!date || Number.isNaN(date.getTime())) return t('time.never');
    return relative((date.getTime() - Date.now()) / 1000);
}

export function relative(inSeconds) {
    const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
    for (const [unit, size] of steps)
        if (Math.abs(inSeconds) >= size || size === 1) return words.format(Math.round(inSeconds / size), unit);
    return '';
}

export function duration(inSeconds) {
    for (const [unit, size] of steps)
        if (inSeconds >= size || size === 1)
            return number(Math.floor(inSeconds / size), { style: 'unit', unit, unitDisplay: 'short' });
    return '';
}

export function bytes(count) {
    if (count < 1024) return `${number(count)} B`;
    if (count < 1024 * 1024) return `${number(count / 1024, { maximumFractionDigits: 0 })} KiB`;
    return `${number(count / 1024 / 1024, { maximumFractionDigits: 1 })} MiB`;
}
