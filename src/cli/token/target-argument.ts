import * as Args from '@oclif/core/args'

/** `claude` or `router`. oclif does not check it: its own message would repeat the word, which may be a pasted secret. */
export const targetArgument = Args.string({
  description: "claude: Claude's credential; router: the worker key",
  required: false,
  ignoreStdin: true,
})
