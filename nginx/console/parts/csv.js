// A file of rows for a spreadsheet, made and saved in the browser.
import { el } from './dom.js';

// A cell that begins like a formula gets a quote before it: a spreadsheet would run it.
export function csvOf(columns, rows) {
    const cell = (value) => {
        const text = value === null || value === undefined ? '' : String(value);
        const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((line) => line.map(cell).join(',')).join('\r\n');
}

export function save(name, text) {
    const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));  // Excel takes UTF-8 with a mark only
    const link = el('a', { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
