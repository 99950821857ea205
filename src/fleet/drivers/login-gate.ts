/** So many logins at once: an ssh server turns away at random those that come above ten. */
const mostAtOnce = 8
/** Whoever has not been heard of for so long is in, and only waits for what was asked. */
const loginLimitMs = 3_000

/** Lets logins in one after the other, where there are too many of them. */
export class LoginGate {
  #inProgress = 0
  readonly #waiting: (() => void)[] = []

  /** Begins a login when there is room for it. What `begin` is given has to be called once it is in, or has failed. */
  pass(begin: (isIn: () => void) => void): void {
    const start = () => {
      this.#inProgress++
      begin(this.#once())
    }
    if (this.#inProgress < mostAtOnce) start()
    else this.#waiting.push(start)
  }

  #once(): () => void {
    let isOver = false
    const over = () => {
      if (isOver) return
      isOver = true
      clearTimeout(limit)
      this.#inProgress--
      this.#waiting.shift()?.()
    }
    const limit = setTimeout(over, loginLimitMs)
    limit.unref()
    return over
  }
}
