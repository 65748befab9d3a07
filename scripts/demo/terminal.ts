const BAR_WIDTH = 24

/** Where the demo writes: a terminal gets lines that are drawn over, a pipe gets only lines that stay. */
export interface Terminal {
  line(text?: string): void
  /** Draws over the line that was drawn last; lost in a pipe. */
  draw(text: string): void
}

export function createTerminal(out: NodeJS.WriteStream): Terminal {
  let isDrawing = false
  const erase = (): string => {
    const start = isDrawing ? '\r\u001b[2K' : ''
    isDrawing = false
    return start
  }
  return {
    line: (text = '') => void out.write(`${erase()}${text}\n`),
    draw(text) {
      if (!out.isTTY) return
      out.write(`${erase()}${text}`)
      isDrawing = true
    },
  }
}

/** `██████░░░░  60 %` */
export function drawBar(done: number, total: number): string {
  const share = total === 0 ? 1 : done / total
  const filled = Math.round(share * BAR_WIDTH)
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`
}

/** `32.3 MB` */
export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `240 ms`, `3.2 s` */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}
