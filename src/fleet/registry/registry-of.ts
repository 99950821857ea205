/** What Docker's own registry is called where logins are kept. */
export const dockerHub = 'https://index.docker.io/v1/'

/**
 * The registry that an image comes from, as logins name it. The first part of a name is a host where it looks like one: it has a dot
 * or a port, or is `localhost`. Every other name is one of Docker's own registry.
 */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  return !isHost || first === 'docker.io' || first === 'index.docker.io' ? dockerHub : first
}
