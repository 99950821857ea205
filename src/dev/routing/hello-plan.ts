/** What becomes of the next worker that wants in; made by tests. */
export type HelloPlan =
  /** The WebSocket upgrade is refused with this HTTP status. */
  | { readonly kind: 'http'; readonly status: number }
  /** `hello_ack` with `success: false`, then a close frame. */
  | { readonly kind: 'ack'; readonly error: string; readonly reconnectInSeconds?: number }
  /** The public router's way: an `error` message, then the connection ends without a close frame. */
  | { readonly kind: 'error'; readonly error: string; readonly details?: string }
  /** The hello is never answered. */
  | { readonly kind: 'silence' }
  /** The hello is answered once `released` resolves. */
  | { readonly kind: 'hold'; readonly released: Promise<void> }

/** What the public router says to a key that it does not know. */
export const unknownKey: HelloPlan = {
  kind: 'error',
  error: 'invalid GPU key',
  details: 'Authentication failed. Check your admin key.',
}
