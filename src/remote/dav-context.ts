/** What every operation on the account needs. */
import type { Logger } from '../log.js';
import type { HttpClient } from './http.js';
import type { DavRoot } from './paths.js';

export interface DavContext {
  readonly http: HttpClient;
  /** `…/remote.php/dav`. */
  readonly dav: DavRoot;
  /** `…/remote.php/dav/files/USER`. */
  readonly files: DavRoot;
  /** `…/remote.php/dav/uploads/USER`. */
  readonly uploads: DavRoot;
  /** `…/remote.php/dav/trashbin/USER`. */
  readonly trash: DavRoot;
  /** `…/remote.php/dav/versions/USER`. */
  readonly versions: DavRoot;
  /** Listings tell the locks of files. */
  readonly tellsLocks: boolean;
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}
