// Who is signed in. The token is in a cookie that no script can read; this knows only the name and the rights.
import { connection, get, post, remove } from './api.js';

class Session extends EventTarget {
    user = null;
    warning = '';
    registration = 'closed';
    needsTls = false;
    hasEnded = false;  // while the page was open

    take({ user = null, warning = '', registration = 'closed', tls_required: needsTls = false }) {
        const isAnother = user?.id !== this.user?.id || user?.name !== this.user?.name || user?.admin !== this.user?.admin;
        this.hasEnded = !user && (this.hasEnded || this.user !== null);
        Object.assign(this, { user, warning, registration, needsTls });
        if (isAnother) this.dispatchEvent(new Event('changed'));
    }
    drop(hasEnded) {
        if (!this.user) return;
        this.user = null;
        this.hasEnded = hasEnded;
        this.dispatchEvent(new Event('changed'));
    }
}

export const session = new Session();

export async function findSession() {
    connection.addEventListener('ended', () => session.drop(true));
    session.take(await get('/admin/session'));
}

export const signIn = async (name, password) => session.take(await post('/admin/session', { name, password }));

// What is left of the balances, after a call.
export async function refreshUser() {
    session.take(await get('/admin/session'));
    return session.user;
}

// Throws where the server did not end it: the cookie, which no script can take away, still signs in.
export async function endSession() {
    try {
        await remove('/admin/session');
    } catch (error) {
        if (error.status !== 401) throw error;  // it has ended already
    }
    session.drop(false);
}
