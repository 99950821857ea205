import * as Args from '@oclif/core/args'

/** The workers that a command is about. */
export const workerArgument = Args.string({
  description:
    "a worker: its name, process id, router's name, or the beginning of its container's id; can be given again",
  multiple: true,
  required: false,
  ignoreStdin: true,
})
