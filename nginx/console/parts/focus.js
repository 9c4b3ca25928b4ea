// Where the keyboard is, so that what is drawn anew, switched off or closed does not take it away.
import { replace, update } from './dom.js';

const controls = 'a[href], button, input, select, textarea, summary, [tabindex]';
const nameOf = (node) => node.getAttribute('aria-label') ?? node.textContent;
const allIn = (region) => [...region.querySelectorAll(controls)];
const isNowhere = () => document.activeElement === null || document.activeElement === document.body;

// Null where the focus is not within `region`; without one, that is what is closed or drawn anew as a whole.
export function placeOfFocus(region = document.activeElement?.closest('dialog, .loaded, main')) {
    const node = document.activeElement;
    return region?.contains(node) ? { node, region, name: nameOf(node), at: allIn(region).indexOf(node) } : null;
}

// The same control; the one that has its name now; the one that stands in its place. Of a dialog that has closed: where
// it was opened. Else the heading, from where Tab goes on.
export function focusAgain(place) {
    for (let at = place; at; at = at.region.opener) {
        const all = at.region.isConnected ? allIn(at.region) : [];
        const named = all.filter((node) => nameOf(node) === at.name);
        const inPlace = all[Math.min(at.at, all.length - 1)];
        if ([at.node, named.includes(inPlace) ? inPlace : named[0], inPlace].some(takesFocus)) return;
    }
    takesFocus(document.querySelector('main h1'));
}

function takesFocus(node) {
    node?.focus({ preventScroll: true });
    return Boolean(node) && document.activeElement === node;
}

// replace() of what may have the focus, or had it (`place`) until its button was switched off.
export function redraw(node, children, place = placeOfFocus(node)) {
    replace(node, children);
    if (place && isNowhere()) focusAgain(place);
}

// update() of the same, where what has the focus may go away.
export function refresh(node, children) {
    const place = placeOfFocus(node);
    update(node, children);
    if (place && isNowhere()) focusAgain(place);
}
