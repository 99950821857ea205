import { UsageError } from './errors.ts'

/** Where something listens. */
export interface ListenAddress {
  /** A name or an address; one of IPv6 without its brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

const loopback = '127.0.0.1'
const forms = 'Write HOST:PORT, [ADDRESS]:PORT for IPv6, or a port alone, which means this machine only.'

/**
 * `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`, or a port alone, which is reachable from this machine only.
 * @throws UsageError with the end of a sentence that begins with where the text came from
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([\da-z.-]+))?:)?(\d{1,5})$/i.exec(text.trim())
  const port = Number(match?.[3])
  if (!match || port > 65_535)
    throw new UsageError(`"${text.slice(0, 60)}" is no address to listen on`, { hint: forms })
  return { host: match[1] ?? match[2] ?? loopback, port }
}

/** As it stands in a URL. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
