/** A place that keeps the app passwords of accounts. */

export type SecretPlace = 'keyring' | 'file';

export interface SecretOwner {
  /** As {@link canonicalUrl} writes it. */
  readonly url: string;
  readonly user: string;
}

/** All of it throws a `NuageError` where the place is not there, or does not open. */
export interface SecretStore {
  keep(owner: SecretOwner, password: string): Promise<void>;
  /** Undefined where it keeps none. */
  find(owner: SecretOwner): Promise<string | undefined>;
  forget(owner: SecretOwner): Promise<void>;
}
