/** A moment as the contract writes it: `2024-02-05 06:10:52.552000`. */
export function contractTime(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '000')
}
