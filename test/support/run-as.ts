import type { Container } from 'dockerode'
import { textOf } from '../../src/fleet/drivers/docker/run-inside.ts'

const limitMs = 90_000

/** Runs a program in a container as one of its users, and returns what it prints. */
export async function runAs(container: Container, user: string, command: readonly string[]): Promise<string> {
  const abortSignal = AbortSignal.timeout(limitMs)
  const exec = await container.exec({ Cmd: [...command], User: user, AttachStdout: true, abortSignal })
  return await textOf(await exec.start({ abortSignal }))
}
