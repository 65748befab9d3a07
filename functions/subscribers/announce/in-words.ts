/** Bytes as people read them: `2.13 GB`. */
export function sizeInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const digits = power === 0 ? 0 : 2
  return `${(bytes / 1000 ** power).toFixed(digits)} ${units[power]}`
}

/** The time between two moments as people say it: `42.5 s`, `3 min 20 s`, `1 h 5 min`. */
export function durationInWords(startedAt: string, endedAt: string): string {
  const seconds = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
