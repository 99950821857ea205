import type { LogLine } from '../../../fleet/drivers/logs/log-line.ts'
import { fieldsFrom } from './logged-line.ts'

/** A line of a log as scripts read it, `auxot.worker.log/v1`. */
export function logDocument({ source, moment, stream, text }: LogLine) {
  const fields = fieldsFrom(text)
  return {
    schema: 'auxot.worker.log/v1',
    worker: source.worker,
    container: source.container,
    time: moment,
    stream,
    line: text,
    ...(fields && { fields }),
  }
}
