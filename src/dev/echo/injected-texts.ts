/**
 * What Claude Code says on 4.x models about its surroundings, its model and the date: blocks of their own before the
 * first question, or the tail of a tool's result. (On newer models they are messages of the role "system".)
 */
const injected =
  /\n{0,2}<system-reminder>\n(?:# Environment\n|You are powered by |Today's date is )[\s\S]*?<\/system-reminder>\n?/g

/** A text without what Claude Code added to it. */
export function withoutInjectedTexts(text: string): string {
  return text.replace(injected, '')
}
