/** `2027-11-22T10:00:00.000Z` */
export function isoDate(ms: number): string {
  return new Date(ms).toISOString()
}
