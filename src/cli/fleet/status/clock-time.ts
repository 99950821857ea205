/** A moment by the clock of this host: `14:05`, with the day where that is another. */
export function clockTime(iso: string, nowMs: number): string {
  const moment = new Date(iso)
  const time = `${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`
  return moment.toDateString() === new Date(nowMs).toDateString() ? time : `${dayOf(moment)} ${time}`
}

/** `14:05:09` */
export function clockSeconds(iso: string): string {
  const moment = new Date(iso)
  return [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(twoDigits).join(':')
}

function dayOf(moment: Date): string {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map(twoDigits).join('-')
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
