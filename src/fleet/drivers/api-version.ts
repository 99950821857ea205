/** What we ask for has been there since this version of the API, that of Docker 20.10. */
const oldestApi = '1.41'

/** Why an engine with this version of the API is of no use; undefined where it is. */
export function apiProblem(version: string): string | undefined {
  if (!isOlder(version, oldestApi)) return undefined
  return `speaks version ${version} of the Docker API, and ${oldestApi} is the oldest that will do`
}

/** The way out. */
export const apiHint = 'Install Docker 20.10 or newer, or Podman 4 or newer.'

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}
