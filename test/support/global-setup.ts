/** Tests never see what the developer's own shell says about routers, keys or models; only AUXOT_TEST_* is meant for them. */
export function setup(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(AUXOT_(?!TEST_)|CLAUDE|ANTHROPIC_)/.test(name)) delete process.env[name]
  }
}
