import { readdirSync, readFileSync } from 'node:fs'

/** A frame as it stands on the wire, and what its receiver reads in it. */
export interface WireVariant {
  readonly type: string
  readonly name: string
  readonly frame: Record<string, unknown>
  readonly reads: Record<string, unknown>
}

export type Direction = 'router-to-worker' | 'worker-to-router'

const folder = new URL('../fixtures/wire/', import.meta.url)

/** Every golden frame of a direction; each file is named after the type of its frames. */
export function wireVariants(direction: Direction): WireVariant[] {
  const files = readdirSync(new URL(`${direction}/`, folder)).toSorted()
  return files.flatMap((file) => {
    const variants: Omit<WireVariant, 'type'>[] = JSON.parse(
      readFileSync(new URL(`${direction}/${file}`, folder), 'utf8'),
    )
    return variants.map((variant) => ({ type: file.replace(/\.json$/, ''), ...variant }))
  })
}
