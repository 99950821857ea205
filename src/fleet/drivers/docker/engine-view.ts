import type Dockerode from 'dockerode'
import type { RunInside } from './run-inside.ts'
import { insideContainer } from './run-inside.ts'

/** An engine as those see it who only look. Failures carry the engine's `statusCode`. */
export interface EngineView {
  /** What the engine answers to a GET. */
  get<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T>
  /** Runs programs inside a container. */
  inside(id: string): RunInside
}

/** The view of an engine that dockerode speaks with. */
export function viewOf(docker: Dockerode): EngineView {
  return {
    get: async <T>(path: string, query?: Readonly<Record<string, string>>) => {
      const answers = { 200: true, 404: 'not found', 500: 'server error' }
      // A question mark at the end says that the query is among the options, and is taken away where it is not.
      const asked = { path: query ? `${path}?` : path, options: query, method: 'GET', statusCodes: answers }
      return await new Promise<T>((resolve, reject) => {
        docker.modem.dial(asked as never, (error: unknown, answer: unknown) => {
          if (error) reject(error)
          else resolve(answer as T)
        })
      })
    },
    inside: (id) => insideContainer(docker.getContainer(id)),
  }
}
