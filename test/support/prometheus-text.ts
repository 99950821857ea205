/** The samples of a text in Prometheus' format, by name and labels as they are written there. @throws for a line that is no sample. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const match = /^([a-z_]+(?:\{(?:[a-z_]+="[^"\\]*",?)*\})?) (\S+)$/.exec(line)
    if (!match?.[1] || Number.isNaN(Number(match[2]))) throw new Error(`no sample: ${line}`)
    if (samples.has(match[1])) throw new Error(`twice: ${match[1]}`)
    samples.set(match[1], Number(match[2]))
  }
  return samples
}

/** What each series is, by name: `counter`, `gauge` or `histogram`. */
export function typesOf(text: string): Map<string, string> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Map(types.map(([, name, type]) => [`${name}`, `${type}`]))
}
