/** A digest that grows with the bytes it is fed. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void
  digest(): Buffer
}
