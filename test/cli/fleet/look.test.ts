import { describe, expect, it } from 'vitest'
import type { Engine, Fleets } from '../../../src/cli/fleet/engine.ts'
import { look } from '../../../src/cli/fleet/status/look.ts'
import { BackendError } from '../../../src/fleet/errors.ts'
import type { FleetView } from '../../../src/fleet/fleet-backend.ts'
import { parseRouterUrl, type RouterAddress } from '../../../src/protocol/router-url.ts'
import { UsageError } from '../../../src/shared/errors.ts'
import { answering, fleetOf, healthyRouter, noonMs, routerUrl } from '../../support/sights.ts'

/** An engine with these fleets. */
function engineWith(fleets: Readonly<Record<string, FleetView>>, more: Partial<Fleets> = {}): Engine {
  const none = async () => undefined
  const backend: Fleets = {
    fleets: async () => Object.keys(fleets),
    view: async (name) => fleets[name] ?? { members: [], record: undefined },
    ask: none,
    terminate: none,
    untilEnded: none,
    ...more,
  }
  return { kind: 'open', fleets: backend, isNamed: false }
}

/** A look in which no worker of this host counts: it is at one fleet, or at an engine alone. */
async function lookAt(engine: Engine | Promise<Engine>, more: { fleet?: string; named?: string } = {}) {
  const asked: string[] = []
  const askRouter = async (address: RouterAddress) => {
    asked.push(address.http.origin)
    return healthyRouter().answer
  }
  const { fleet, named } = more
  const sources = {
    engine,
    fleet,
    runtimeDir: '/nowhere',
    routerUrl: named ? parseRouterUrl(named) : undefined,
    askRouter,
  }
  const sight = await look(sources, { now: () => noonMs })
  return { sight, asked }
}

const two = fleetOf([answering(1, 'idle'), answering(2, 'idle', { router: 'https://other.example.com' })])

describe('a look', () => {
  it('asks the router that was named, and no other', async () => {
    const { asked, sight } = await lookAt(engineWith({ default: two }), { named: 'https://named.example.com' })
    expect(asked).toEqual(['https://named.example.com'])
    expect(sight).toMatchObject({ atMs: noonMs, router: { answer: { kind: 'healthy' } } })
  })

  it('asks the first that workers name where none was named', async () => {
    const { asked } = await lookAt(engineWith({ default: two }), { fleet: 'default' })
    expect(asked).toEqual([routerUrl])
  })

  it('finds a router of this host that containers have another name for', async () => {
    const inside = fleetOf([answering(1, 'idle', { router: 'http://host.docker.internal:8080' })])
    const { asked } = await lookAt(engineWith({ default: inside }), { fleet: 'default' })
    expect(asked).toEqual(['http://localhost:8080'])
  })

  it('asks nobody where nobody names one', async () => {
    const { asked, sight } = await lookAt({ kind: 'absent' }, { fleet: 'default' })
    expect([asked, sight.router]).toEqual([[], undefined])
  })

  it('is at the one fleet that was asked for, or at all', async () => {
    const fleets = { opus: two, haiku: two }
    const all = await lookAt(engineWith(fleets))
    expect(all.sight.fleets.map(({ name }) => name)).toEqual(['opus', 'haiku'])
    const one = await lookAt(engineWith(fleets), { fleet: 'haiku' })
    expect(one.sight.fleets.map(({ name }) => name)).toEqual(['haiku'])
    expect(one.sight.local).toEqual([])
  })

  it('does not wait for the engine before it asks the router', async () => {
    const opened = Promise.withResolvers<Engine>()
    const asked = Promise.withResolvers<void>()
    const askRouter = async () => {
      asked.resolve()
      return healthyRouter().answer
    }
    const sources = { engine: opened.promise, fleet: 'default', routerUrl: parseRouterUrl(routerUrl), askRouter }
    const sight = look(sources, { now: () => noonMs })
    await asked.promise
    opened.resolve({ kind: 'absent' })
    expect((await sight).engine).toEqual({ kind: 'absent' })
  })

  it('goes on where the engine goes away meanwhile', async () => {
    const error = new BackendError('The engine is gone')
    const view = async () => {
      throw error
    }
    const { sight } = await lookAt(engineWith({ default: two }, { view }))
    expect(sight.engine).toEqual({ kind: 'unusable', error, isNamed: false })
    expect(sight.fleets).toEqual([])
  })

  it('does not hide what is a mistake of ours', async () => {
    const fleets = async () => {
      throw new TypeError('a bug')
    }
    await expect(lookAt(engineWith({}, { fleets }))).rejects.toThrow('a bug')
  })

  it('tells the operator what was got wrong in naming the engine, and bears with a context that nobody asked for', async () => {
    const error = new UsageError('There is no Docker context "x"')
    const fleets = async () => {
      throw error
    }
    const engine = engineWith({}, { fleets })
    await expect(lookAt({ ...engine, isNamed: true } as Engine)).rejects.toThrow(error)
    expect((await lookAt(engine)).sight.engine).toEqual({ kind: 'unusable', error, isNamed: false })
  })
})
