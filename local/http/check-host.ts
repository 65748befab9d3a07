const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Names nobody but AWS can publish, for clients that a proxy or a hosts file sends here. */
const AWS_S3_HOST = /^([a-z0-9.-]+\.)?s3([.-][a-z0-9-]+)*\.amazonaws\.com$/

/**
 * Whether a `Host` header means this machine. A page on the web can point its own name at 127.0.0.1 and then read
 * answers as same-origin (DNS rebinding); it cannot make the browser send one of these names.
 */
export function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return false
  const name = host.toLowerCase().replace(/:\d+$/, '')
  const bare = name.replace(/^sync-/, '')
  if (LOOPBACK.includes(bare) || bare.endsWith('.localhost')) return true
  return name.endsWith('.127.0.0.1') || AWS_S3_HOST.test(name)
}
