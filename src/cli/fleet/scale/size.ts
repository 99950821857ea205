import { UsageError } from '../../../shared/errors.ts'

/** How many workers are wanted: so many, or so many more or fewer. */
export type Size = { readonly kind: 'absolute' | 'relative'; readonly count: number }

const most = 1_000

/** `5`, `+2`, `-1`. @throws UsageError for anything else. */
export function parseSize(text: string): Size {
  const [, sign = '', digits = ''] = /^([+-]?)(\d{1,4})$/.exec(text.trim()) ?? []
  const count = Number(digits)
  if (digits === '' || count > most) {
    throw new UsageError(`"${text.slice(0, 60)}" is no size of a fleet`, {
      hint: `Give a number of workers up to ${most}, as in "auxot worker scale 5", or a change: +2, or -- -1.`,
    })
  }
  return sign === '' ? { kind: 'absolute', count } : { kind: 'relative', count: sign === '-' ? -count : count }
}

/** The number of workers that is meant, where there are `present`. @throws UsageError when that is less than none. */
export function wantedFrom({ kind, count }: Size, present: number): number {
  const wanted = kind === 'absolute' ? count : present + count
  if (wanted >= 0) return Math.min(wanted, most)
  throw new UsageError(`${-count} fewer than ${present} workers is less than none`, {
    hint: 'Give the number that is wanted, 0 for none.',
  })
}
