/**
 * `notify_push` of a Nextcloud: a WebSocket on which the server says that something has changed.
 * Name and password go to the very host of the account, whatever address the server gives.
 */
import { ErrorEvent } from 'undici';
import { NuageError } from '../errors.js';
import { PUSH_LOGIN_MS_MAX, PUSH_MESSAGE_CHARS_MAX } from '../limits.js';
import type { HttpClient } from './http.js';
import { abortedError } from './network-error.js';
import type { PushNews } from './remote.js';

/** Until the line ends; never resolves. @throws kind `unauthenticated` for a refused login. */
export function listen(
  http: HttpClient,
  url: string,
  onNews: (news: PushNews) => void,
  signal: AbortSignal,
): Promise<never> {
  const details = { op: 'notify_push' };
  return new Promise((_, reject) => {
    const socket = http.openSocket(url);
    const end = (error: NuageError): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.close();
      reject(error);
    };
    const abort = (): void => end(abortedError(details));
    const timer = setTimeout(
      () => end(new NuageError('timeout', 'notify_push does not answer', details)),
      PUSH_LOGIN_MS_MAX,
    );
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.addEventListener('open', () => {
      for (const word of http.login) socket.send(word);
    });
    socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      const text = typeof data === 'string' ? data : '';
      if (text === 'authenticated') {
        clearTimeout(timer);
        onNews('ready');
      } else if (/^notify_file(_id)?\b/.test(text)) {
        onNews('changed');
      } else if (text.length > PUSH_MESSAGE_CHARS_MAX) {
        end(new NuageError('protocol', 'notify_push sends something else', details));
      } else if (/^err: Invalid credentials/.test(text)) {
        end(new NuageError('unauthenticated', 'notify_push refuses the login', details));
      }
    });
    socket.addEventListener('error', (event) => {
      const cause: unknown = event instanceof ErrorEvent ? event.error : undefined;
      end(new NuageError('offline', 'notify_push cannot be reached', { ...details, cause }));
    });
    socket.addEventListener('close', () => {
      end(new NuageError('offline', 'notify_push has closed the line', details));
    });
  });
}
