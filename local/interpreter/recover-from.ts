/** Runs `attempt`; an error of the one kind becomes what `recover` makes of it, every other goes on its way. */
export function recoverFrom<E extends Error, T>(
  kind: abstract new (...args: never[]) => E,
  attempt: () => T,
  recover: (error: E) => T,
): T {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof kind) return recover(error)
    throw error
  }
}
