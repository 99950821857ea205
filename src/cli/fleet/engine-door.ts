import type { WatchedFleets } from '../../fleet/drivers/docker/quick-fleets.ts'
import { engineAddressFrom } from '../../fleet/drivers/engine-address.ts'
import { variable } from '../../settings/environment.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { type Engine, failedEngine } from './engine.ts'
import { enginePlacesFrom } from './engine-places.ts'

/** The way to this host's engine, for as long as a command runs. What speaks with engines is loaded only where there is one. */
export class EngineDoor implements AsyncDisposable {
  readonly #input: SettingsInput
  #opened: WatchedFleets | undefined

  constructor(input: SettingsInput) {
    this.#input = input
  }

  /** The operator said which engine; else one is looked for where they usually are. */
  get isNamed(): boolean {
    return ['DOCKER_HOST', 'DOCKER_CONTEXT'].some((name) => variable(this.#input.env, name) !== undefined)
  }

  /** The engine as it is now. One that was not there, or could not be used, is tried again. @throws UsageError */
  async engine(): Promise<Engine> {
    const { isNamed } = this
    try {
      this.#opened ??= await this.#open()
      return this.#opened ? { kind: 'open', fleets: this.#opened, isNamed } : { kind: 'absent' }
    } catch (error) {
      return failedEngine(error, isNamed)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.close()
  }

  async #open(): Promise<WatchedFleets | undefined> {
    const places = enginePlacesFrom(this.#input.env)
    if (engineAddressFrom(places).route.kind === 'none') return undefined
    const { openQuickFleets } = await import('../../fleet/drivers/docker/quick-fleets.ts')
    return await openQuickFleets(places)
  }
}
