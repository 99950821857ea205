/** What the keychain process is asked on its stdin, one JSON document. */
export type KeychainRequest =
  | { readonly op: 'get' | 'delete'; readonly service: string; readonly account: string }
  | { readonly op: 'set'; readonly service: string; readonly account: string; readonly value: string }

/** What it answers on its stdout. */
export type KeychainAnswer =
  | { readonly kind: 'value'; readonly value: string | null }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly message: string }
