/** A picture in memory: three bytes a pixel, red, green, blue, row by row. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly bytes: Uint8Array
}
