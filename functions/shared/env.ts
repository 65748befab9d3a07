/** The value of an environment variable; throws naming it when it is missing or empty, so that a wrong deployment says what is wrong. */
export function requireEnv(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`Environment variable ${name} is not set`)
  return value
}

/** The value of an environment variable, or `fallback` when it is missing or empty. */
export function optionalEnv<Fallback extends string | undefined>(name: string, fallback: Fallback): string | Fallback {
  const value = process.env[name]
  return value === undefined || value === '' ? fallback : value
}
