const mostNames = 5

/** `default-1, default-2 and 7 more` */
export function namesOf(workers: readonly { readonly id: string }[]): string {
  const names = workers.slice(0, mostNames).map(({ id }) => id)
  const rest = workers.length - names.length
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : names.join(', ')
}

/** `1 worker`, `2 workers`, `? workers` */
export function counted(count: number | null, noun: string): string {
  return `${count ?? '?'} ${noun}${count === 1 ? '' : 's'}`
}
