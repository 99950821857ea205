import * as Args from '@oclif/core/args'
import { BaseCommand } from '../base-command.ts'
import { helpTopics } from '../cli/help-topics.ts'
import { showHelp } from '../cli/show-help.ts'
import { unknownCommand } from '../cli/unknown-command.ts'

export default class Help extends BaseCommand {
  static override summary = 'Shows how a command is used, or a page on exit codes or settings.'
  static override usage = '<%= command.id %> [TOPIC]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> worker start',
    '<%= config.bin %> <%= command.id %> exit-codes',
    '<%= config.bin %> <%= command.id %> settings',
  ]
  static override args = {
    topic: Args.string({
      description: 'a command, exit-codes or settings',
      multiple: true,
      ignoreStdin: true,
      required: false,
    }),
  }

  override async run(): Promise<void> {
    const { args } = await this.parse(Help)
    const words: readonly string[] = args.topic ?? []
    const topic = Object.entries(helpTopics).find(([name]) => name === words.join(' '))?.[1]
    if (topic && this.jsonEnabled()) return this.print(topic.document())
    if (topic) return void process.stdout.write(`${topic.summary}\n\n${topic.text()}\n`)
    if (this.jsonEnabled()) return this.print(this.#commands(words))
    return showHelp(words, this.config)
  }

  /** Every command below the words, with what it is for. */
  #commands(words: readonly string[]) {
    const id = words.join(':')
    const commands = this.config.commands.filter((command) => `${command.id}:`.startsWith(id === '' ? '' : `${id}:`))
    if (commands.length === 0) throw unknownCommand(id, this.config)
    return {
      schema: 'auxot.help/v1',
      commands: commands.map((command) => ({ name: command.id.replaceAll(':', ' '), summary: command.summary })),
    }
  }
}
